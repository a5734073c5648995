/** Signing: what is signed, whose certificate signs, and below it the PIN pad. */

import type { UseVisit } from "../holder/bodies.ts";
import type { Parties } from "../holder/parties.ts";
import { Use } from "../holder/use.ts";
import { Refusal } from "../protocol/refusal.ts";
import { button, element, pairList } from "./dom.ts";
import { type PinPad, pinPad } from "./pin_pad.ts";
import { day, type Screen, show, showRefusal, wayBack } from "./screen.ts";
import { counted, partyName, shownPairs } from "./words.ts";

/** Refuses what `Use.of` refuses, before a PIN can be typed. */
export async function useScreen(screen: Screen, visit: UseVisit, parties: Parties): Promise<void> {
  const use = await Use.of(visit, parties);
  if (use.shown.otherCertificate) return askForOther(screen, use, parties);
  askForPin(screen, use, parties);
}

/** This browser knows another certificate: only the customer can say that this one is meant. */
function askForOther(screen: Screen, use: Use, parties: Parties): void {
  const { words } = screen;
  const agree = button(words.otherButton, () => askForPin(screen, use, parties), { class: "primary" });
  show(screen, words.otherTitle, element("p", {}, words.otherText), holder(screen, use), agree);
}

function holder(screen: Screen, { shown }: Use): HTMLElement {
  const { words } = screen;
  return pairList([
    [words.certificate, shown.holder],
    [words.issuedAt, day(screen, shown.issuedAt)],
  ]);
}

function askForPin(screen: Screen, use: Use, parties: Parties): void {
  const { words } = screen;
  const { shown } = use;
  const party = partyName(words, shown.relyingParty);
  const isLogin = shown.purpose === "login";
  const pairs = isLogin ? [[words.relying_party, party] as const] : shownPairs(words, shown.purpose, shown.pairs);
  const asks = isLogin ? [] : [pairList([[words.asks, party]])];
  const end = new AbortController();
  const expire = (): void => {
    end.abort(); // a PIN that is being checked signs nothing any more
    showRefusal(screen, new Refusal("transaction_expired"));
  };
  const timer = setTimeout(expire, Math.max(0, shown.expiresAt - parties.now()) * 1000);
  const pad: PinPad = pinPad(words, words.enterPin, words.signButton[shown.purpose], (pin) => {
    void enter(screen, use, pad, { pin, end: end.signal, stop: () => clearTimeout(timer) });
  });
  const card = element("section", { class: "card" }, pairList(pairs), ...asks, holder(screen, use));
  show(screen, words.signTitle[shown.purpose], card, pad.root);
  pad.focus();
}

interface Typed {
  readonly pin: Uint8Array<ArrayBuffer>;
  /** The transaction has ended. */
  readonly end: AbortSignal;
  /** It will not end any more: its outcome is known, or on its way. */
  readonly stop: () => void;
}

async function enter(screen: Screen, use: Use, pad: PinPad, { pin, end, stop }: Typed): Promise<void> {
  pad.busy(screen.words.checking);
  try {
    await use.unlock(pin);
  } catch (error) {
    if (!end.aborted) refused(screen, pad, error, stop);
    return;
  }
  if (end.aborted) return;
  stop();
  pad.busy(screen.words.signing);
  await sign(screen, use);
}

/** Tries left are shown only as the guards signed them. A PIN that may be typed again leaves the pad as it was. */
function refused(screen: Screen, pad: PinPad, error: unknown, over: () => void): void {
  const { words } = screen;
  const left = error instanceof Refusal && error.code === "wrong_pin" ? Number(error.facts["tries_left"]) : 0;
  pad.busy(undefined);
  if (left > 0) return pad.alert(left === 1 ? words.lastTry : counted(words.wrong, left));
  if (error instanceof Refusal && error.code === "guard_unavailable") return pad.alert(words.refused.guard_unavailable.join(". "));
  over();
  showRefusal(screen, error);
}

async function sign(screen: Screen, use: Use): Promise<void> {
  const { words } = screen;
  try {
    const { returnTo, foreign } = await use.sign();
    const warning = foreign > 0 ? [element("p", { class: "alert" }, counted(words.foreign, foreign))] : [];
    const back = wayBack(screen, returnTo);
    show(screen, words.signedTitle[use.shown.purpose], ...warning, ...back);
    if (foreign === 0 && back[0]) location.replace(back[0].href);
  } catch (error) {
    showRefusal(screen, error, () => {
      show(screen, words.signing);
      void sign(screen, use);
    });
  }
}
