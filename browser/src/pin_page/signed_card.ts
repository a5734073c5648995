/** The card of what is signed: it stays in sight until the end. Everything on it comes from the very bytes that are signed. */

import { b64, fromUtf8, sha256 } from "../protocol/encoding.ts";
import type { Use } from "../holder/use.ts";
import type { REVOCATION_REASONS } from "../protocol/transaction.ts";
import { englishWords, koreanWords, wonOf } from "./amount_in_words.ts";
import { type Child, element, pairList } from "./dom.ts";
import { day, type Screen } from "./screen.ts";
import { told } from "./wording.ts";

type Row = readonly [string, Child];
// Marks for machines are in the original only, if they are nothing but marks.
const MARKS = ["transfer", "request"];
const MARK = /^[A-Za-z0-9_-]{1,64}$/;

/** What is signed, who asks, and whose certificate signs. */
export function signedCard(screen: Screen, { shown }: Use, contents: readonly Uint8Array[]): HTMLElement {
  const { words, signed } = screen;
  const party = screen.nameOf(shown.relyingParty);
  const rows: readonly Row[] = shown.purpose === "login" ? [[signed["relying_party"]!, party]] : rowsOf(screen, shown);
  const asks: readonly Row[] = shown.purpose === "login" ? [] : [[words.asks, party]];
  const list = pairList([...rows, ...asks, holderRow(screen, shown)]);
  list.id = "signed";
  const warning = shown.purpose === "revocation" ? [element("p", { class: "notice danger" }, words.revocation_warning)] : [];
  const parts = [...warning, list, original(screen, contents)];
  return element("section", { class: "card signed", "aria-label": words.what_is_signed }, ...parts);
}

/** The certificate's holder, and since when: another one's would stand out. */
export function holderRow(screen: Screen, { holder, issuedAt }: Use["shown"]): Row {
  const since = element("small", {}, told(screen.words.issued, { day: day(screen, issuedAt) }));
  return [screen.words.certificate, element("span", {}, holder, " ", since)];
}

/** The amount of a transfer, as people write it; none if it is not in won. */
export function amountOf(screen: Screen, { pairs }: Use["shown"]): string | undefined {
  const won = wonOf(pairs.find(([name]) => name === "amount")?.[1] ?? "");
  return won === undefined ? undefined : inDigits(screen, won);
}

function inDigits({ language }: Screen, won: number): string {
  return won.toLocaleString("en") + (language === "ko" ? "원" : " won");
}

function rowsOf(screen: Screen, { purpose, pairs }: Use["shown"]): readonly Row[] {
  const value = new Map(pairs);
  const [bank, account] = [value.get("bank"), value.get("account")];
  const together = bank !== undefined && account !== undefined;
  return pairs.flatMap(([name, text]): readonly Row[] => {
    if ((MARKS.includes(name) && MARK.test(text)) || (together && name === "account")) return [];
    if (purpose === "revocation" && name === "reason") return [[screen.signed[name]!, reasonOf(screen, text)]];
    if (together && name === "bank") return [[screen.words.bank_account, `${bank} ${account}`]];
    const called = Object.hasOwn(screen.signed, name) ? screen.signed[name]! : name;
    return [[called, name === "amount" ? amountRow(screen, text) : text]];
  });
}

/** One of the reasons that `parseTransaction` lets through. */
function reasonOf({ words }: Screen, reason: string): string {
  return words[`reason_${reason as (typeof REVOCATION_REASONS)[number]}`];
}

function amountRow(screen: Screen, text: string): Child {
  const won = wonOf(text);
  if (won === undefined) return text;
  const digits = element("strong", {}, inDigits(screen, won));
  const inWords = screen.language === "ko" ? `${koreanWords(won)} 원` : `${englishWords(won)} won`;
  return element("span", {}, digits, " ", element("small", {}, `(${inWords})`));
}

/** The bytes themselves, with the hash that the signature carries; made when they are asked for. */
function original({ words }: Screen, contents: readonly Uint8Array[]): HTMLElement {
  const summary = element("summary", {}, words.original);
  const details = element("details", {}, summary);
  const shown = (content: Uint8Array): HTMLElement => {
    const hash = element("p", { class: "caption" }, "SHA-256 ", element("code", {}, hex(sha256(content))));
    return element("div", {}, element("code", {}, readable(content)), hash);
  };
  details.addEventListener("toggle", () => details.replaceChildren(summary, ...(details.open ? contents.map(shown) : [])));
  return details;
}

/** Text as it is; bytes that are none in base64url. */
function readable(content: Uint8Array): string {
  try {
    const text = fromUtf8(content);
    return /[\p{Cc}\p{Cf}]/u.test(text) ? b64(content) : text;
  } catch {
    return b64(content);
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
