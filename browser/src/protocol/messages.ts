/**
 * What each party signs: for every message the whole input of its Ed25519 signature, as in `dojang.pin.messages`.
 * uid, kid, day_key_id, log_id 16 bytes; hashes, keys, elements 32; signatures, proofs, leaves 64; Unix seconds.
 */

import { type Bytes, encode, labelledHash, listed, sha256 } from "./encoding.ts";
import { labels } from "./labels.ts";

type B = Uint8Array;

const ABSENT = new Uint8Array(0);

/** The vault's HPKE key for a day; signed by V. */
export interface DayKey {
  readonly dayKeyId: B;
  readonly publicKey: B;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** day_key_id|pk|not_before|not_after. */
export function dayKeySigned(key: DayKey): Bytes {
  return encode(labels.DAY_KEY, key.dayKeyId, key.publicKey, key.notBefore, key.notAfter);
}

/** A guard's answer of step 1 of a version; signed by the guard. */
export interface VersionReply {
  readonly guardId: string;
  readonly uid: B;
  readonly ver: number;
  readonly blinded: B;
  readonly evaluated: B;
  readonly proof: B;
  readonly publicKey: B;
}

/** guard_id|uid|ver'|SHA-256(blinded)|evaluated|proof|SHA-256(pk_i). */
export function versionReplySigned(r: VersionReply): Bytes {
  const [blinded, publicKey] = [sha256(r.blinded), sha256(r.publicKey)];
  return encode(labels.VERSION_REPLY, r.guardId, r.uid, r.ver, blinded, r.evaluated, r.proof, publicKey);
}

/** Step 3, the first time: what AK' asks V to make a key pair for. */
export interface Credential {
  readonly uid: B;
  readonly kid: B;
  readonly algorithm: string;
  readonly dayKeyId: B;
  readonly guardsHash: B;
  readonly ver: number;
  readonly authorizationKey: B;
  readonly recordSha256: B;
}

const credentialFields = (c: Credential) =>
  [c.uid, c.kid, c.algorithm, c.dayKeyId, c.guardsHash, c.ver, c.authorizationKey, c.recordSha256] as const;

/** The HPKE info that `sealed` is bound to: the signed fields without the last. */
export function credentialInfo(credential: Credential): Bytes {
  return encode(labels.CREDENTIAL_INFO, ...credentialFields(credential));
}

/** uid|kid|algorithm|day_key_id|guards_hash|ver'|AKpub'|SHA-256(M')|SHA-256(sealed), by AK'. */
export function credentialSigned(credential: Credential, sealed: B): Bytes {
  return encode(labels.CREDENTIAL, ...credentialFields(credential), sha256(sealed));
}

/** V says which key pair belongs to which record; `leaf` is the use log's leaf of this version. */
export interface Attestation {
  readonly uid: B;
  readonly ver: number;
  readonly kid: B;
  readonly authorizationKey: B;
  readonly recordSha256: B;
  readonly spkiSha256: B;
  readonly leaf: B;
}

/** uid|ver'|kid|AKpub'|SHA-256(M')|SHA-256(SPKI)|leaf. */
export function attestationSigned(a: Attestation): Bytes {
  return encode(labels.ATTESTATION, a.uid, a.ver, a.kid, a.authorizationKey, a.recordSha256, a.spkiSha256, a.leaf);
}

/** The hash of the OPRF key that one guard staged for a version. */
export interface NamedKey {
  readonly guardId: string;
  readonly publicKeySha256: B;
}

/** The customer makes a version live at all guards; signed by AK', and by AK where a version exists. */
export interface Statement {
  readonly uid: B;
  readonly ver: number;
  readonly authorizationKey: B;
  readonly recordSha256: B;
  readonly guardsHash: B;
  readonly pin: "new" | "same";
  readonly keys: readonly NamedKey[];
  readonly deviceKey: B;
}

/** uid|ver'|AKpub'|SHA-256(M')|guards_hash|pin|[(guard_id, SHA-256(pk_i))]|device_pk or empty. */
export function statementSigned(s: Statement): Bytes {
  return encode(
    labels.STATEMENT,
    s.uid,
    s.ver,
    s.authorizationKey,
    s.recordSha256,
    s.guardsHash,
    s.pin,
    ...listed(s.keys.map((key) => [key.guardId, key.publicKeySha256])),
    s.deviceKey,
  );
}

/** A guard says what became of its key when it took a statement; `seq` is its journal entry's number. */
export interface VersionReceipt {
  readonly guardsHash: B;
  readonly guardId: string;
  readonly uid: B;
  readonly ver: number;
  readonly authorizationKeySha256: B;
  readonly recordSha256: B;
  readonly state: "live" | "erased";
  readonly seq: number;
  readonly time: number;
}

/** guards_hash|guard_id|uid|ver'|SHA-256(AKpub')|SHA-256(M')|live or erased|seq|time. */
export function versionReceiptSigned(r: VersionReceipt): Bytes {
  return encode(
    labels.VERSION_RECEIPT,
    r.guardsHash,
    r.guardId,
    r.uid,
    r.ver,
    r.authorizationKeySha256,
    r.recordSha256,
    r.state,
    r.seq,
    r.time,
  );
}

/** SHA-256(label|request body): known to the sender before any reply, and the guard's replay index. */
export function attemptId(body: Uint8Array): Uint8Array {
  return labelledHash(labels.ATTEMPT_ID, body);
}

/** A guard's answer to an attempt it has spent; signed by the guard. */
export interface AttemptReply {
  readonly guardId: string;
  readonly uid: B;
  readonly ver: number;
  readonly th: B;
  readonly attemptId: B;
  readonly blinded: B;
  readonly evaluated: B;
  readonly proof: B;
  readonly publicKey: B;
  readonly remaining: number;
  readonly wrongSince: number;
  readonly newPinDue: boolean;
  readonly deviceKnown: boolean;
  readonly recordSha256: B;
}

/** guard_id|uid|ver|th|attempt_id|SHA-256(blinded)|evaluated|proof|SHA-256(pk_i)|remaining|wrong_since|due|known|M. */
export function attemptReplySigned(r: AttemptReply): Bytes {
  return encode(
    labels.ATTEMPT_REPLY,
    r.guardId,
    r.uid,
    r.ver,
    r.th,
    r.attemptId,
    sha256(r.blinded),
    r.evaluated,
    r.proof,
    sha256(r.publicKey),
    r.remaining,
    r.wrongSince,
    r.newPinDue ? "due" : "not due",
    r.deviceKnown ? "known" : "unknown",
    r.recordSha256,
  );
}

/** A guard's signed "no" to an attempt, which spent nothing. */
export interface AttemptRefusal {
  readonly guardId: string;
  readonly uid: B;
  readonly ver: number;
  readonly th: B;
  readonly attemptId: B;
  readonly code: string;
  readonly remaining: number;
  readonly liveVer: number;
  readonly liveRecordSha256: B;
}

/** guard_id|uid|ver|th|attempt_id|code|remaining|live ver|SHA-256(live M); no live version: 0 and empty. */
export function attemptRefusalSigned(r: AttemptRefusal): Bytes {
  return encode(
    labels.ATTEMPT_REFUSAL,
    r.guardId,
    r.uid,
    r.ver,
    r.th,
    r.attemptId,
    r.code,
    r.remaining,
    r.liveVer,
    r.liveRecordSha256,
  );
}

/** The customer's consent to exactly one transaction; signed by AK. All attempts this page sent for `th` are listed. */
export interface Activation {
  readonly uid: B;
  readonly ver: number;
  readonly th: B;
  readonly iat: number;
  readonly exp: number;
  readonly sealedSha256: B;
  readonly attempts: readonly B[];
}

/** uid|ver|th|iat|exp|SHA-256(sealed)|[attempt_ids]. */
export function activationSigned(a: Activation): Bytes {
  const attempts = listed(a.attempts.map((attempt) => [attempt]));
  return encode(labels.ACTIVATION, a.uid, a.ver, a.th, a.iat, a.exp, a.sealedSha256, ...attempts);
}

/** SHA-256(activation): over the signed bytes and the signature. */
export function activationHash(activation: Activation, signature: Uint8Array): Uint8Array {
  return labelledHash(labels.ACTIVATION_HASH, activationSigned(activation), signature);
}

/** The HPKE info that a use's `sealed` is bound to. */
export function activationInfo(th: Uint8Array, kid: Uint8Array, dayKeyId: Uint8Array): Bytes {
  return encode(labels.ACTIVATION_INFO, th, kid, dayKeyId);
}

/** A guard says that an attempt of its own became right for this activation. */
export interface ConfirmReceipt {
  readonly guardsHash: B;
  readonly guardId: string;
  readonly uid: B;
  readonly ver: number;
  readonly authorizationKeySha256: B;
  readonly th: B;
  readonly activationSha256: B;
  readonly seq: number;
  readonly time: number;
}

/** guards_hash|guard_id|uid|ver|SHA-256(AKpub)|th|SHA-256(activation)|seq|time. */
export function confirmReceiptSigned(r: ConfirmReceipt): Bytes {
  return encode(
    labels.CONFIRM_RECEIPT,
    r.guardsHash,
    r.guardId,
    r.uid,
    r.ver,
    r.authorizationKeySha256,
    r.th,
    r.activationSha256,
    r.seq,
    r.time,
  );
}

/** No device key: until browsers register one, every attempt counts as known. */
export const NO_DEVICE = ABSENT;
