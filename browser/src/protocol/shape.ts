/** Reading JSON that came over the wire: every member is of its type or the whole is refused with `invalid_field`. */

import { type Bytes, type Json, unb64 } from "./encoding.ts";
import { Refusal } from "./refusal.ts";

export type Members = { readonly [name: string]: Json };

/** An object. */
export function members(value: Json | undefined): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal("invalid_field");
  return value as Members;
}

/** A list, each item read by `read`. */
export function list<T>(value: Json | undefined, read: (item: Json) => T): T[] {
  if (!Array.isArray(value)) throw new Refusal("invalid_field");
  return (value as readonly Json[]).map(read);
}

/** A text. */
export function text(value: Json | undefined): string {
  if (typeof value !== "string") throw new Refusal("invalid_field");
  return value;
}

/** A whole number from `least`. */
export function whole(value: Json | undefined, least = 0): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) throw new Refusal("invalid_field");
  return value;
}

/** Yes or no. */
export function flag(value: Json | undefined): boolean {
  if (typeof value !== "boolean") throw new Refusal("invalid_field");
  return value;
}

/** Bytes in base64url, of `size` where one is given. */
export function bytes(value: Json | undefined, size?: number): Bytes {
  return unb64(text(value), size);
}
