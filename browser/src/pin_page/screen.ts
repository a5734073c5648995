/** What every screen of the page shares: one heading, one task, and how a refusal is told. */

import { Refusal } from "../protocol/refusal.ts";
import { button, element } from "./dom.ts";
import { refusedKey, type Words } from "./words.ts";

export interface Screen {
  readonly words: Words;
  readonly language: string;
  readonly main: HTMLElement;
}

/** One heading and what stands below it. */
export function show(screen: Screen, heading: string, ...below: readonly Node[]): void {
  document.title = heading;
  const title = element("h1", { tabindex: "-1" }, heading);
  screen.main.replaceChildren(title, ...below);
  title.focus();
}

/** What a refusal means, and the way out; `again` where the same may be tried again. The code is for the help centre. */
export function showRefusal(screen: Screen, refusal: unknown, again?: () => void): void {
  const code = refusal instanceof Refusal ? refusal.code : "unexpected";
  const [heading, remedy] = screen.words.refused[refusedKey(code)] as [string, string];
  const retry = again && refusal instanceof Refusal && refusal.unavailable ? [button(screen.words.again, again, { class: "primary" })] : [];
  show(screen, heading, element("p", {}, remedy), ...retry, element("p", { class: "code" }, code.toUpperCase()));
  document.title = screen.words.error + heading;
}

/** A day, as people of the page's language write it, in Korea's time. */
export function day(screen: Screen, seconds: number): string {
  return new Intl.DateTimeFormat(screen.language, { dateStyle: "long", timeZone: "Asia/Seoul" }).format(seconds * 1000);
}

/** The way back, if it is a web address: whatever the centre says, nothing else is followed. */
export function wayBack(screen: Screen, returnTo: string): readonly HTMLAnchorElement[] {
  const target = URL.canParse(returnTo) ? new URL(returnTo) : undefined;
  if (target === undefined || !["http:", "https:"].includes(target.protocol)) return [];
  return [element("a", { href: target.href, class: "primary", rel: "noreferrer" }, screen.words.goOn)];
}
