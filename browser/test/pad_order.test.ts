/** The places of the digits. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { chance, IN_ORDER, keptChoice, mixed } from "../src/pin_page/pad_order.ts";

test("each digit has one place, whichever numbers chance gives", () => {
  for (const seed of [0, 1, 7, 9, 12345]) {
    const order = mixed((n) => seed % n);
    assert.deepEqual([...order].sort(), [...IN_ORDER].sort());
  }
  assert.notDeepEqual(mixed(() => 0), IN_ORDER);
  assert.deepEqual(mixed((n) => n - 1), IN_ORDER);
});

test("chance is below its number, and passes over the bytes that would make some likelier", (t) => {
  const bytes = [255, 250, 7];
  t.mock.method(crypto, "getRandomValues", (into: Uint8Array) => into.fill(bytes.shift()!));
  assert.equal(chance(10), 7);
  assert.deepEqual(bytes, []);
});

test("a choice is kept; where nothing can be kept it is off", () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text) };
  const choice = keptChoice(() => storage);
  assert.equal(choice.get(), false);
  choice.set(true);
  assert.equal(choice.get(), true);
  choice.set(false);
  assert.equal(choice.get(), false);
  const forbidden = keptChoice(() => {
    throw new Error("forbidden");
  });
  forbidden.set(true);
  assert.equal(forbidden.get(), false);
});
