/**
 * How bytes are put together before they are hashed, derived from, sealed or signed: a label, then fields, each as
 * I2OSP(length, 2) || bytes. Integers and times are I2OSP(8). A list is a count field, then its items. Absent is a field
 * of length 0. A field over 65,535 bytes is refused. The same as `dojang.pin.encoding`.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { Refusal, refusing } from "./refusal.ts";

export { sha256 };

export type Bytes = Uint8Array<ArrayBuffer>;
export type Field = Uint8Array | string | number;
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const MAX_FIELD = 65_535;
const UTF8 = new TextEncoder();

/** Text as UTF-8. */
export function utf8(text: string): Bytes {
  return UTF8.encode(text);
}

/** The text behind UTF-8 bytes; throws for bytes that are none. */
export function fromUtf8(data: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
}

/** The parts, one after another. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** Whether both hold the same bytes. */
export function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

function integer(value: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0) throw new Refusal("invalid_field");
  const raw = new Uint8Array(8);
  new DataView(raw.buffer).setBigUint64(0, BigInt(value));
  return raw;
}

/** One field. Refuses `field_too_long`. */
export function field(value: Field): Bytes {
  const raw = typeof value === "number" ? integer(value) : typeof value === "string" ? utf8(value) : value;
  if (raw.length > MAX_FIELD) throw new Refusal("field_too_long");
  return concat(Uint8Array.of(raw.length >> 8, raw.length & 0xff), raw);
}

/** The input of every hash, HKDF, HPKE info and signature of the protocol. */
export function encode(label: string, ...fields: readonly Field[]): Bytes {
  return concat(field(label), ...fields.map(field));
}

/** A list as fields: its count, then the fields of every item in order. */
export function listed(items: readonly (readonly Field[])[]): Field[] {
  return [items.length, ...items.flat()];
}

/** SHA-256 over `encode(label, ...fields)`. */
export function labelledHash(label: string, ...fields: readonly Field[]): Uint8Array {
  return sha256(encode(label, ...fields));
}

/** base64url without padding, the only form of binary in our JSON. */
export function b64(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The bytes behind `text`, which has one spelling only. Refuses `not_base64_url`, a wrong size too. */
export function unb64(text: string, size?: number): Bytes {
  const data = refusing("not_base64_url", () => {
    const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(raw, (character) => character.charCodeAt(0));
  });
  if (b64(data) !== text || (size !== undefined && data.length !== size)) throw new Refusal("not_base64_url");
  return data;
}

/** `value` as canonical JSON (RFC 8785). Refuses `not_canonical`: lone surrogates, integers beyond 2^53 - 1. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${members.map(([name, member]) => `${canonical(name)}:${canonical(member)}`).join(",")}}`;
  }
  const unsafe = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  if (unsafe || (typeof value === "string" && !value.isWellFormed())) throw new Refusal("not_canonical");
  return JSON.stringify(value);
}

/** The bytes of `value` as canonical JSON. */
export function canonicalBytes(value: Json): Bytes {
  return utf8(canonical(value));
}

/** The JSON value of bytes that *are* canonical. Refuses `not_canonical`: other spacing or order, repeated keys. */
export function parseCanonical(data: Uint8Array): Json {
  return refusing("not_canonical", () => {
    const text = fromUtf8(data);
    const value = JSON.parse(text) as Json;
    if (canonical(value) !== text) throw new Refusal("not_canonical");
    return value;
  });
}
