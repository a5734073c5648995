/** In which places the digits stand on the pad. A mixed pad is slower and makes more errors: it is mixed once a visit. */

export type Shuffle = "off" | "offer" | "on";

export const IN_ORDER: readonly string[] = [..."1234567890"];

/** One order of all, each as likely as any other; `below(n)` is a whole number under n by chance. */
export function mixed(below: (n: number) => number): readonly string[] {
  const order = [...IN_ORDER];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** By the browser's own randomness; the few highest bytes are passed over, so that no number is likelier. */
export function chance(n: number): number {
  const byte = crypto.getRandomValues(new Uint8Array(1))[0]!;
  return byte < 256 - (256 % n) ? byte % n : chance(n);
}

const KEY = "dojang-shuffle";

/** Whether this browser's customer wants a mixed pad; a browser that keeps nothing does not. */
export function keptChoice(storage: () => Pick<Storage, "getItem" | "setItem">): { get: () => boolean; set: (mixed: boolean) => void } {
  return {
    get: () => {
      try {
        return storage().getItem(KEY) === "on";
      } catch {
        return false;
      }
    },
    set: (mixed) => {
      try {
        storage().setItem(KEY, mixed ? "on" : "off");
      } catch {
        // It holds for this visit only.
      }
    },
  };
}
