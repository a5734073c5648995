/** Ed25519 (RFC 8032) as the protocol uses it: raw 32-byte keys, no small-order key, one refusal. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { Refusal, refusing } from "./refusal.ts";

/** `key`, if it is 32 bytes, canonical and not of small order. Refuses `not_a_public_key`. */
export function checkPublicKey(key: Uint8Array): Uint8Array {
  const point = refusing("not_a_public_key", () => ed25519.Point.fromBytes(key, false));
  if (point.isSmallOrder()) throw new Refusal("not_a_public_key");
  return key;
}

/** Refuses `signature_refused` unless `signature` is `key`'s over `data`. */
export function verify(key: Uint8Array, signature: Uint8Array, data: Uint8Array): void {
  checkPublicKey(key);
  if (!refusing("signature_refused", () => ed25519.verify(signature, data, key, { zip215: false }))) {
    throw new Refusal("signature_refused");
  }
}

/** An Ed25519 key that signs. */
export class SigningKey {
  readonly #seed: Uint8Array;
  readonly publicKey: Uint8Array;

  constructor(seed: Uint8Array) {
    this.#seed = seed;
    this.publicKey = ed25519.getPublicKey(seed);
  }

  /** 64 bytes. */
  sign(data: Uint8Array): Uint8Array {
    return ed25519.sign(data, this.#seed);
  }
}
