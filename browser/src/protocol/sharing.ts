/** Shamir's sharing over the scalars of ristretto255, and the masks that hide each guard's share. */

import { sha512 } from "@noble/hashes/sha2.js";
import { encode } from "./encoding.ts";
import { labels } from "./labels.ts";
import { fromLittleEndian, ORDER, randomScalar, SIZE, toLittleEndian } from "./oprf.ts";
import { Refusal } from "./refusal.ts";

export type Shares = ReadonlyMap<number, Uint8Array>;

function number(scalar: Uint8Array): bigint {
  const value = fromLittleEndian(scalar);
  if (scalar.length !== SIZE || value >= ORDER) throw new Refusal("not_a_scalar");
  return value;
}

function reduced(value: bigint): bigint {
  return ((value % ORDER) + ORDER) % ORDER;
}

/** By Fermat: L is prime. */
function inverse(value: bigint): bigint {
  let [result, base, exponent] = [1n, reduced(value), ORDER - 2n];
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % ORDER;
    base = (base * base) % ORDER;
  }
  return result;
}

/** f(i) for each index, f of degree threshold - 1 with f(0) = `secret` and fresh coefficients. */
export function split(secret: Uint8Array, threshold: number, indexes: readonly number[]): Shares {
  const others = Array.from({ length: threshold - 1 }, randomScalar);
  return evaluate([secret, ...others], indexes);
}

/** f(i) for each index; the lowest coefficient first. */
export function evaluate(coefficients: readonly Uint8Array[], indexes: readonly number[]): Shares {
  const numbers = coefficients.map(number);
  const at = (i: bigint): bigint => numbers.reduceRight((sum, coefficient) => reduced(sum * i + coefficient), 0n);
  return new Map(indexes.map((i) => [i, toLittleEndian(at(BigInt(i)))]));
}

/** f(0) from as many shares as the threshold (Lagrange). */
export function combine(shares: Shares): Uint8Array {
  let total = 0n;
  for (const [i, share] of shares) {
    let weight = 1n;
    for (const j of shares.keys()) {
      if (j !== i) weight = reduced(weight * BigInt(j) * inverse(BigInt(j - i)));
    }
    total = reduced(total + number(share) * weight);
  }
  return toLittleEndian(total);
}

/** LE(SHA-512(label|uid|ver|guard_id|index|output)) mod L. */
export function mask(uid: Uint8Array, ver: number, guardId: string, index: number, output: Uint8Array): Uint8Array {
  return toLittleEndian(reduced(fromLittleEndian(sha512(encode(labels.MASK, uid, ver, guardId, index, output)))));
}

/** The masked share that the record carries. */
export function addMask(share: Uint8Array, masking: Uint8Array): Uint8Array {
  return toLittleEndian(reduced(number(share) + number(masking)));
}

/** The share behind a masked one. */
export function removeMask(masked: Uint8Array, masking: Uint8Array): Uint8Array {
  return toLittleEndian(reduced(number(masked) - number(masking)));
}
