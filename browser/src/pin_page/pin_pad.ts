/**
 * The PIN pad: a field that shows bullets only, twelve native buttons, one that submits. Nothing is sent by itself, since
 * each submission spends a try; no form, no name; the digits are in a `PinEntry` and nowhere else.
 */

import { button, element } from "./dom.ts";
import { PinEntry } from "./pin_entry.ts";
import { counted, type Words } from "./words.ts";

export const IDLE = 60_000; // milliseconds until what was typed is wiped
const SETTLE = 300; // milliseconds until the count is read out

export interface PinPad {
  readonly root: HTMLElement;
  /** What went wrong, for eyes and screen readers; the field is empty and has the focus. */
  alert(sentence: string): void;
  /** Nothing can be typed while `doing` is shown. */
  busy(doing: string | undefined): void;
  /** Another heading and another button, for the second time of two. */
  label(heading: string, submit: string): void;
  focus(): void;
}

/** A pad that hands six digits to `submit`, which must wipe them. */
export function pinPad(words: Words, heading: string, label: string, submit: (pin: Uint8Array<ArrayBuffer>) => void): PinPad {
  const entry = new PinEntry();
  const title = element("h2", { id: "pin-heading" }, heading);
  const status = element("p", { role: "status", class: "status" });
  const alert = element("p", { role: "alert", class: "alert" });
  const field = element("input", {
    type: "password",
    inputmode: "none",
    autocomplete: "off",
    "aria-label": words.field,
    "aria-describedby": "pin-heading",
  });
  const send = button(label, () => send.getAttribute("aria-disabled") !== "true" && finish(), { class: "primary" });
  let timers: { idle?: ReturnType<typeof setTimeout>; settle?: ReturnType<typeof setTimeout> } = {};

  const show = (): void => {
    field.value = "•".repeat(entry.count);
    send.setAttribute("aria-disabled", String(!entry.full));
    clearTimeout(timers.idle);
    clearTimeout(timers.settle);
    timers = { settle: setTimeout(() => (status.textContent = entry.count ? counted(words.typed, entry.count) : ""), SETTLE) };
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
      alert.textContent = words.sixDigits;
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
  const keys = [..."123456789"].map((digit) => key(digit, () => change(() => entry.add(digit))));
  const pad = element(
    "div",
    { role: "group", "aria-label": words.pad, class: "pad" },
    ...keys,
    key(words.clearAll, () => change(() => entry.wipe()), "small"),
    key("0", () => change(() => entry.add("0"))),
    key(words.clearOne, () => change(() => entry.removeLast()), "small"),
  );
  pad.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
  const keyboard = button(words.phoneKeyboard, () => (field.inputMode = "numeric", field.blur(), field.focus()), { class: "quiet" });
  show();
  return {
    root: element("section", { class: "pin" }, title, status, field, alert, pad, send, keyboard),
    alert(sentence) {
      wipe();
      alert.textContent = sentence;
      field.focus();
    },
    busy(doing) {
      for (const control of [field, send, keyboard, ...pad.querySelectorAll("button")]) control.disabled = doing !== undefined;
      clearTimeout(timers.settle);
      status.textContent = doing ?? "";
    },
    label(heading, submitLabel) {
      title.textContent = heading;
      send.textContent = submitLabel;
    },
    focus: () => field.focus(),
  };
}

function key(label: string, act: () => void, look = ""): HTMLButtonElement {
  return button(label, act, look ? { class: look } : {});
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
    event.preventDefault();
    const { inputType, data } = event;
    if (inputType.startsWith("delete")) return allSelected() ? wipe() : change(() => entry.removeLast());
    if (inputType !== "insertFromPaste") change(() => [...(data ?? "")].forEach((character) => entry.add(character)));
  });
  field.addEventListener("paste", (event) => {
    event.preventDefault();
    change(() => entry.replace(event.clipboardData?.getData("text") ?? ""));
  });
  field.addEventListener("input", () => change(() => entry.replace(field.value))); // a password manager's fill
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") finish();
    else if (event.key === "Escape") wipe();
    else return;
    event.preventDefault();
  });
  for (const name of ["copy", "cut", "dragstart"]) field.addEventListener(name, (event) => event.preventDefault());
}
