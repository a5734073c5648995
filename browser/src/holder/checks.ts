/**
 * What is checked of everything that the centre serves, before anybody is asked for a PIN.
 *
 * A false or decoy record that a PIN were tried on would tell its maker, uncounted, whether a guess was right. So whatever
 * is not exactly what the vault and this browser know is a `record_mismatch`, and nothing of it is ever a wrong PIN.
 */

import type { Anchors } from "../protocol/anchors.ts";
import { type Certificate, checkChain, parseCertificate } from "../protocol/certificate.ts";
import { b64, equal, labelledHash, sha256 } from "../protocol/encoding.ts";
import { labels } from "../protocol/labels.ts";
import { attestationSigned, type Attestation, type DayKey, dayKeySigned } from "../protocol/messages.ts";
import { NUMBERS } from "../protocol/numbers.ts";
import { parseRecord, type Record } from "../protocol/record.ts";
import { Refusal } from "../protocol/refusal.ts";
import { verify } from "../protocol/signatures.ts";
import { openTicket } from "../protocol/tickets.ts";
import { checkTimes, displayOf, type Pair, parseTransaction, type Transaction } from "../protocol/transaction.ts";
import { checkStretching } from "../protocol/version.ts";
import type { ServedRecord, Signed, UseVisit, VersionVisit } from "./bodies.ts";
import type { Memory } from "./memory.ts";

/** M, attested for this transaction's kid and certificate. */
export interface KnownRecord {
  readonly record: Record;
  readonly sha256: Uint8Array;
  readonly attestation: Signed<Attestation>;
}

/** Everything that the PIN pad may now appear for. The records are the versions to try, the newest first. */
export interface CheckedUse {
  readonly transaction: Transaction;
  readonly th: Uint8Array;
  readonly display: readonly Pair[];
  readonly records: readonly KnownRecord[];
  readonly certificate: Certificate;
  readonly dayKey: DayKey;
  readonly uid: string;
  readonly unknownUid: boolean;
}

/** Everything that a PIN may now be chosen for. Tickets by guard_id. */
export interface CheckedVersion {
  readonly uid: Uint8Array;
  readonly kid: Uint8Array;
  readonly ver: number;
  readonly algorithm: string;
  readonly tickets: ReadonlyMap<string, string>;
  readonly dayKey: DayKey;
}

/** Step 2 of a use. Refuses by code whatever is not as it must be. */
export async function checkUse(visit: UseVisit, anchors: Anchors, memory: Memory, now: number): Promise<CheckedUse> {
  const transaction = parseTransaction(visit.transaction);
  checkTimes(transaction, now);
  const display = displayOf(transaction, visit.contents);
  if (!equal(transaction.guardsHash, anchors.guardsHash)) throw new Refusal("anchors_mismatch");
  const dayKey = checkDayKey(visit.dayKey, anchors, now);
  if (!equal(dayKey.dayKeyId, transaction.dayKeyId)) throw new Refusal("day_key_expired");
  const certificate = await checkCertificate(visit.certificate, visit.chain, anchors, now);
  if (!equal(sha256(certificate.der), transaction.certificate)) throw new Refusal("certificate_mismatch");
  const records = visit.records
    .map((served) => checkRecord(served, transaction.kid, certificate, anchors))
    .sort((left, right) => right.record.ver - left.record.ver);
  const uid = checkVersions(records, memory);
  return {
    transaction,
    th: sha256(visit.transaction),
    display,
    records,
    certificate,
    dayKey,
    uid,
    unknownUid: memory.knowsOnlyOthers(uid),
  };
}

/** Before a PIN is chosen. Refuses `record_mismatch`, `ticket_refused`, `day_key_expired`, `signature_refused`. */
export function checkVersion(visit: VersionVisit, anchors: Anchors, memory: Memory, now: number): CheckedVersion {
  const dayKey = checkDayKey(visit.dayKey, anchors, now);
  const known = memory.highest(b64(visit.uid));
  if (known !== undefined && visit.ver <= known) throw new Refusal("record_mismatch");
  const tickets = new Map(anchors.guards.map((guard) => [guard.guardId, versionTicket(guard.guardId, visit, anchors, now)]));
  return { uid: visit.uid, kid: visit.kid, ver: visit.ver, algorithm: visit.algorithm, tickets, dayKey };
}

function versionTicket(guardId: string, visit: VersionVisit, anchors: Anchors, now: number): string {
  const found = visit.tickets.find((text) => {
    try {
      const ticket = openTicket(text, anchors.ticketKey);
      const here = ticket.kind === "version" && ticket.guardId === guardId && ticket.ver === visit.ver;
      const same = equal(ticket.uid, visit.uid) && ticket.kid !== undefined && equal(ticket.kid, visit.kid);
      return here && same && now <= ticket.exp + NUMBERS.clockSkew;
    } catch {
      return false; // not the centre's
    }
  });
  if (found === undefined) throw new Refusal("ticket_refused");
  return found;
}

/** The vault's own key for today. Refuses `signature_refused`, `day_key_expired`. */
function checkDayKey(dayKey: Signed<DayKey>, anchors: Anchors, now: number): DayKey {
  verify(anchors.vaultKey, dayKey.signature, dayKeySigned(dayKey.value));
  const { notBefore, notAfter } = dayKey.value;
  if (now < notBefore - NUMBERS.clockSkew || now >= notAfter) throw new Refusal("day_key_expired");
  return dayKey.value;
}

/** A person's certificate below the anchored root, valid now. Refuses `certificate_mismatch`. */
export async function checkCertificate(
  der: Uint8Array,
  chain: readonly Uint8Array[],
  anchors: Anchors,
  now: number,
): Promise<Certificate> {
  const certificate = parseCertificate(der);
  await checkChain(certificate, chain.map(parseCertificate), parseCertificate(anchors.rootCertificate), now);
  return certificate;
}

/** The vault attested this record for this kid and public key. Refuses `signature_refused`, `record_mismatch`. */
export function checkAttestation(
  { value, signature }: Signed<Attestation>,
  anchors: Anchors,
  of: { record: Record; recordSha256: Uint8Array; kid: Uint8Array; spki: Uint8Array },
): void {
  verify(anchors.vaultKey, signature, attestationSigned(value));
  const same =
    value.ver === of.record.ver &&
    equal(value.uid, of.record.uid) &&
    equal(value.kid, of.kid) &&
    equal(value.authorizationKey, of.record.authorizationKey) &&
    equal(value.recordSha256, of.recordSha256) &&
    equal(value.spkiSha256, sha256(of.spki));
  if (!same) throw new Refusal("record_mismatch");
}

/**
 * The attested leaf is of this version: of the very body that was signed in step 3. Its first half says where it stands
 * among the kid's events, which the vault alone counts. Refuses `record_mismatch`.
 */
export function checkVersionLeaf({ value }: Signed<Attestation>, kid: Uint8Array, signed: Uint8Array): void {
  const event = labelledHash(labels.LEAF_EVENT, "version", kid, sha256(signed), new Uint8Array());
  if (!equal(value.leaf.subarray(32), event)) throw new Refusal("record_mismatch");
}

function checkRecord(served: ServedRecord, kid: Uint8Array, certificate: Certificate, anchors: Anchors): KnownRecord {
  const record = parseRecord(served.record);
  const recordSha256 = sha256(served.record);
  checkAttestation(served.attestation, anchors, { record, recordSha256, kid, spki: certificate.publicKey });
  checkStretching(record.stretching);
  const places = new Set(anchors.guards.map((guard) => `${guard.index} ${guard.guardId}`));
  const listed = record.shares.map((share) => `${share.index} ${share.guardId}`);
  const sound =
    record.threshold === anchors.threshold &&
    record.guards === anchors.guards.length &&
    equal(record.guardsHash, anchors.guardsHash) &&
    new Set(listed).size === listed.length &&
    listed.every((place) => places.has(place)) &&
    listed.length >= anchors.threshold;
  if (!sound) throw new Refusal("record_mismatch");
  return { record, sha256: recordSha256, attestation: served.attestation };
}

/** The one uid of one or two records, none below the version that this browser has seen work. */
function checkVersions(records: readonly KnownRecord[], memory: Memory): string {
  const versions = new Set(records.map((known) => known.record.ver));
  const [uid, ...others] = new Set(records.map((known) => b64(known.record.uid)));
  if (uid === undefined || others.length > 0 || records.length > 2 || versions.size !== records.length) {
    throw new Refusal("record_mismatch");
  }
  if (Math.min(...versions) < (memory.highest(uid) ?? 0)) throw new Refusal("record_mismatch");
  return uid;
}
