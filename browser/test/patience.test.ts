/** Waiting for others, on a clock of the test's own. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { patiently, resumable } from "../src/pin_page/patience.ts";
import { Refusal } from "../src/protocol/refusal.ts";

test("after eight seconds it is said that it takes longer, after twenty nobody waits", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let slow = 0;
  const waiting = patiently(new Promise(() => undefined), () => (slow += 1), new Refusal("guard_unavailable"));
  t.mock.timers.tick(7_999);
  assert.equal(slow, 0);
  t.mock.timers.tick(1);
  assert.equal(slow, 1);
  t.mock.timers.tick(12_000);
  await assert.rejects(waiting, { code: "guard_unavailable" });
});

test("an answer in time is the answer, and nothing is said after it", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let slow = 0;
  assert.equal(await patiently(Promise.resolve(1), () => (slow += 1), new Refusal("x")), 1);
  await assert.rejects(patiently(Promise.reject(new Refusal("y")), () => (slow += 1), new Refusal("x")), { code: "y" });
  t.mock.timers.tick(30_000);
  assert.equal(slow, 0);
});

test("what runs or has succeeded is not begun again, and what failed is", async () => {
  const results = [Promise.reject(new Refusal("first")), Promise.resolve("second")];
  let begun = 0;
  const act = resumable(() => results[begun++] as Promise<string>);
  const [one, two] = [act(), act()];
  await assert.rejects(one, { code: "first" });
  await assert.rejects(two, { code: "first" });
  assert.equal(await act(), "second");
  assert.equal(await act(), "second");
  assert.equal(begun, 2);
});
