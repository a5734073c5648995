/** anchors.json: the parties that a customer's side trusts, pinned beside the page's bundle. */

import { b64, type Bytes, canonicalBytes, equal, type Json, parseCanonical, sha256 } from "./encoding.ts";
import { Refusal, refusing } from "./refusal.ts";
import { bytes, list, members, text, whole } from "./shape.ts";
import { checkPublicKey } from "./signatures.ts";

/** One guard: its Ed25519 identity key, where it answers, and an index that is never used again. */
export interface GuardAnchor {
  readonly guardId: string;
  readonly index: number;
  readonly origin: string;
  readonly publicKey: Uint8Array;
}

/** Who is who. `guardsHash` binds every record, activation and receipt to exactly this set. */
export interface Anchors {
  readonly threshold: number;
  readonly guards: readonly GuardAnchor[];
  readonly vaultKey: Uint8Array;
  readonly logKey: Uint8Array;
  readonly centerOrigin: string;
  readonly ticketKey: Uint8Array;
  readonly registrationKey: Uint8Array;
  readonly rootCertificate: Bytes;
  readonly guardsHash: Uint8Array;
}

/** The anchors behind the file's bytes. Refuses `anchors_mismatch`. */
export function parseAnchors(data: Uint8Array): Anchors {
  const anchors = refusing("anchors_mismatch", () => read(parseCanonical(data), sha256(data)));
  if (!equal(anchorsBytes(anchors), data) || !sound(anchors)) throw new Refusal("anchors_mismatch");
  return anchors;
}

/** The guard of that name. Refuses `anchors_mismatch` for one that is not of the set. */
export function guardOf(anchors: Anchors, guardId: string): GuardAnchor {
  const guard = anchors.guards.find((guard) => guard.guardId === guardId);
  if (guard === undefined) throw new Refusal("anchors_mismatch");
  return guard;
}

/** q = max(t, n - t + 1): any two versions share a guard, and any use is possible. */
export function quorum(anchors: Anchors): number {
  return Math.max(anchors.threshold, anchors.guards.length - anchors.threshold + 1);
}

function anchorsBytes(anchors: Anchors): Bytes {
  return canonicalBytes({
    threshold: anchors.threshold,
    guards: anchors.guards.map((guard) => ({
      guard_id: guard.guardId,
      index: guard.index,
      origin: guard.origin,
      public_key: b64(guard.publicKey),
    })),
    vault_key: b64(anchors.vaultKey),
    log_key: b64(anchors.logKey),
    center: { origin: anchors.centerOrigin, ticket_key: b64(anchors.ticketKey) },
    registration_key: b64(anchors.registrationKey),
    root_certificate: b64(anchors.rootCertificate),
  });
}

function key(value: Json | undefined): Uint8Array {
  return checkPublicKey(bytes(value, 32));
}

function read(json: Json, guardsHash: Uint8Array): Anchors {
  const value = members(json);
  const center = members(value["center"]);
  return {
    threshold: whole(value["threshold"], 1),
    guards: list(value["guards"], (json) => {
      const guard = members(json);
      return {
        guardId: text(guard["guard_id"]),
        index: whole(guard["index"], 1),
        origin: text(guard["origin"]),
        publicKey: key(guard["public_key"]),
      };
    }),
    vaultKey: key(value["vault_key"]),
    logKey: key(value["log_key"]),
    centerOrigin: text(center["origin"]),
    ticketKey: key(center["ticket_key"]),
    registrationKey: key(value["registration_key"]),
    rootCertificate: bytes(value["root_certificate"]),
    guardsHash,
  };
}

/** Every guard once, by id, index and key; a threshold that some of them reach. */
function sound({ guards, threshold }: Anchors): boolean {
  const distinct = (of: (guard: GuardAnchor) => string | number): boolean => new Set(guards.map(of)).size === guards.length;
  return (
    threshold <= guards.length &&
    distinct((guard) => guard.guardId) &&
    distinct((guard) => guard.index) &&
    distinct((guard) => b64(guard.publicKey))
  );
}
