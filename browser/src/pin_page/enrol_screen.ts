/** Choosing a PIN: typed twice, refused if easy, and then the certificate is issued. */

import type { VersionVisit } from "../holder/bodies.ts";
import { type Enrolled, Enrolment } from "../holder/enrol.ts";
import type { Parties } from "../holder/parties.ts";
import type { Reason } from "../holder/pin_choice.ts";
import { equal } from "../protocol/encoding.ts";
import { Refusal } from "../protocol/refusal.ts";
import type { Mixing } from "./digit_keys.ts";
import { element, pairList, wayOut } from "./dom.ts";
import { patiently, resumable } from "./patience.ts";
import { IDLE, type PinPad, pinPad } from "./pin_pad.ts";
import { day, head, retitle, type Screen, show, showBusy, showError, showRefusal, wayOn } from "./screen.ts";

/** Refuses what `Enrolment` refuses, before a PIN can be typed. */
export function enrolScreen(screen: Screen, visit: VersionVisit, parties: Parties, mixing: Mixing): void {
  const { words } = screen;
  const enrolment = new Enrolment(visit, parties);
  let first: Uint8Array<ArrayBuffer> | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const ask = (again: boolean): void => {
    head(again ? words.header_repeat : words.header_choose);
    retitle(again ? words.repeat_pin : words.choose_pin);
    pad.label(again ? words.repeat_button : words.choose_button);
  };
  const forget = (): void => {
    clearTimeout(idle);
    first?.fill(0);
    if (first !== undefined) ask(false);
    first = undefined;
  };
  const typed = (pin: Uint8Array<ArrayBuffer>): void => {
    try {
      enrolment.check(pin);
    } catch (error) {
      pin.fill(0);
      forget();
      return pad.alert(easy(screen, error));
    }
    if (first === undefined) {
      first = pin;
      idle = setTimeout(forget, IDLE);
      ask(true);
      return pad.focus();
    }
    const same = equal(first, pin);
    if (same) {
      clearTimeout(idle);
      first.fill(0);
      removeEventListener("pagehide", forget);
      return void issue(screen, enrolment, pin, pad);
    }
    forget();
    pin.fill(0);
    pad.alert(words.mismatch);
  };

  const cancel = wayOut(words.cancel, screen.back, { class: "button" });
  const pad = pinPad({ words, submit: words.choose_button, describedBy: "heading advice", mixing, beside: [cancel] }, typed);
  addEventListener("pagehide", forget);
  const advice = element("p", { id: "advice", class: "notice" }, words.advice);
  show(screen, { heading: words.choose_pin, below: [advice, pad.root] });
  ask(false);
  pad.focus();
}

function easy(screen: Screen, error: unknown): string {
  if (!(error instanceof Refusal && error.code === "pin_too_easy")) throw error;
  return screen.words[`easy_${error.facts["reason"] as Reason}`];
}

async function issue(screen: Screen, enrolment: Enrolment, pin: Uint8Array<ArrayBuffer>, pad: PinPad): Promise<void> {
  pad.busy(screen.words.issuing);
  try {
    await enrolment.choose(pin);
    await finish(screen, resumable(() => enrolment.finish()));
  } catch (error) {
    showRefusal(screen, error);
  }
}

/** May be tried again where somebody did not answer: the same is asked with the same bytes. */
async function finish(screen: Screen, send: () => Promise<Enrolled>): Promise<void> {
  const { words } = screen;
  head(words.header_issue);
  const { slow } = showBusy(screen, words.issuing);
  try {
    issued(screen, await patiently(send(), slow, new Refusal("center_unavailable")));
  } catch (error) {
    if (!(error instanceof Refusal && error.unavailable)) return showRefusal(screen, error);
    showError(screen, "issuing_failed_title", "issuing_failed_text", error.code, { again: () => void finish(screen, send) });
  }
}

function issued(screen: Screen, { certificate, serial, returnTo }: Enrolled): void {
  const { words } = screen;
  const facts = pairList([
    [words.certificate, certificate.commonName],
    [words.serial, element("code", {}, serial)],
    [words.until, day(screen, certificate.notAfter)],
  ]);
  const stamp = document.querySelector(".brand svg")!.cloneNode(true) as SVGElement;
  stamp.setAttribute("class", "stamp");
  show(screen, {
    above: [stamp],
    heading: words.issued_title,
    below: [element("section", { class: "card" }, facts), ...wayOn(screen, returnTo)],
  });
}
