/** A use: the customer sees exactly what is signed, types the PIN, and signs her consent to exactly that. */

import type { GuardAnchor } from "../protocol/anchors.ts";
import { type Device, deviceAdditionSigned } from "../protocol/devices.ts";
import { b64, equal, type Json, sha256 } from "../protocol/encoding.ts";
import { type Activation, activationHash, activationInfo, activationSigned, type ConfirmReceipt,
  confirmReceiptSigned } from "../protocol/messages.ts";
import { Refusal } from "../protocol/refusal.ts";
import { seal } from "../protocol/sealing.ts";
import { verify } from "../protocol/signatures.ts";
import type { Pair, Purpose } from "../protocol/transaction.ts";
import { Attempts, type Unlocked } from "./attempts.ts";
import { activationJson, type Signed, type UseVisit } from "./bodies.ts";
import { type CheckedUse, checkUse, type KnownRecord } from "./checks.ts";
import { firstAnswers } from "./first_answers.ts";
import type { Parties } from "./parties.ts";
import { checkReceipt } from "./receipt.ts";

/**
 * What stands above the PIN pad.
 * `otherCertificate`: this browser knows certificates, and this one is not among them.
 */
export interface Shown {
  readonly holder: string;
  readonly issuedAt: number;
  readonly relyingParty: string;
  readonly purpose: Purpose;
  readonly pairs: readonly Pair[];
  readonly expiresAt: number;
  readonly otherCertificate: boolean;
}

/**
 * Signed. `foreign`: wrong attempts since the last success that were not typed here. `connected`: this use added the device,
 * and the centre knows it from now on.
 */
export interface Used {
  readonly receipt: Json;
  readonly returnTo: string;
  readonly newPinDue: boolean;
  readonly foreign: number;
  readonly connected: boolean;
}

/** AK's consent, and the receipts of enough guards for it. */
interface Confirmed {
  readonly json: { readonly [name: string]: Json };
  readonly sha256: Uint8Array;
  readonly sealed: Uint8Array;
  readonly receipts: readonly Json[];
  /** The device that it adds, if any, as it is sent beside it. */
  readonly addition: Addition;
  readonly added: Device | undefined;
}

interface Addition {
  readonly device?: { readonly key: string; readonly signature: string };
}

export class Use {
  readonly shown: Shown;
  readonly #parties: Parties;
  readonly #visit: UseVisit;
  readonly #checked: CheckedUse;
  readonly #device: Device | undefined;
  readonly #attempts: Attempts;
  #opened: { readonly known: KnownRecord; readonly unlocked: Unlocked } | undefined;
  #sealed: Promise<Uint8Array> | undefined;
  #confirmed: Confirmed | undefined;

  private constructor(parties: Parties, visit: UseVisit, checked: CheckedUse, device: Device | undefined) {
    this.#parties = parties;
    this.#visit = visit;
    this.#checked = checked;
    this.#device = device;
    this.#attempts = new Attempts(parties, visit.tickets, checked.th, device);
    const { transaction, certificate, display, unknownUid } = checked;
    this.shown = {
      holder: certificate.commonName,
      issuedAt: certificate.notBefore,
      relyingParty: transaction.relyingParty,
      purpose: transaction.purpose,
      pairs: display,
      expiresAt: transaction.exp,
      otherCertificate: unknownUid,
    };
  }

  /** A use for which a PIN may be asked: everything served was checked. Refuses what `checkUse` refuses. */
  static async of(visit: UseVisit, parties: Parties): Promise<Use> {
    const checked = await checkUse(visit, parties.anchors, parties.memory, parties.now());
    return new Use(parties, visit, checked, await parties.devices.find());
  }

  /**
   * Afterwards the PIN was right, and `sign` may follow. May be asked again after `wrong_pin` (fact: tries_left).
   * Refuses what `Attempts.unlock` refuses.
   */
  async unlock(pin: Uint8Array<ArrayBuffer>): Promise<void> {
    const [first, ...others] = this.#checked.records;
    const { salt, stretching } = first!.record;
    const digits = others.length > 0 ? pin.slice() : undefined; // a second record has a salt of its own
    try {
      const p = await this.#parties.stretch(pin, salt, stretching);
      this.#opened = { known: first!, unlocked: await this.#attempts.unlock(first!, p) };
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "version_not_live")) throw error;
      this.#opened = await this.#unlockLive(others, error, digits);
    } finally {
      digits?.fill(0);
    }
  }

  /** Between two versions both records are served: the guards name the live one, and spend nothing for it. */
  async #unlockLive(others: readonly KnownRecord[], said: Refusal, digits: Uint8Array<ArrayBuffer> | undefined) {
    const live = others.find(
      (known) => known.record.ver === said.facts["live_ver"] && b64(known.sha256) === said.facts["live_record_sha256"],
    );
    if (live === undefined || digits === undefined) throw new Refusal("record_mismatch");
    const p = await this.#parties.stretch(digits.slice(), live.record.salt, live.record.stretching);
    return { known: live, unlocked: await this.#attempts.unlock(live, p) };
  }

  /** Afterwards the vault has signed what was shown. After `*_unavailable` it may be called again: the same bytes go. */
  async sign(): Promise<Used> {
    const { known, unlocked } = this.#opened!;
    this.#confirmed ??= await this.#confirm(known, unlocked);
    this.#parties.memory.note(this.#checked.uid, known.record.ver);
    const { json, sealed, receipts, addition, added } = this.#confirmed;
    const done = await this.#parties.center.activate({ activation: json, sealed: b64(sealed), receipts, ...addition });
    if (added !== undefined && done.deviceAdded) this.#parties.memory.noteConnected(this.#checked.uid, b64(added.id));
    checkReceipt(done.receipt, {
      transaction: this.#visit.transaction,
      kid: this.#checked.transaction.kid,
      th: this.#checked.th,
      activation: json,
      activationSha256: this.#confirmed.sha256,
      attestation: known.attestation.json,
      certificate: this.#visit.certificate,
      receipts,
      threshold: this.#parties.anchors.threshold,
    });
    const { newPinDue, foreign } = unlocked;
    return { receipt: done.receipt, returnTo: done.returnTo, newPinDue, foreign, connected: done.deviceAdded };
  }

  /**
   * Steps 5 and 6: the activation, and enough guards' receipts for it. A guard that died since its attempt is replaced by
   * one not asked yet, and a further activation lists both.
   */
  async #confirm(known: KnownRecord, unlocked: Unlocked): Promise<Confirmed> {
    const { kid } = this.#checked.transaction;
    const { publicKey, dayKeyId } = this.#checked.dayKey;
    const info = activationInfo(this.#checked.th, kid, dayKeyId);
    this.#sealed ??= seal(unlocked.secrets.activationSecret(kid), publicKey, info);
    const sealed = await this.#sealed;
    const added = await this.#added();
    const addition = added === undefined ? {} : this.#addition(unlocked, added);
    const { threshold } = this.#parties.anchors;
    for (let round = 0; round < 2; round += 1) {
      const { activation, signature } = this.#activation(known, unlocked, sealed);
      const json = activationJson(activation, signature);
      const hash = activationHash(activation, signature);
      const receipts = await this.#receipts(known, { ...json, ...addition }, hash);
      if (receipts.length >= threshold) {
        return { json, sha256: hash, sealed, receipts: receipts.map((receipt) => receipt.json), addition, added };
      }
      const done = receipts.map((receipt) => receipt.value.guardId);
      await this.#attempts.ask(known, unlocked.p, threshold - receipts.length, done);
    }
    throw new Refusal("guard_unavailable");
  }

  /**
   * The device that this consent adds: the customer connects it now, or did and a guard missed it. One that she connected
   * and that no guard knows any more was disconnected elsewhere: it is not added again.
   */
  async #added(): Promise<Device | undefined> {
    if (this.#visit.connect) return this.#parties.devices.make();
    const connected = this.#device && this.#parties.memory.connected(this.#checked.uid, b64(this.#device.id));
    return connected && this.#attempts.deviceKnownInPart ? this.#device : undefined;
  }

  /** AK's leave to know this device from now on. */
  #addition(unlocked: Unlocked, { spki }: Device): Addition {
    const { th, records } = this.#checked;
    const said = deviceAdditionSigned({ uid: records[0]!.record.uid, th, deviceKey: spki });
    return { device: { key: b64(spki), signature: b64(unlocked.secrets.authorizationKey().sign(said)) } };
  }

  /** Step 5: AK's signature. Its times are the transaction's. */
  #activation(known: KnownRecord, unlocked: Unlocked, sealed: Uint8Array) {
    const { iat, exp } = this.#checked.transaction;
    const { uid, ver } = known.record;
    const attempts = this.#attempts.sent;
    const activation: Activation = { uid, ver, th: this.#checked.th, iat, exp, sealedSha256: sha256(sealed), attempts };
    return { activation, signature: unlocked.secrets.authorizationKey().sign(activationSigned(activation)) };
  }

  /** To all guards; as many receipts as the threshold are enough, and the others hear of it all the same. */
  async #receipts(known: KnownRecord, consent: Json, hash: Uint8Array): Promise<readonly Signed<ConfirmReceipt>[]> {
    const { guards, threshold } = this.#parties.anchors;
    const calls = guards.map((guard) => () => this.#receipt(guard, known, consent, hash));
    return (await firstAnswers(calls, threshold, guards.length)).good;
  }

  /** Refuses `receipt_refused` for none, or one about anything else. */
  async #receipt(guard: GuardAnchor, known: KnownRecord, consent: Json, hash: Uint8Array): Promise<Signed<ConfirmReceipt>> {
    const receipt = await this.#parties.guards.confirm(guard, consent);
    if (receipt === undefined) throw new Refusal("receipt_refused");
    const { value, signature } = receipt;
    verify(guard.publicKey, signature, confirmReceiptSigned(value));
    const same =
      equal(value.guardsHash, this.#parties.anchors.guardsHash) &&
      value.guardId === guard.guardId &&
      equal(value.uid, known.record.uid) &&
      value.ver === known.record.ver &&
      equal(value.authorizationKeySha256, sha256(known.record.authorizationKey)) &&
      equal(value.th, this.#checked.th) &&
      equal(value.activationSha256, hash);
    if (!same) throw new Refusal("receipt_refused");
    return receipt;
  }
}
