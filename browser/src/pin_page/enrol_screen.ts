/** Choosing a PIN: typed twice, refused if easy, and then the certificate is issued. */

import type { VersionVisit } from "../holder/bodies.ts";
import { Enrolment } from "../holder/enrol.ts";
import type { Parties } from "../holder/parties.ts";
import type { Reason } from "../holder/pin_choice.ts";
import { equal } from "../protocol/encoding.ts";
import { Refusal } from "../protocol/refusal.ts";
import { element, pairList } from "./dom.ts";
import { IDLE, pinPad } from "./pin_pad.ts";
import { day, type Screen, show, showRefusal, wayBack } from "./screen.ts";

/** Refuses what `Enrolment` refuses, before a PIN can be typed. */
export function enrolScreen(screen: Screen, visit: VersionVisit, parties: Parties): void {
  const { words } = screen;
  const enrolment = new Enrolment(visit, parties);
  let first: Uint8Array<ArrayBuffer> | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const forget = (): void => {
    clearTimeout(idle);
    first?.fill(0);
    first = undefined;
    pad.label(words.choosePin, words.chooseButton);
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
      pad.label(words.repeatPin, words.repeatButton);
      return pad.focus();
    }
    const same = equal(first, pin);
    forget();
    if (same) return void issue(screen, enrolment, pin, () => pad.busy(words.issuing));
    pin.fill(0);
    pad.alert(words.mismatch);
  };

  const pad = pinPad(words, words.choosePin, words.chooseButton, typed);
  addEventListener("pagehide", forget);
  show(screen, words.title, element("p", {}, words.advice), pad.root);
  pad.focus();
}

function easy(screen: Screen, error: unknown): string {
  if (!(error instanceof Refusal && error.code === "pin_too_easy")) throw error;
  return screen.words.easy[error.facts["reason"] as Reason];
}

async function issue(screen: Screen, enrolment: Enrolment, pin: Uint8Array<ArrayBuffer>, busy: () => void): Promise<void> {
  busy();
  try {
    await enrolment.choose(pin);
    await finish(screen, enrolment);
  } catch (error) {
    showRefusal(screen, error);
  }
}

/** May be tried again where somebody did not answer: the same is asked with the same bytes. */
async function finish(screen: Screen, enrolment: Enrolment): Promise<void> {
  const { words } = screen;
  try {
    const { certificate, serial, returnTo } = await enrolment.finish();
    const facts = pairList([
      [words.certificate, certificate.commonName],
      [words.serial, serial],
      [words.until, day(screen, certificate.notAfter)],
    ]);
    show(screen, words.issuedTitle, facts, ...wayBack(screen, returnTo));
  } catch (error) {
    showRefusal(screen, error, () => {
      show(screen, words.issuing);
      void finish(screen, enrolment);
    });
  }
}
