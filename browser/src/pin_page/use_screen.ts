/** Signing: what is signed, whose certificate signs, and below it the PIN pad. */

import type { UseVisit } from "../holder/bodies.ts";
import type { Parties } from "../holder/parties.ts";
import { Use } from "../holder/use.ts";
import { Refusal } from "../protocol/refusal.ts";
import type { Mixing } from "./digit_keys.ts";
import { button, element, pairList, wayOut } from "./dom.ts";
import { patiently } from "./patience.ts";
import { type PinPad, pinPad } from "./pin_pad.ts";
import { head, type Screen, show, showRefusal } from "./screen.ts";
import { amountOf, holderRow, signedCard } from "./signed_card.ts";
import { sign } from "./signing.ts";
import { countDown } from "./time_left.ts";
import { told } from "./wording.ts";

/** Refuses what `Use.of` refuses, before a PIN can be typed. */
export async function useScreen(screen: Screen, visit: UseVisit, parties: Parties, mixing: Mixing): Promise<void> {
  const use = await Use.of(visit, parties);
  const { words } = screen;
  const party = screen.nameOf(use.shown.relyingParty);
  head(told(words[`header_${use.shown.purpose}`], { party }));
  const card = signedCard(screen, use, visit.contents);
  const end = new AbortController();
  const stop = countDown(words, use.shown.expiresAt, parties.now, () => {
    end.abort(); // a PIN that is being checked signs nothing any more
    showRefusal(screen, new Refusal("transaction_expired"));
  });
  const visiting: Visiting = { screen, use, card, mixing, now: parties.now, end: end.signal, stop };
  if (use.shown.otherCertificate) askForOther(visiting);
  else askForPin(visiting);
}

interface Visiting {
  readonly screen: Screen;
  readonly use: Use;
  readonly card: HTMLElement;
  readonly mixing: Mixing;
  readonly now: () => number;
  /** The transaction has ended. */
  readonly end: AbortSignal;
  /** It will not end any more: its outcome is known, or on its way. */
  readonly stop: () => void;
}

/** This browser knows another certificate: only the customer can say that this one is meant. */
function askForOther(visiting: Visiting): void {
  const { screen, use } = visiting;
  const { words } = screen;
  show(screen, {
    heading: words.new_certificate_title,
    below: [
      element("p", {}, words.new_certificate_text),
      element("section", { class: "card" }, pairList([holderRow(screen, use.shown)])),
      button(words.new_certificate_button, () => askForPin(visiting), { class: "button primary" }),
      wayOut(words.cancel, screen.back, { class: "button" }),
    ],
  });
}

function askForPin(visiting: Visiting): void {
  const { screen, use, card, mixing } = visiting;
  const { words } = screen;
  const amount = amountOf(screen, use.shown);
  const submit = words[`sign_${use.shown.purpose}`];
  const pad: PinPad = pinPad(
    {
      words,
      submit: amount === undefined ? submit : told(words.sign_amount, { amount }),
      describedBy: "heading signed",
      mixing,
      beside: [wayOut(words.cancel, screen.back, { class: "button" })],
      below: [wayOut(words.forgotten, screen.atCenter("/issue"), { class: "button quiet" })],
    },
    (pin) => void enter(visiting, pad, pin),
  );
  show(screen, { above: [card], heading: words.enter_pin, below: [pad.root] });
  pad.focus();
}

async function enter(visiting: Visiting, pad: PinPad, pin: Uint8Array<ArrayBuffer>): Promise<void> {
  const { screen, use, end, stop } = visiting;
  const { words } = screen;
  pad.busy(words.checking);
  try {
    await patiently(use.unlock(pin), () => pad.busy(words.slow), new Refusal("guard_unavailable"));
  } catch (error) {
    if (!end.aborted) refused(visiting, pad, error);
    return;
  }
  if (end.aborted) return;
  stop();
  await sign(visiting);
}

/** Tries left are shown only as the guards signed them. A PIN that may be typed again leaves the pad as it was. */
function refused({ screen, stop }: Visiting, pad: PinPad, error: unknown): void {
  const { words } = screen;
  const { code, facts } = error instanceof Refusal ? error : new Refusal("unexpected");
  const left = code === "wrong_pin" ? Number(facts["tries_left"]) : 0;
  pad.busy(undefined);
  if (left > 0) return pad.alert(left === 1 ? words.last_try : told(words.wrong, { n: left }));
  if (code === "guard_unavailable" || code === "center_unavailable") {
    return pad.alert(`${words[`${code}_title`]}. ${words.guard_unavailable_text}`);
  }
  stop();
  showRefusal(screen, error);
}
