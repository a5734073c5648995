/** The time that a transaction has left, in the frame: counted down, and its last minute said once. */

import { element, part } from "./dom.ts";
import type { Words } from "./wording.ts";

const SECOND = 1_000; // milliseconds
const SOON = 60; // seconds

/** Counts down to `until` by `now` (Unix seconds), and then calls `over`. What it gives ends the counting. */
export function countDown(words: Words, until: number, now: () => number, over: () => void): () => void {
  const clock = element("time");
  const soon = element("span", { class: "soon", hidden: "" }, words.ends_soon);
  const said = element("span", { class: "visually-hidden", "aria-live": "polite" });
  const shown = part("time");
  shown.replaceChildren(element("span", { class: "visually-hidden" }, words.time_left), soon, clock, said);
  shown.hidden = false;
  const stop = (): void => {
    clearInterval(running);
    shown.hidden = true;
  };
  const tick = (): void => {
    const left = Math.max(0, until - now());
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left <= SOON && soon.hidden) {
      soon.hidden = false;
      said.textContent = words.one_minute;
    }
    if (left > 0) return;
    stop();
    over();
  };
  const running = setInterval(tick, SECOND);
  tick();
  return stop;
}
