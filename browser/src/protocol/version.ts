/** The secrets of one version, all from a random scalar R and none from the PIN; and what the PIN is turned into. */

import { argon2id } from "@noble/hashes/argon2.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { encode, equal, sha256 } from "./encoding.ts";
import { labels } from "./labels.ts";
import { type KeyStretching, STRETCHING } from "./record.ts";
import { Refusal } from "./refusal.ts";
import { SigningKey } from "./signatures.ts";

const ABSENT = new Uint8Array(0);

/** HKDF-SHA256 with an empty salt, 32 bytes (RFC 5869). */
function derive(secret: Uint8Array, info: Uint8Array): Uint8Array {
  return hkdf(sha256, secret, undefined, info, 32);
}

/** What a version's R opens. Lives in the memory of one visit. */
export class Secrets {
  readonly #secret: Uint8Array;

  /** S = HKDF(R, label|uid|ver); R is 32 bytes little-endian. */
  constructor(r: Uint8Array, uid: Uint8Array, ver: number) {
    this.#secret = derive(r, encode(labels.SECRET, uid, ver));
  }

  /** Cm: says that R is right, and nothing of the PIN. */
  commitment(): Uint8Array {
    return derive(this.#secret, encode(labels.COMMITMENT, ABSENT));
  }

  /** Whether R is the one behind `commitment`. */
  opens(commitment: Uint8Array): boolean {
    return equal(this.commitment(), commitment);
  }

  /** AK. */
  authorizationKey(): SigningKey {
    return new SigningKey(derive(this.#secret, encode(labels.AUTHORIZATION_SEED, ABSENT)));
  }

  /** A_kid. */
  activationSecret(kid: Uint8Array): Uint8Array {
    return derive(this.#secret, encode(labels.ACTIVATION_SECRET, kid));
  }
}

/**
 * P = Argon2id v0x13 (RFC 9106) of six ASCII digits, 32 bytes: the OPRF's input.
 * Refuses `invalid_field` for anything but six digits, `record_mismatch` for a record with other parameters.
 */
export function stretch(pin: Uint8Array, salt: Uint8Array, how: KeyStretching): Uint8Array {
  checkPin(pin);
  checkStretching(how);
  return argon2id(pin, salt, { t: how.iterations, m: how.memoryKib, p: how.lanes, dkLen: 32, version: 0x13 });
}

/** Refuses `invalid_field` for anything but six ASCII digits. */
export function checkPin(pin: Uint8Array): void {
  if (pin.length !== 6 || !pin.every((byte) => byte >= 0x30 && byte <= 0x39)) {
    throw new Refusal("invalid_field", { field: "pin" });
  }
}

/** Refuses `record_mismatch` for other parameters than the protocol's: a weaker set would make guessing cheap. */
export function checkStretching(how: KeyStretching): void {
  const same = (Object.keys(STRETCHING) as (keyof KeyStretching)[]).every((name) => how[name] === STRETCHING[name]);
  if (!same) throw new Refusal("record_mismatch");
}
