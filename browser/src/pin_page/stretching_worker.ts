/** Argon2id away from the page's own thread. The PIN's bytes come with the message, and are wiped here. */

import type { KeyStretching } from "../protocol/record.ts";
import { Refusal } from "../protocol/refusal.ts";
import { stretch } from "../protocol/version.ts";

/** What is asked; the answer is P, or the code of a refusal. */
export interface Asked {
  readonly pin: Uint8Array<ArrayBuffer>;
  readonly salt: Uint8Array;
  readonly how: KeyStretching;
}

self.addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  try {
    self.postMessage(stretch(data.pin, data.salt, data.how));
  } catch (error) {
    self.postMessage(error instanceof Refusal ? error.code : "unexpected");
  } finally {
    data.pin.fill(0);
  }
});
