/** The shared vectors of which PINs may be chosen. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkChoice } from "../src/holder/pin_choice.ts";
import { utf8 } from "../src/protocol/encoding.ts";
import { Refusal } from "../src/protocol/refusal.ts";
import { PIN_CHOICE } from "./vectors.ts";

test("a PIN that nobody tries first is taken", () => {
  for (const pin of PIN_CHOICE.taken) checkChoice(utf8(pin), PIN_CHOICE.avoid);
});

for (const [reason, pins] of Object.entries<string[]>(PIN_CHOICE.refused)) {
  test(`an easy PIN is refused: ${reason}`, () => {
    for (const pin of pins) {
      assert.throws(() => checkChoice(utf8(pin), PIN_CHOICE.avoid), new Refusal("pin_too_easy", { reason }), pin);
    }
  });
}

test("what is not six ASCII digits is no PIN", () => {
  for (const pin of PIN_CHOICE.invalid) {
    assert.throws(() => checkChoice(utf8(pin), PIN_CHOICE.avoid), { code: "invalid_field" }, pin);
  }
});
