/** The customer's receipt, compared with the consent that this page gave. */

import { b64, canonical, equal, type Json, labelledHash } from "../protocol/encoding.ts";
import { labels } from "../protocol/labels.ts";
import { Refusal } from "../protocol/refusal.ts";
import { bytes, members } from "../protocol/shape.ts";

/** What the receipt must be about. */
export interface Consent {
  readonly transaction: Uint8Array;
  readonly kid: Uint8Array;
  readonly th: Uint8Array;
  readonly activation: Json;
  readonly activationSha256: Uint8Array;
  readonly attestation: Json;
  readonly certificate: Uint8Array;
}

/** Refuses `receipt_refused` unless the receipt proves this very consent, and its leaf is of this use. */
export function checkReceipt(json: Json, consent: Consent): void {
  const receipt = members(json);
  const leaf = bytes(receipt["leaf"], 64);
  const event = labelledHash(labels.LEAF_EVENT, "use", consent.kid, consent.th, consent.activationSha256);
  const same =
    receipt["transaction"] === b64(consent.transaction) &&
    receipt["certificate"] === b64(consent.certificate) &&
    canonical(receipt["activation"] ?? null) === canonical(consent.activation) &&
    canonical(receipt["attestation"] ?? null) === canonical(consent.attestation) &&
    equal(leaf.subarray(32), event);
  if (!same) throw new Refusal("receipt_refused");
}
