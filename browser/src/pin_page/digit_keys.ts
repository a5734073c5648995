/** The twelve keys of the pad, in the order in which they are seen, and the switch that mixes the digits. */

import { button, element } from "./dom.ts";
import { chance, IN_ORDER, mixed, type Shuffle } from "./pad_order.ts";
import type { Words } from "./wording.ts";

/** What the operator allows, and what this browser's customer chose. */
export interface Mixing {
  readonly allowed: Shuffle;
  readonly choice: { get: () => boolean; set: (mixed: boolean) => void };
}

export interface DigitKeys {
  readonly pad: HTMLElement;
  readonly switches: readonly HTMLButtonElement[];
}

interface Presses {
  readonly digit: (digit: string) => void;
  readonly clearAll: () => void;
  readonly clearOne: () => void;
}

let drawn: readonly string[] | undefined; // at most once a visit: a pad that moves under the finger is a wrong PIN

/** Keys that press; hardware keys mean the same wherever the digits stand. */
export function digitKeys(words: Words, { allowed, choice }: Mixing, press: Presses): DigitKeys {
  const pad = element("div", { role: "group", "aria-label": words.pad, class: "pad" });
  const digits = new Map(IN_ORDER.map((digit) => [digit, button(digit, () => press.digit(digit))]));
  const clearAll = button(words.clear_all, press.clearAll, { class: "small" });
  const clearOne = button(words.clear_one, press.clearOne, { class: "small" });
  const arrange = (mix: boolean): void => {
    const order = mix ? (drawn ??= mixed(chance)) : IN_ORDER;
    const keys = order.map((digit) => digits.get(digit)!);
    pad.replaceChildren(...keys.slice(0, 9), clearAll, keys[9]!, clearOne);
  };
  pad.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
  const mix = allowed === "on" || (allowed === "offer" && choice.get());
  arrange(mix);
  return { pad, switches: allowed === "offer" ? [mixSwitch(words, mix, choice.set, arrange)] : [] };
}

function mixSwitch(words: Words, mix: boolean, keep: (mix: boolean) => void, arrange: (mix: boolean) => void): HTMLButtonElement {
  const made = button(
    words.shuffle,
    () => {
      const wanted = made.getAttribute("aria-checked") !== "true";
      made.setAttribute("aria-checked", String(wanted));
      keep(wanted);
      arrange(wanted);
    },
    { role: "switch", "aria-checked": String(mix), class: "button quiet" },
  );
  return made;
}
