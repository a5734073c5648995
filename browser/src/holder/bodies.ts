/** What the centre and the guards answer, read strictly; and what is sent to them, written. */

import { b64, type Json } from "../protocol/encoding.ts";
import type * as m from "../protocol/messages.ts";
import { Refusal } from "../protocol/refusal.ts";
import { bytes, flag, list, members, text, whole } from "../protocol/shape.ts";

/** A message with its signature. */
export interface Signed<T> {
  readonly value: T;
  readonly signature: Uint8Array;
  /** As it came. */
  readonly json: Json;
}

function signed<T>(json: Json | undefined, read: (value: ReturnType<typeof members>) => T): Signed<T> {
  const value = members(json);
  return { value: read(value), signature: bytes(value["signature"], 64), json: value };
}

export interface VersionVisit {
  readonly kind: "version";
  readonly visit: string;
  readonly uid: Uint8Array;
  readonly kid: Uint8Array;
  readonly ver: number;
  readonly algorithm: string;
  readonly tickets: readonly string[];
  readonly avoid: readonly string[];
  readonly dayKey: Signed<m.DayKey>;
  /** The customer asked to connect this browser. */
  readonly connect: boolean;
}

export interface ServedRecord {
  readonly record: Uint8Array;
  readonly attestation: Signed<m.Attestation>;
}

export interface UseVisit {
  readonly kind: "use";
  readonly visit: string;
  readonly transaction: Uint8Array;
  readonly contents: readonly Uint8Array[];
  readonly records: readonly ServedRecord[];
  readonly tickets: readonly string[];
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
  readonly dayKey: Signed<m.DayKey>;
  /** The customer asked to connect this browser. */
  readonly connect: boolean;
}

export type Visit = VersionVisit | UseVisit;

/** `POST /v1/transactions/open`. */
export function readVisit(json: Json): Visit {
  const value = members(json);
  const common = {
    visit: text(value["visit"]),
    tickets: list(value["tickets"], text),
    dayKey: readDayKey(value["day_key"]),
    connect: flag(value["connect"]),
  };
  switch (value["kind"]) {
    case "version":
      return {
        ...common,
        kind: "version",
        uid: bytes(value["uid"], 16),
        kid: bytes(value["kid"], 16),
        ver: whole(value["ver"], 1),
        algorithm: text(value["algorithm"]),
        avoid: list(value["avoid"], text),
      };
    case "use":
      return {
        ...common,
        kind: "use",
        transaction: bytes(value["transaction"]),
        contents: list(value["contents"], (content) => bytes(content)),
        records: list(value["records"], readServedRecord),
        certificate: bytes(value["certificate"]),
        chain: list(value["chain"], (one) => bytes(one)),
      };
    default:
      throw new Refusal("code_refused");
  }
}

function readServedRecord(json: Json): ServedRecord {
  const value = members(json);
  return { record: bytes(value["record"]), attestation: readAttestation(value["attestation"]) };
}

function readDayKey(json: Json | undefined): Signed<m.DayKey> {
  return signed(json, (value) => ({
    dayKeyId: bytes(value["day_key_id"], 16),
    publicKey: bytes(value["public_key"], 32),
    notBefore: whole(value["not_before"]),
    notAfter: whole(value["not_after"]),
  }));
}

/** V's attestation. */
export function readAttestation(json: Json | undefined): Signed<m.Attestation> {
  return signed(json, (value) => ({
    uid: bytes(value["uid"], 16),
    ver: whole(value["ver"], 1),
    kid: bytes(value["kid"], 16),
    authorizationKey: bytes(value["authorization_key"], 32),
    recordSha256: bytes(value["record_sha256"], 32),
    spkiSha256: bytes(value["spki_sha256"], 32),
    leaf: bytes(value["leaf"], 64),
  }));
}

/** A guard's receipt for a statement. */
export function readVersionReceipt(json: Json): Signed<m.VersionReceipt> {
  return signed(json, (value) => ({
    guardsHash: bytes(value["guards_hash"], 32),
    guardId: text(value["guard_id"]),
    uid: bytes(value["uid"], 16),
    ver: whole(value["ver"], 1),
    authorizationKeySha256: bytes(value["authorization_key_sha256"], 32),
    recordSha256: bytes(value["record_sha256"], 32),
    state: value["state"] === "live" ? "live" : "erased",
    seq: whole(value["seq"]),
    time: whole(value["time"]),
  }));
}

/** A guard's receipt for an activation. */
export function readConfirmReceipt(json: Json): Signed<m.ConfirmReceipt> {
  return signed(json, (value) => ({
    guardsHash: bytes(value["guards_hash"], 32),
    guardId: text(value["guard_id"]),
    uid: bytes(value["uid"], 16),
    ver: whole(value["ver"], 1),
    authorizationKeySha256: bytes(value["authorization_key_sha256"], 32),
    th: bytes(value["th"], 32),
    activationSha256: bytes(value["activation_sha256"], 32),
    seq: whole(value["seq"]),
    time: whole(value["time"]),
  }));
}

/** What a guard answers to `POST /v1/versions`; what was asked completes it. */
export function readVersionReply(json: Json): Pick<m.VersionReply, "evaluated" | "proof" | "publicKey"> & { signature: Uint8Array } {
  const value = members(json);
  return {
    evaluated: bytes(value["evaluated"], 32),
    proof: bytes(value["proof"], 64),
    publicKey: bytes(value["public_key"], 32),
    signature: bytes(value["signature"], 64),
  };
}

type Asked = "guardId" | "uid" | "ver" | "th" | "attemptId" | "blinded";

/** What a guard answers to `POST /v1/attempts`; what was asked completes it. */
export function readAttemptReply(json: Json): Omit<m.AttemptReply, Asked> & { signature: Uint8Array } {
  const value = members(json);
  return {
    ...readVersionReply(json),
    remaining: whole(value["remaining"]),
    wrongSince: whole(value["wrong_since"]),
    newPinDue: flag(value["new_pin_due"]),
    deviceKnown: flag(value["device_known"]),
    recordSha256: bytes(value["record_sha256"], 32),
  };
}

/** A guard's signed "no" to an attempt. */
export function readAttemptRefusal(json: Json): Omit<m.AttemptRefusal, Asked> & { signature: Uint8Array } {
  const value = members(json);
  return {
    code: text(value["code"]),
    remaining: whole(value["remaining"]),
    liveVer: whole(value["live_ver"]),
    liveRecordSha256: bytes(value["live_record_sha256"]),
    signature: bytes(value["signature"], 64),
  };
}

/** An activation as it is sent to guards and the centre. */
export function activationJson(activation: m.Activation, signature: Uint8Array): { readonly [name: string]: Json } {
  return {
    uid: b64(activation.uid),
    ver: activation.ver,
    th: b64(activation.th),
    iat: activation.iat,
    exp: activation.exp,
    sealed_sha256: b64(activation.sealedSha256),
    attempts: activation.attempts.map(b64),
    signature: b64(signature),
  };
}
