/** The client's half of VOPRF(ristretto255, SHA-512) of RFC 9497, on @noble/curves. */

import { ristretto255, ristretto255_oprf } from "@noble/curves/ed25519.js";
import { Refusal, refusing } from "./refusal.ts";

export const ORDER = ristretto255.Point.Fn.ORDER;
export const SIZE = 32;

/** What the client keeps (`blind`) and what it sends (`element`). */
export interface Blinded {
  readonly blind: Uint8Array;
  readonly element: Uint8Array;
}

/** A guard's answer, and its proof that it used the key it is known by. */
export interface Evaluated {
  readonly element: Uint8Array;
  readonly proof: Uint8Array;
}

/** The bytes little-endian as a number. */
export function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

/** 32 bytes little-endian. */
export function toLittleEndian(number: bigint): Uint8Array {
  return Uint8Array.from({ length: SIZE }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
}

/** `element`, if it is a canonical encoding of a point other than the identity. Refuses `not_an_element`. */
export function checkElement(element: Uint8Array): Uint8Array {
  const point = refusing("not_an_element", () => ristretto255.Point.fromBytes(element));
  if (point.is0()) throw new Refusal("not_an_element");
  return element;
}

/** `scalar`, if it is 32 bytes little-endian within 1..L-1. Refuses `not_a_scalar`. */
export function checkScalar(scalar: Uint8Array): Uint8Array {
  const number = fromLittleEndian(scalar);
  if (scalar.length !== SIZE || number === 0n || number >= ORDER) throw new Refusal("not_a_scalar");
  return scalar;
}

/** A uniform scalar within 1..L-1: 64 random bytes leave a bias of 2^-259. */
export function randomScalar(): Uint8Array {
  const wide = crypto.getRandomValues(new Uint8Array(64));
  return toLittleEndian(1n + (fromLittleEndian(wide) % (ORDER - 1n)));
}

/** Blind `message` with a fresh scalar. */
export function blind(message: Uint8Array): Blinded {
  return blindWith(message, randomScalar());
}

/** Blind `message` with the scalar given. */
export function blindWith(message: Uint8Array, scalar: Uint8Array): Blinded {
  // The library asks for random bytes and takes them modulo L - 1, plus one: these come out as `scalar`.
  const wanted = toLittleEndian(fromLittleEndian(checkScalar(scalar)) - 1n);
  const asked = (length = SIZE): Uint8Array<ArrayBuffer> => {
    const random = new Uint8Array(length);
    random.set(wanted);
    return random;
  };
  const made = ristretto255_oprf.voprf.blind(message, asked);
  return { blind: made.blind, element: made.blinded };
}

/** The 64-byte output, once the proof under `publicKey` holds. Refuses `proof_refused`. */
export function finalize(message: Uint8Array, blinded: Blinded, evaluated: Evaluated, publicKey: Uint8Array): Uint8Array {
  return refusing("proof_refused", () => {
    checkElement(evaluated.element);
    checkElement(publicKey);
    checkScalar(evaluated.proof.subarray(0, SIZE));
    checkScalar(evaluated.proof.subarray(SIZE));
    return ristretto255_oprf.voprf.finalize(
      message,
      blinded.blind,
      evaluated.element,
      blinded.element,
      publicKey,
      evaluated.proof,
    );
  });
}
