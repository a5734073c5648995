/** What a refusal is called, and the way out of it. */

import type { Words } from "./wording.ts";

/** `again`: the same may be tried again. `reissue`: the centre makes a new certificate. `centre`: one starts again there. */
export type WayOut = "again" | "reissue" | "centre";

export interface RefusalWords {
  readonly title: keyof Words;
  readonly text: keyof Words;
  readonly way: WayOut;
}

const LOCKED: RefusalWords = { title: "locked_title", text: "locked_text", way: "reissue" };
const MISMATCH: RefusalWords = { title: "record_mismatch_title", text: "record_mismatch_text", way: "centre" };
const EXPIRED: RefusalWords = { title: "expired_title", text: "expired_text", way: "centre" };
const NO_CODE: RefusalWords = { title: "no_code_title", text: "no_code_text", way: "centre" };
const OTHER: RefusalWords = { title: "other_title", text: "other_text", way: "centre" };

// The codes of one cause; any other code is `OTHER`, with the code below it for the help centre.
const WORDS: Readonly<Record<string, RefusalWords>> = {
  row_full: LOCKED,
  life_full: LOCKED,
  wrong_pin: LOCKED,
  record_mismatch: MISMATCH,
  anchors_mismatch: MISMATCH,
  certificate_mismatch: MISMATCH,
  signature_refused: MISMATCH,
  transaction_refused: MISMATCH,
  day_key_expired: EXPIRED,
  transaction_expired: EXPIRED,
  ticket_expired: EXPIRED,
  code_refused: NO_CODE,
  visit_refused: NO_CODE,
  connect_first: { title: "connect_first_title", text: "connect_first_text", way: "centre" },
  unsupported: { title: "unsupported_title", text: "unsupported_text", way: "centre" },
  guard_unavailable: { title: "guard_unavailable_title", text: "guard_unavailable_text", way: "again" },
  center_unavailable: { title: "center_unavailable_title", text: "center_unavailable_text", way: "again" },
  vault_unavailable: { title: "center_unavailable_title", text: "center_unavailable_text", way: "again" },
  bank_unavailable: { title: "bank_unavailable_title", text: "bank_unavailable_text", way: "again" },
};

/** Which words tell of that refusal. */
export function refusalWords(code: string): RefusalWords {
  return Object.hasOwn(WORDS, code) ? WORDS[code]! : OTHER;
}
