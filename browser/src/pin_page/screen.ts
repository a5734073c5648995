/** What every screen of the page shares: the frame, one heading, one task, and how a refusal is told. */

import { NUMBERS } from "../protocol/numbers.ts";
import { Refusal } from "../protocol/refusal.ts";
import { button, element, part, wayOut } from "./dom.ts";
import { refusalWords, type WayOut } from "./refusal_words.ts";
import type { Language, Words, Wording } from "./wording.ts";
import { told } from "./wording.ts";

export interface Screen extends Wording {
  readonly language: Language;
  /** What a relying party is called, by its id. */
  readonly nameOf: (relyingParty: string) => string;
  /** An address at the centre; none while the centre is not known. */
  readonly atCenter: (path: string) => string;
  /** Where the customer came from: an address at the centre. */
  readonly back: string;
}

/** `above` stands before the heading; an `error` is said in the title. */
export interface Shown {
  readonly heading: string;
  readonly above?: readonly Node[];
  readonly below?: readonly Node[];
  readonly error?: boolean;
}

/** One heading with the focus, and what stands around it. */
export function show(screen: Screen, { heading, above = [], below = [], error = false }: Shown): void {
  const title = element("h1", { id: "heading", tabindex: "-1" }, heading);
  part("page").replaceChildren(...above, title, ...below);
  document.title = (error ? screen.words.error : "") + heading;
  title.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** The same screen under another heading. */
export function retitle(heading: string): void {
  part("heading").textContent = document.title = heading;
}

/** Whose page this is, and what for. */
export function head(text: string): void {
  part("party").textContent = text;
}

/** Something goes on that takes a moment; `slow` may be called once it takes longer. */
export function showBusy(screen: Screen, heading: string, above: readonly Node[] = []): { readonly slow: () => void } {
  const said = element("p", { role: "status", class: "lead" });
  show(screen, { heading, above, below: [element("p", { class: "busy", "aria-hidden": "true" }, element("span", { class: "spin", "data-on": "" })), said] });
  return { slow: () => (said.textContent = screen.words.slow) };
}

/** What a refusal means, and the way out; `again` where the same may be tried again. The code is for the help centre. */
export function showRefusal(screen: Screen, refusal: unknown, again?: () => void): void {
  const code = refusal instanceof Refusal ? refusal.code : "unexpected";
  const { title, text, way } = refusalWords(code);
  const connectAt = code === "connect_first" && refusal instanceof Refusal ? screen.atCenter(String(refusal.facts["return_to"])) : "";
  showError(screen, title, text, code, again && way === "again" ? { again } : { way, ...(connectAt && { connectAt }) });
}

interface Ways {
  readonly way?: WayOut;
  readonly again?: () => void;
  /** Where a text message can be had. */
  readonly connectAt?: string;
}

/** An error's screen: what happened, what to do, and a code. */
export function showError(screen: Screen, title: keyof Words, text: keyof Words, code: string, ways: Ways): void {
  const { words } = screen;
  const primary = { class: "button primary" };
  const out: Node[] = [];
  if (ways.again) out.push(button(words.again, ways.again, primary));
  if (ways.connectAt) out.push(wayOut(words.connect, ways.connectAt, primary));
  if (ways.way === "reissue") out.push(wayOut(words.reissue, screen.atCenter("/issue"), primary));
  if (screen.back) out.push(wayOut(words.start_again, screen.back, out.length ? { class: "button" } : primary));
  show(screen, {
    heading: words[title],
    below: [
      element("p", {}, told(words[text], { tries: NUMBERS.pinTries })),
      element("div", { class: "stack tight" }, ...out),
      element("p", { class: "caption" }, `${words.code} `, element("code", {}, code.toUpperCase())),
    ],
    error: true,
  });
}

/** A day in Korea: 2029-11-22 in Korean, 22 Nov 2029 in English. */
export function day(screen: Screen, seconds: number): string {
  const options = { day: "numeric", month: "short", year: "numeric", timeZone: "Asia/Seoul" } as const;
  if (screen.language === "en") return new Intl.DateTimeFormat("en-GB", options).format(seconds * 1000);
  return new Intl.DateTimeFormat("sv-SE", { ...options, month: "2-digit", day: "2-digit" }).format(seconds * 1000);
}

/** The way on, if it is a web address: whatever the centre says, nothing else is followed. */
export function wayOn(screen: Screen, returnTo: string): readonly HTMLAnchorElement[] {
  const target = URL.canParse(returnTo) ? new URL(returnTo) : undefined;
  if (target === undefined || !["http:", "https:"].includes(target.protocol)) return [];
  return [wayOut(screen.words.go_on, target.href, { class: "button primary" })];
}
