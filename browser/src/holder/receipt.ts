/** The customer's receipt, compared with the consent that this page gave. */

import { b64, canonical, equal, type Json, labelledHash } from "../protocol/encoding.ts";
import { labels } from "../protocol/labels.ts";
import { Refusal } from "../protocol/refusal.ts";
import { bytes, list, members } from "../protocol/shape.ts";

/** What the receipt must be about. */
export interface Consent {
  readonly transaction: Uint8Array;
  readonly kid: Uint8Array;
  readonly th: Uint8Array;
  readonly activation: Json;
  readonly activationSha256: Uint8Array;
  readonly attestation: Json;
  readonly certificate: Uint8Array;
  /** The guards' receipts for it, and how many of them there must be. */
  readonly receipts: readonly Json[];
  readonly threshold: number;
}

/**
 * Refuses `receipt_refused` unless the receipt is of this very consent, and its leaf of this use; `signature_invalid`
 * (fact: step) without enough of the guards' receipts, which alone would prove nothing to others.
 */
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
  const carried = new Set(list(receipt["receipts"], canonical));
  const proven = consent.receipts.filter((one) => carried.has(canonical(one)));
  if (proven.length < consent.threshold) throw new Refusal("signature_invalid", { step: "guards" });
}
