/**
 * The PIN pad: a field that shows bullets only, twelve native buttons, one that submits. Nothing is sent by itself, since
 * each submission spends a try; no form, no name; the digits are in a `PinEntry` and nowhere else.
 */

import { button, element } from "./dom.ts";
import { digitKeys, type Mixing } from "./digit_keys.ts";
import { PinEntry } from "./pin_entry.ts";
import { told, type Words } from "./wording.ts";

export const IDLE = 60_000; // milliseconds until what was typed is wiped
const SETTLE = 300; // milliseconds until the count is read out
const BULLET = "•";

export interface PinPad {
  readonly root: HTMLElement;
  /** What went wrong, for eyes and screen readers; the field is empty and has the focus. */
  alert(sentence: string): void;
  /** Nothing can be typed while `doing` is shown. */
  busy(doing: string | undefined): void;
  /** Another button, for the second time of two. */
  label(submit: string): void;
  focus(): void;
}

export interface PadOptions {
  readonly words: Words;
  /** What the button says. */
  readonly submit: string;
  /** Ids of what a screen reader says of the field: the heading, and what is signed. */
  readonly describedBy: string;
  readonly mixing: Mixing;
  /** Beside the button, and below it. */
  readonly beside?: readonly Node[];
  readonly below?: readonly Node[];
}

/** A pad that hands six digits to `submit`, which must wipe them. */
export function pinPad(options: PadOptions, submit: (pin: Uint8Array<ArrayBuffer>) => void): PinPad {
  const { words, beside = [], below = [] } = options;
  const entry = new PinEntry();
  const status = element("p", { role: "status", class: "status" });
  const alert = element("p", { role: "alert", class: "alert" });
  const field = element("input", {
    type: "password",
    inputmode: "none",
    autocomplete: "off",
    "aria-label": words.field,
    "aria-describedby": options.describedBy,
  });
  const send = button(options.submit, () => finish(), { class: "button primary" });
  let named = options.submit;
  let timers: { idle?: ReturnType<typeof setTimeout>; settle?: ReturnType<typeof setTimeout> } = {};

  const count = (): void => {
    status.textContent = entry.count ? told(words.typed, { n: entry.count }) : "";
  };
  const show = (): void => {
    field.value = BULLET.repeat(entry.count);
    send.setAttribute("aria-disabled", String(!entry.full));
    clearTimeout(timers.idle);
    clearTimeout(timers.settle);
    timers = { settle: setTimeout(count, SETTLE) };
    if (entry.count > 0) timers.idle = setTimeout(wipe, IDLE);
  };
  const wipe = (): void => {
    entry.wipe();
    show();
  };
  const change = (act: () => void): void => {
    if (field.disabled) return;
    alert.textContent = "";
    act();
    show();
  };
  const finish = (): void => {
    if (field.disabled) return;
    if (!entry.full) {
      alert.textContent = words.six_digits;
      field.focus();
      return;
    }
    const pin = entry.take();
    show();
    submit(pin);
  };

  listen(field, entry, { change, wipe, finish });
  addEventListener("pagehide", wipe);
  addEventListener("pageshow", wipe);
  const keys = digitKeys(words, options.mixing, {
    digit: (digit) => change(() => entry.add(digit)),
    clearAll: () => change(() => entry.wipe()),
    clearOne: () => change(() => entry.removeLast()),
  });
  const keyboard = button(words.phone_keyboard, () => otherKeyboard(words, field, keys.pad, keyboard), { class: "button quiet" });
  show();
  return {
    root: element(
      "section",
      { class: "pin" },
      element("div", { class: "said" }, status, alert),
      field,
      keys.pad,
      element("div", { class: "acts" }, ...beside, send),
      element("div", { class: "tools" }, ...keys.switches, keyboard, ...below),
      element("p", { class: "visually-hidden" }, words.earphones),
    ),
    alert(sentence) {
      wipe();
      alert.textContent = sentence;
      field.focus({ preventScroll: true });
    },
    busy(doing) {
      for (const control of [field, send, keyboard, ...keys.switches, ...keys.pad.querySelectorAll("button")]) {
        control.disabled = doing !== undefined;
      }
      clearTimeout(timers.settle);
      status.textContent = doing ?? "";
      send.replaceChildren(...(doing === undefined ? [named] : [element("span", { class: "spin", "data-on": "" }), " ", doing]));
    },
    label(text) {
      send.textContent = named = text;
    },
    focus: () => field.focus({ preventScroll: true }),
  };
}

/** The telephone's own keyboard in place of the pad, and back. */
function otherKeyboard(words: Words, field: HTMLInputElement, pad: HTMLElement, button: HTMLButtonElement): void {
  pad.hidden = !pad.hidden;
  field.inputMode = pad.hidden ? "numeric" : "none";
  button.textContent = pad.hidden ? words.own_pad : words.phone_keyboard;
  field.blur();
  field.focus();
}

interface Acts {
  readonly change: (act: () => void) => void;
  readonly wipe: () => void;
  readonly finish: () => void;
}

/** Typing, pasting and filling, each into `entry` and never into the field itself. */
function listen(field: HTMLInputElement, entry: PinEntry, { change, wipe, finish }: Acts): void {
  const allSelected = (): boolean =>
    field.value.length > 0 && field.selectionStart === 0 && field.selectionEnd === field.value.length;
  field.addEventListener("beforeinput", (event) => {
    if (!event.cancelable) return; // some telephones' keyboards: `input` follows, and takes the digits out of the field
    event.preventDefault();
    const { inputType, data } = event;
    if (inputType.startsWith("delete")) return allSelected() ? wipe() : change(() => entry.removeLast());
    if (inputType !== "insertFromPaste") change(() => [...(data ?? "")].forEach((character) => entry.add(character)));
  });
  field.addEventListener("paste", (event) => {
    event.preventDefault();
    change(() => entry.replace(event.clipboardData?.getData("text") ?? ""));
  });
  field.addEventListener("input", () => change(() => entry.follow(field.value, BULLET)));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") finish();
    else if (event.key === "Escape") wipe();
    else return;
    event.preventDefault();
  });
  for (const name of ["copy", "cut", "dragstart"]) field.addEventListener(name, (event) => event.preventDefault());
}
