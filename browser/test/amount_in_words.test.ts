/** Won in words: the shared vectors, and what is no amount in won. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { englishWords, koreanWords, wonOf } from "../src/pin_page/amount_in_words.ts";
import { AMOUNTS } from "./vectors.ts";

test("every amount of the vectors has its words in both languages", () => {
  for (const { won, ko, en } of AMOUNTS.amounts) {
    assert.equal(koreanWords(won), ko);
    assert.equal(englishWords(won), en);
  }
});

test("an amount is read as it is signed", () => {
  for (const { won } of AMOUNTS.amounts) assert.equal(wonOf(`${won.toLocaleString("en")} KRW`), won);
  assert.equal(wonOf("9,007,199,254,740,991 KRW"), Number.MAX_SAFE_INTEGER);
});

test("what could be read in two ways, or is no whole won, gets no words", () => {
  for (const text of ["1500,000 KRW", "1,50,000 KRW", "01,000 KRW", "1.5 KRW", "-1 KRW", "1,000", "1,000 USD", "1,000 KRW ", "1,000원",
    "9,007,199,254,740,992 KRW", ""]) {
    assert.equal(wonOf(text), undefined, text);
  }
});
