/** The first version: a PIN is chosen, and a key pair that only it can use gets its certificate. */

import { guardOf, quorum } from "../protocol/anchors.ts";
import type { Certificate } from "../protocol/certificate.ts";
import type { Device } from "../protocol/devices.ts";
import { b64, equal, type Json, sha256 } from "../protocol/encoding.ts";
import { credentialInfo, credentialSigned, NO_DEVICE, statementSigned } from "../protocol/messages.ts";
import { blind, type Blinded, randomScalar } from "../protocol/oprf.ts";
import { type Record, recordBytes, STRETCHING } from "../protocol/record.ts";
import { Refusal } from "../protocol/refusal.ts";
import { seal } from "../protocol/sealing.ts";
import { addMask, mask, split } from "../protocol/sharing.ts";
import { verify } from "../protocol/signatures.ts";
import { Secrets } from "../protocol/version.ts";
import { versionReceiptSigned } from "../protocol/messages.ts";
import type { VersionVisit } from "./bodies.ts";
import type { CredentialMade, VersionLive } from "./center.ts";
import {
  checkAttestation,
  checkCertificate,
  type CheckedVersion,
  checkVersion,
  checkVersionLeaf,
} from "./checks.ts";
import { allAnswers } from "./first_answers.ts";
import type { StagedKey } from "./guards.ts";
import type { Parties } from "./parties.ts";
import { checkChoice } from "./pin_choice.ts";

/** A certificate, and the version behind it live at q guards or more. */
export interface Enrolled {
  readonly certificate: Certificate;
  readonly serial: string;
  readonly liveGuards: readonly string[];
  readonly returnTo: string;
}

/** What the PIN became: nothing of it can be guessed at without the guards. */
interface Chosen {
  readonly salt: Uint8Array;
  readonly p: Uint8Array;
  readonly blinded: ReadonlyMap<string, Blinded>;
}

interface Version {
  readonly record: Record;
  readonly bytes: Uint8Array;
  readonly secrets: Secrets;
}

export class Enrolment {
  readonly #parties: Parties;
  readonly #visit: VersionVisit;
  readonly #checked: CheckedVersion;
  #chosen: Chosen | undefined;
  #version: Version | undefined;
  #credential: Promise<{ body: Json; signed: Uint8Array }> | undefined;
  #made: CredentialMade | undefined;
  #device: Device | undefined;

  /** An enrolment for which a PIN may be chosen. Refuses what `checkVersion` refuses. */
  constructor(visit: VersionVisit, parties: Parties) {
    this.#parties = parties;
    this.#visit = visit;
    this.#checked = checkVersion(visit, parties.anchors, parties.memory, parties.now());
  }

  /** Refuses `pin_too_easy` (fact: reason) for digits that somebody would try first. */
  check(pin: Uint8Array): void {
    checkChoice(pin, this.#visit.avoid);
  }

  /** The PIN is chosen; `finish` may follow. */
  async choose(pin: Uint8Array<ArrayBuffer>): Promise<void> {
    this.check(pin);
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const p = await this.#parties.stretch(pin, salt, STRETCHING);
    this.#chosen = { salt, p, blinded: new Map(this.#parties.anchors.guards.map(({ guardId }) => [guardId, blind(p)])) };
    this.#version = this.#credential = this.#made = undefined;
  }

  /**
   * Afterwards exactly the chosen PIN works. Before the statement nothing has changed anywhere. After `*_unavailable` it
   * may be called again: what was asked is asked with the same bytes.
   */
  async finish(): Promise<Enrolled> {
    const { center } = this.#parties;
    this.#version ??= this.#newVersion(await this.#stage());
    const { record, bytes } = this.#version;
    if (!equal(await center.keepRecord(bytes), sha256(bytes))) throw new Refusal("record_mismatch");
    this.#made ??= await this.#makeCredential(this.#version);
    if (this.#visit.connect) this.#device ??= await this.#parties.devices.make();
    return this.#live(record, this.#made, await center.state(this.#statement(this.#version)));
  }

  /** Step 1: a key at every guard that answers, in the anchors' order. A guard that is down is not in this version. */
  async #stage(): Promise<readonly StagedKey[]> {
    const { anchors, guards } = this.#parties;
    const { uid, ver, tickets } = this.#checked;
    const { p, blinded } = this.#chosen!;
    const calls = anchors.guards.map((guard) => () => {
      const asked = { uid, ver, p, blinded: blinded.get(guard.guardId)! };
      return guards.stage(guard, tickets.get(guard.guardId)!, asked);
    });
    const { good } = await allAnswers(calls, quorum(anchors));
    if (good.length < quorum(anchors)) {
      const down = anchors.guards.find((guard) => good.every((key) => key.guard !== guard));
      throw new Refusal("guard_unavailable", { guard_id: down?.guardId ?? "" });
    }
    return good.toSorted((left, right) => left.guard.index - right.guard.index);
  }

  /** Step 2: R and its polynomial, each share masked by what one guard made of the PIN. */
  #newVersion(staged: readonly StagedKey[]): Version {
    const { anchors } = this.#parties;
    const { uid, ver } = this.#checked;
    const r = randomScalar();
    const secrets = new Secrets(r, uid, ver);
    const shares = split(r, anchors.threshold, staged.map((key) => key.guard.index));
    const record: Record = {
      stretching: STRETCHING,
      salt: this.#chosen!.salt,
      uid,
      ver,
      threshold: anchors.threshold,
      guards: anchors.guards.length,
      guardsHash: anchors.guardsHash,
      shares: staged.map(({ guard: { guardId, index }, publicKey, output }) => ({
        guardId,
        index,
        masked: addMask(shares.get(index)!, mask(uid, ver, guardId, index, output)),
        publicKeySha256: sha256(publicKey),
      })),
      commitment: secrets.commitment(),
      authorizationKey: secrets.authorizationKey().publicKey,
    };
    return { record, bytes: recordBytes(record), secrets };
  }

  /** Step 3: the vault makes the key pair, and attests it for this record. */
  async #makeCredential(version: Version): Promise<CredentialMade> {
    this.#credential ??= this.#credentialBody(version);
    const { body, signed } = await this.#credential;
    const made = await this.#parties.center.makeCredential(body);
    const { record, bytes } = version;
    checkAttestation(made.attestation, this.#parties.anchors, {
      record,
      recordSha256: sha256(bytes),
      kid: this.#checked.kid,
      spki: made.spki,
    });
    checkVersionLeaf(made.attestation, this.#checked.kid, signed);
    return made;
  }

  async #credentialBody({ bytes, secrets }: Version): Promise<{ body: Json; signed: Uint8Array }> {
    const { uid, kid, ver, algorithm, dayKey } = this.#checked;
    const key = secrets.authorizationKey();
    const credential = {
      uid,
      kid,
      algorithm,
      dayKeyId: dayKey.dayKeyId,
      guardsHash: this.#parties.anchors.guardsHash,
      ver,
      authorizationKey: key.publicKey,
      recordSha256: sha256(bytes),
    };
    const sealed = await seal(secrets.activationSecret(kid), dayKey.publicKey, credentialInfo(credential));
    const signed = credentialSigned(credential, sealed);
    const body = {
      uid: b64(uid),
      kid: b64(kid),
      algorithm,
      day_key_id: b64(credential.dayKeyId),
      guards_hash: b64(credential.guardsHash),
      ver,
      authorization_key: b64(key.publicKey),
      record_sha256: b64(credential.recordSha256),
      sealed: b64(sealed),
      signature: b64(key.sign(signed)),
    };
    return { body, signed };
  }

  /** Step 4. */
  #statement({ record, bytes, secrets }: Version): Json {
    const statement = {
      uid: record.uid,
      ver: record.ver,
      authorizationKey: record.authorizationKey,
      recordSha256: sha256(bytes),
      guardsHash: record.guardsHash,
      pin: "new" as const,
      keys: record.shares,
      deviceKey: this.#device?.spki ?? NO_DEVICE,
    };
    return {
      uid: b64(statement.uid),
      ver: statement.ver,
      authorization_key: b64(statement.authorizationKey),
      record_sha256: b64(statement.recordSha256),
      guards_hash: b64(statement.guardsHash),
      pin: statement.pin,
      guards: statement.keys.map((key) => ({
        guard_id: key.guardId,
        public_key_sha256: b64(key.publicKeySha256),
      })),
      device_key: b64(statement.deviceKey),
      signature: b64(secrets.authorizationKey().sign(statementSigned(statement))),
      previous_signature: "",
    };
  }

  /** Step 5: q guards say "live"; the certificate is for the attested key, below the anchored root. */
  async #live(record: Record, made: CredentialMade, live: VersionLive): Promise<Enrolled> {
    const { anchors, memory, now } = this.#parties;
    const liveGuards = this.#liveAt(live, record);
    if (this.#device !== undefined) memory.noteConnected(b64(record.uid), b64(this.#device.id));
    memory.note(b64(record.uid), record.ver);
    const certificate = await checkCertificate(live.certificate, live.chain, anchors, now());
    if (!equal(certificate.publicKey, made.spki)) throw new Refusal("certificate_mismatch");
    return { certificate, serial: live.serial, liveGuards, returnTo: live.returnTo };
  }

  /** The guards that say "live", at least q different ones. Refuses `receipt_refused`. */
  #liveAt({ receipts }: VersionLive, record: Record): readonly string[] {
    const { anchors } = this.#parties;
    const live = new Set<string>();
    for (const { value, signature } of receipts) {
      verify(guardOf(anchors, value.guardId).publicKey, signature, versionReceiptSigned(value));
      const same =
        equal(value.guardsHash, anchors.guardsHash) &&
        equal(value.uid, record.uid) &&
        value.ver === record.ver &&
        equal(value.authorizationKeySha256, sha256(record.authorizationKey)) &&
        equal(value.recordSha256, sha256(this.#version!.bytes));
      if (!same) throw new Refusal("receipt_refused");
      if (value.state === "live") live.add(value.guardId);
    }
    if (live.size < quorum(anchors)) throw new Refusal("receipt_refused");
    return [...live].sort();
  }
}
