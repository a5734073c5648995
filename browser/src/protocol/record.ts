/** M, the recovery record of a version: canonical JSON that the centre keeps and only a right PIN can use. */

import { b64, type Bytes, canonicalBytes, equal, type Json, parseCanonical } from "./encoding.ts";
import { Refusal, refusing } from "./refusal.ts";
import { bytes, list, members, text, whole } from "./shape.ts";

const SUITE = "ristretto255-SHA512";

/** Argon2id's parameters (RFC 9106). One version of the protocol knows one set; the record names it. */
export interface KeyStretching {
  readonly memoryKib: number;
  readonly iterations: number;
  readonly lanes: number;
}

export const STRETCHING: KeyStretching = { memoryKib: 19_456, iterations: 2, lanes: 1 };

/** What one guard helps to open: f(index) + mask, and the hash of the OPRF key that the guard must prove. */
export interface MaskedShare {
  readonly guardId: string;
  readonly index: number;
  readonly masked: Uint8Array;
  readonly publicKeySha256: Uint8Array;
}

/** M. `threshold` of `guards` guards; shares of those that took part in this version. */
export interface Record {
  readonly stretching: KeyStretching;
  readonly salt: Uint8Array;
  readonly uid: Uint8Array;
  readonly ver: number;
  readonly threshold: number;
  readonly guards: number;
  readonly guardsHash: Uint8Array;
  readonly shares: readonly MaskedShare[];
  readonly commitment: Uint8Array;
  readonly authorizationKey: Uint8Array;
}

/** The bytes that are stored, served and hashed. */
export function recordBytes(record: Record): Bytes {
  return canonicalBytes({
    suite: SUITE,
    ksf: {
      name: "argon2id",
      version: 19,
      memory_kib: record.stretching.memoryKib,
      iterations: record.stretching.iterations,
      lanes: record.stretching.lanes,
    },
    salt: b64(record.salt),
    uid: b64(record.uid),
    ver: record.ver,
    t: record.threshold,
    n: record.guards,
    guards_hash: b64(record.guardsHash),
    guards: record.shares.map((share) => ({
      guard_id: share.guardId,
      index: share.index,
      share: b64(share.masked),
      public_key_sha256: b64(share.publicKeySha256),
    })),
    commitment: b64(record.commitment),
    authorization_key: b64(record.authorizationKey),
  });
}

/** The record behind canonical bytes. Refuses `record_mismatch` for bytes that are not exactly one. */
export function parseRecord(data: Uint8Array): Record {
  const record = refusing("record_mismatch", () => read(parseCanonical(data)));
  if (!equal(recordBytes(record), data)) throw new Refusal("record_mismatch");
  return record;
}

function read(json: Json): Record {
  const value = members(json);
  const ksf = members(value["ksf"]);
  return {
    stretching: {
      memoryKib: whole(ksf["memory_kib"], 1),
      iterations: whole(ksf["iterations"], 1),
      lanes: whole(ksf["lanes"], 1),
    },
    salt: bytes(value["salt"], 16),
    uid: bytes(value["uid"], 16),
    ver: whole(value["ver"], 1),
    threshold: whole(value["t"], 1),
    guards: whole(value["n"], 1),
    guardsHash: bytes(value["guards_hash"], 32),
    shares: list(value["guards"], (json) => {
      const share = members(json);
      return {
        guardId: text(share["guard_id"]),
        index: whole(share["index"], 1),
        masked: bytes(share["share"], 32),
        publicKeySha256: bytes(share["public_key_sha256"], 32),
      };
    }),
    commitment: bytes(value["commitment"], 32),
    authorizationKey: bytes(value["authorization_key"], 32),
  };
}
