/** The page's sentences. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { REVOCATION_REASONS } from "../src/protocol/transaction.ts";
import { refusalWords } from "../src/pin_page/refusal_words.ts";
import { languageOf, told, WORDINGS } from "../src/pin_page/wording.ts";

test("a sentence has its parts, and a place that nobody fills stays to be seen", () => {
  assert.equal(told("{n} of {party}", { n: 3, party: "$&" }), "3 of $&");
  assert.equal(told("{n} of {other}", { n: 3 }), "3 of {other}");
});

test("any other language is Korean", () => {
  assert.equal(languageOf("en"), "en");
  for (const name of [null, "", "fr", "__proto__"]) assert.equal(languageOf(name), "ko");
});

test("every code has words and a way out, in both languages", () => {
  assert.equal(refusalWords("row_full").way, "reissue");
  assert.equal(refusalWords("record_mismatch").way, "centre");
  for (const code of ["never_heard_of", "constructor", "toString", "row_full", "guard_unavailable"]) {
    const { title, text } = refusalWords(code);
    for (const { words } of Object.values(WORDINGS)) assert.ok(words[title].length > 3 && words[text].length > 3);
  }
});

test("each reason for a revocation is said in both languages", () => {
  for (const { words } of Object.values(WORDINGS)) {
    for (const reason of REVOCATION_REASONS) assert.ok(words[`reason_${reason}`].length > 3);
  }
});
