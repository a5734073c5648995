/** The buffer of the six digits. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromUtf8 } from "../src/protocol/encoding.ts";
import { PinEntry } from "../src/pin_page/pin_entry.ts";

function typed(text: string): PinEntry {
  const entry = new PinEntry();
  for (const character of text) entry.add(character);
  return entry;
}

test("six digits are taken, and none of them stays", () => {
  const entry = typed("830142");
  assert.equal(entry.full, true);
  assert.equal(fromUtf8(entry.take()), "830142");
  assert.equal(entry.count, 0);
  assert.deepEqual([...entry.take()], [0, 0, 0, 0, 0, 0]);
});

test("only digits are typed, and no seventh", () => {
  assert.equal(fromUtf8(typed("8a3 ０1४4297").take()), "831429");
});

test("the last digit is removed, or all", () => {
  const entry = typed("830");
  entry.removeLast();
  entry.removeLast();
  assert.equal(entry.count, 1);
  entry.wipe();
  entry.removeLast();
  assert.equal(entry.count, 0);
});

test("only exactly six digits are pasted, spaces and width apart", () => {
  for (const text of ["830142", " 830 142\n", "８３０１４２"]) {
    const entry = typed("1");
    entry.replace(text);
    assert.equal(fromUtf8(entry.take()), "830142");
  }
  for (const text of ["83014", "8301420", "PIN 830142", ""]) {
    const entry = typed("1");
    entry.replace(text);
    assert.equal(entry.count, 1);
  }
});

test("what an input made of the bullets is followed: a fill, digits more, bullets less, and nothing else", () => {
  const bullet = "•";
  for (const [before, shown, after] of [
    ["", "830142", "830142"],
    ["83", "••830142", "830142"],
    ["83", "••0", "830"],
    ["830", "••", "83"],
    ["830", "", ""],
    ["83", "••x", "83"],
    ["830142", "••••••7", "830142"],
  ] as const) {
    const entry = typed(before);
    entry.follow(shown, bullet);
    const { count } = entry;
    assert.equal(fromUtf8(entry.take().subarray(0, count)), after);
  }
});
