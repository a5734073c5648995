/** After a right PIN: the consent goes to guards and vault, and the customer is never told a result that nobody knows. */

import type { Use, Used } from "../holder/use.ts";
import { NUMBERS } from "../protocol/numbers.ts";
import { Refusal } from "../protocol/refusal.ts";
import { button, element, wayOut } from "./dom.ts";
import { patiently, resumable } from "./patience.ts";
import { type Screen, show, showBusy, showError, showRefusal, wayOn } from "./screen.ts";
import { told } from "./wording.ts";

const PAUSE = 3_000; // milliseconds until the same is sent again

interface Signing {
  readonly screen: Screen;
  readonly use: Use;
  readonly card: HTMLElement;
  readonly now: () => number;
}

// Said only after the vault may have signed: what came back was not what we asked for.
const IN_DOUBT = ["receipt_refused", "signature_invalid"];

/** Sends the same bytes until the result is known; after the transaction's end nobody would sign them any more. */
export async function sign(signing: Signing): Promise<void> {
  const { screen, use, card, now } = signing;
  const send = resumable(() => use.sign());
  let waiting = showBusy(screen, screen.words.signing, [card]).slow;
  for (let doubtful = false; ; doubtful = true) {
    try {
      return signed(signing, await patiently(send(), () => waiting(), new Refusal("center_unavailable")));
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal("unexpected");
      const { code } = refusal;
      if (!doubtful && code === "guard_unavailable") return showRefusal(screen, refusal, () => void sign(signing));
      if (!doubtful && !refusal.unavailable && !IN_DOUBT.includes(code)) return showRefusal(screen, refusal);
      const over = now() > use.shown.expiresAt + NUMBERS.clockSkew;
      if (over || !refusal.unavailable) return showError(screen, "unknown_over_title", "unknown_over_text", code, {});
    }
    waiting = () => undefined;
    await askAgain(screen, card);
  }
}

/** Nobody knows yet whether it was signed. Done after a while, or at once if the customer likes. */
function askAgain(screen: Screen, card: HTMLElement): Promise<void> {
  const { words } = screen;
  return new Promise((resolve) => {
    const ask = button(words.unknown_ask, () => resolve(), { class: "button" });
    const said = element("p", { role: "status" }, words.unknown_text);
    if (document.title !== words.unknown_title) show(screen, { above: [card], heading: words.unknown_title, below: [said] });
    document.querySelector("#page > .ask")?.remove();
    ask.classList.add("ask");
    document.getElementById("page")!.append(ask);
    setTimeout(resolve, PAUSE);
  });
}

/** Signed. Back to where the customer came from; what she has to know first waits for her click. */
function signed({ screen, use, card }: Signing, { returnTo, foreign, newPinDue }: Used): void {
  const { words } = screen;
  const notices: Node[] = [];
  if (foreign > 0) notices.push(element("p", { class: "notice warning" }, told(words.foreign, { n: foreign })));
  if (newPinDue) {
    const reissue = wayOut(words.reissue, screen.atCenter("/issue"), { class: "button" });
    notices.push(element("p", { class: "notice" }, words.new_pin_due), reissue);
  }
  const on = wayOn(screen, returnTo);
  const heading = words[`signed_${use.shown.purpose}`];
  show(screen, { above: [card], heading, below: [...notices, ...on] });
  if (notices.length === 0 && on[0]) location.replace(on[0].href);
}
