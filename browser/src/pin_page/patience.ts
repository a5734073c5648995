/** Waiting for others: after a while it is said, after longer it is given up, and what was asked goes on all the same. */

import type { Refusal } from "../protocol/refusal.ts";

const SLOW = 8_000; // milliseconds until it is said that it takes longer
const TOO_SLOW = 20_000; // milliseconds until nobody has to wait any more

/** `work`, or `refusal` once it has taken too long. */
export function patiently<T>(work: Promise<T>, slow: () => void, refusal: Refusal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timers = [setTimeout(slow, SLOW), setTimeout(() => reject(refusal), TOO_SLOW)];
    work.then(resolve, reject).finally(() => timers.forEach(clearTimeout));
  });
}

/** `act`, asked again only once it has failed: whoever comes before gets the answer that is on its way. */
export function resumable<T>(act: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () =>
    (running ??= act().catch((error: unknown) => {
      running = undefined;
      throw error;
    }));
}
