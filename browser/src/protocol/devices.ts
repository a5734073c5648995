/**
 * A browser's device key: one ECDSA P-256 key that never leaves it, raw 64-byte signatures as WebCrypto makes them. It says
 * that an attempt comes from a browser that the customer used before. As in `dojang.pin.devices`.
 */

import { type Bytes, encode, sha256 } from "./encoding.ts";
import { labels } from "./labels.ts";
import { Refusal } from "./refusal.ts";

const KEY = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;

export class Device {
  readonly #keys: CryptoKeyPair;
  /** SubjectPublicKeyInfo. */
  readonly spki: Bytes;
  /** SHA-256 of it. */
  readonly id: Uint8Array;

  private constructor(keys: CryptoKeyPair, spki: Bytes) {
    this.#keys = keys;
    this.spki = spki;
    this.id = sha256(spki);
  }

  /** The device of these keys. */
  static async of(keys: CryptoKeyPair): Promise<Device> {
    return new Device(keys, new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey)));
  }

  /** 64 bytes (IEEE P1363), other ones each time. */
  async sign(data: Bytes): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.sign(SIGNATURE, this.#keys.privateKey, data));
  }
}

/** Keys of which nobody, this page too, can read the private one. */
export async function newDeviceKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(KEY, false, ["sign", "verify"]);
}

/** Refuses `signature_refused` unless `signature` (64 bytes) is the key's over `data`; `not_a_public_key`. */
export async function verifyDevice(spki: Bytes, signature: Bytes, data: Bytes): Promise<void> {
  const key = await crypto.subtle.importKey("spki", spki, KEY, false, ["verify"]).catch(() => {
    throw new Refusal("not_a_public_key");
  });
  if (!(await crypto.subtle.verify(SIGNATURE, key, signature, data))) throw new Refusal("signature_refused");
}

/** This very attempt comes from a known browser: good at one guard, for one ticket and one element. */
export interface AttemptProof {
  readonly guardId: string;
  readonly uid: Uint8Array;
  readonly ver: number;
  readonly th: Uint8Array;
  readonly jti: Uint8Array;
  readonly blinded: Uint8Array;
}

/** guard_id|uid|ver|th|jti|SHA-256(blinded), by the device key. */
export function attemptProofSigned(p: AttemptProof): Bytes {
  return encode(labels.DEVICE_AT_GUARD, p.guardId, p.uid, p.ver, p.th, p.jti, sha256(p.blinded));
}

/** SHA-256(code), by the device key: the one-time code (32 bytes) is opened in a known browser. */
export function centreProofSigned(code: Uint8Array): Bytes {
  return encode(labels.DEVICE_AT_CENTRE, sha256(code));
}

/** The customer adds a browser beside an accepted confirm (at the centre: beside the activation) of `th`. */
export interface DeviceAddition {
  readonly uid: Uint8Array;
  readonly th: Uint8Array;
  readonly deviceKey: Uint8Array;
}

/** uid|th|device_pk, by AK. */
export function deviceAdditionSigned(a: DeviceAddition): Bytes {
  return encode(labels.DEVICE_ADDITION, a.uid, a.th, a.deviceKey);
}
