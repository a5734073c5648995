/** The page's sentences. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { languageOf, refusedKey, WORDS } from "../src/pin_page/words.ts";

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
