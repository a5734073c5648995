/** The page's sentences. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { REVOCATION_REASONS } from "../src/protocol/transaction.ts";
import { languageOf, partyName, refusedKey, shownPairs, WORDS } from "../src/pin_page/words.ts";

function sentences(words: object): string[] {
  return Object.values(words).flatMap((value) => (typeof value === "string" ? [value] : sentences(value as object)));
}

function names(words: object): string[] {
  return Object.entries(words).flatMap(([name, value]) =>
    typeof value === "string" ? [name] : [name, ...names(value as object)],
  );
}

test("both languages say the same things", () => {
  assert.deepEqual(names(WORDS.en), names(WORDS.ko));
  const counted = (words: object) => sentences(words).filter((sentence) => sentence.includes("{n}")).length;
  assert.equal(counted(WORDS.en), counted(WORDS.ko));
});

test("Korean is spoken in 해요체, and to nobody from above", () => {
  for (const sentence of sentences(WORDS.ko)) assert.doesNotMatch(sentence, /습니다|시겠/);
});

test("any other language is Korean, and any other code has words too", () => {
  assert.equal(languageOf("en"), "en");
  for (const name of [null, "", "fr", "__proto__"]) assert.equal(languageOf(name), "ko");
  assert.equal(refusedKey("row_full"), "locked");
  for (const code of ["never_heard_of", "constructor", "toString"]) assert.equal(refusedKey(code), "other");
});

test("the centre has a name, and a relying party the one it is registered by", () => {
  assert.deepEqual([WORDS.ko, WORDS.en].map((words) => partyName(words, "center")), ["인증센터", "Certification centre"]);
  assert.equal(partyName(WORDS.ko, "hanbit-bank"), "hanbit-bank");
});

test("a revocation is shown in words, each of its reasons too", () => {
  for (const words of [WORDS.ko, WORDS.en]) {
    for (const reason of REVOCATION_REASONS) {
      const shown = shownPairs(words, "revocation", [["certificate", "01ab"], ["reason", reason], ["request", "r-1"]]);
      assert.deepEqual(shown.map(([, value]) => value), ["01ab", words.reason[reason], "r-1"]);
      for (const [name, value] of shown) assert.ok(name && value);
    }
    assert.deepEqual(shownPairs(words, "transfer", [["reason", "keyCompromise"]]), [["reason", "keyCompromise"]]);
  }
});
