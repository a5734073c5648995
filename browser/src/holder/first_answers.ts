/** Ask as many as are needed, at once; ask one more for each that fails or keeps us waiting. */

import { Refusal } from "../protocol/refusal.ts";

const PATIENCE = 600; // milliseconds until one more is asked beside a slow one
const STRAGGLERS = 2_000; // milliseconds that the rest get once enough have answered
const ENOUGH = 8_000; // milliseconds until the slow ones are given up

export type Call<T> = () => Promise<T>;

/** Those who answered, in that order, and why the others did not (one that is still silent is in neither). */
export interface Answers<T> {
  readonly good: readonly T[];
  readonly refused: readonly Refusal[];
}

/**
 * The first `wanted` answers; so many, and `beside` more, are asked from the start. Each call answers or is refused; those
 * not needed may still be running.
 */
export function firstAnswers<T>(calls: readonly Call<T>[], wanted: number, beside = 0): Promise<Answers<T>> {
  return gather(calls, (asking) => {
    const enough = asking.good.length >= wanted;
    return { enough, atOnce: wanted - asking.good.length + beside + asking.slow, within: ENOUGH };
  });
}

/** Everybody's answer; once `enough` have answered, the others have `STRAGGLERS` milliseconds more. */
export function allAnswers<T>(calls: readonly Call<T>[], enough: number): Promise<Answers<T>> {
  return gather(calls, (asking) => ({
    enough: false,
    atOnce: calls.length,
    within: asking.good.length >= enough ? STRAGGLERS : ENOUGH,
  }));
}

interface Asking<T> {
  readonly good: T[];
  readonly refused: Refusal[];
  slow: number;
}

interface Plan {
  readonly enough: boolean;
  readonly atOnce: number;
  readonly within: number;
}

function gather<T>(calls: readonly Call<T>[], plan: (asking: Asking<T>) => Plan): Promise<Answers<T>> {
  return new Promise((resolve, reject) => {
    const asking: Asking<T> = { good: [], refused: [], slow: 0 };
    const left = [...calls];
    const start = performance.now();
    let running = 0;
    let finished = false;
    let slowTimer: ReturnType<typeof setTimeout> | undefined;
    let endTimer: ReturnType<typeof setTimeout> | undefined;

    const finish = (): void => {
      finished = true; // whoever answers later changes nothing, and nobody else is asked
      clearTimeout(slowTimer);
      clearTimeout(endTimer);
      resolve({ good: [...asking.good], refused: [...asking.refused] });
    };
    const step = (): void => {
      if (finished) return;
      const { enough, atOnce, within } = plan(asking);
      if (enough) return finish();
      while (left.length > 0 && running < atOnce) ask(left.shift()!);
      if (running === 0) return finish();
      clearTimeout(slowTimer);
      clearTimeout(endTimer);
      if (left.length > 0) slowTimer = setTimeout(tooSlow, PATIENCE);
      const since = within === ENOUGH ? performance.now() - start : 0;
      endTimer = setTimeout(finish, within - since);
    };
    const tooSlow = (): void => {
      asking.slow += 1;
      step();
    };
    const ask = (call: Call<T>): void => {
      running += 1;
      call().then(
        (answer) => {
          running -= 1;
          asking.good.push(answer);
          step();
        },
        (error: unknown) => {
          running -= 1;
          if (!(error instanceof Refusal)) return reject(error);
          asking.refused.push(error);
          step();
        },
      );
    };
    step();
  });
}
