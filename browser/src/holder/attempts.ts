/**
 * One transaction's attempts: a PIN is tried at as many guards as the threshold, and none of them is taken on trust.
 *
 * A lying guard, or a slow or dead one, costs a moment: the next one is asked. Only when as many guards as the threshold
 * have proven their answers, all about this very record, can a PIN be called wrong.
 */

import { type GuardAnchor, guardOf } from "../protocol/anchors.ts";
import type { Device } from "../protocol/devices.ts";
import { b64, equal, sha256 } from "../protocol/encoding.ts";
import { NUMBERS } from "../protocol/numbers.ts";
import { finalize } from "../protocol/oprf.ts";
import type { MaskedShare } from "../protocol/record.ts";
import { Refusal } from "../protocol/refusal.ts";
import { combine, mask, removeMask } from "../protocol/sharing.ts";
import { openTicket } from "../protocol/tickets.ts";
import { Secrets } from "../protocol/version.ts";
import type { KnownRecord } from "./checks.ts";
import { type Call, firstAnswers } from "./first_answers.ts";
import { type AttemptLeave, makeAttempt, SignedRefusal } from "./guards.ts";
import type { Parties } from "./parties.ts";

/** What one guard's answer opened. */
interface Share {
  readonly guard: GuardAnchor;
  readonly share: Uint8Array;
  readonly newPinDue: boolean;
  readonly foreign: number;
}

/** A right PIN. `foreign`: attempts since the last success that were not made here, as the guards count them. */
export interface Unlocked {
  readonly secrets: Secrets;
  readonly p: Uint8Array;
  readonly newPinDue: boolean;
  readonly foreign: number;
}

// What makes an answer a lie, or no answer of ours at all (a ticket is the centre's, not a guard's).
const FORGED = ["anchors_mismatch", "not_a_public_key", "not_a_scalar", "not_an_element", "proof_refused", "record_mismatch",
  "signature_refused"];

export class Attempts {
  readonly #parties: Parties;
  readonly #th: Uint8Array;
  readonly #device: Device | undefined;
  #tickets: readonly string[];
  #asking: Promise<void> | undefined;
  readonly #sent: { readonly guardId: string; readonly attemptId: Uint8Array }[] = [];
  readonly #remaining = new Map<string, number>();
  readonly #knowsDevice = new Map<string, boolean>();

  constructor(parties: Parties, tickets: readonly string[], th: Uint8Array, device: Device | undefined) {
    this.#parties = parties;
    this.#tickets = tickets;
    this.#th = th;
    this.#device = device;
  }

  /** The ids of all attempts sent so far, mistyped ones and those without an answer too. */
  get sent(): readonly Uint8Array[] {
    return this.#sent.map(({ attemptId }) => attemptId);
  }

  /** Whether some guard knows this device and another does not: one that was down when it was added. */
  get deviceKnownInPart(): boolean {
    return new Set(this.#knowsDevice.values()).size > 1;
  }

  /**
   * The version's secrets, if `p` is of the right PIN. Refuses `wrong_pin` (fact: tries_left), `record_mismatch`,
   * `version_not_live`, `row_full`, `life_full`, `guard_unavailable`.
   */
  async unlock(known: KnownRecord, p: Uint8Array): Promise<Unlocked> {
    const { record } = known;
    const shares = await this.ask(known, p, this.#parties.anchors.threshold);
    const r = combine(new Map(shares.map(({ guard, share }) => [guard.index, share])));
    const secrets = new Secrets(r, record.uid, record.ver);
    if (!secrets.opens(record.commitment)) throw new Refusal("wrong_pin", { tries_left: this.#triesLeft(known) });
    if (!equal(secrets.authorizationKey().publicKey, record.authorizationKey)) throw new Refusal("record_mismatch");
    return {
      secrets,
      p,
      newPinDue: shares.some((share) => share.newPinDue),
      foreign: Math.max(...shares.map((share) => share.foreign)),
    };
  }

  /** The shares of `wanted` guards, none of them in `but`. Refuses as `unlock` does, never `wrong_pin`. */
  async ask(known: KnownRecord, p: Uint8Array, wanted: number, but: readonly string[] = []): Promise<readonly Share[]> {
    const calls = this.#order(known)
      .filter((share) => !but.includes(share.guardId))
      .map((share): Call<Share> => () => this.#ask(known, share, p));
    const { good, refused } = await firstAnswers(calls, wanted);
    if (good.length < wanted) throw why(refused);
    return good;
  }

  /** Those with most tries left first, so that tries are spread; among equals by chance, so that load is. */
  #order(known: KnownRecord): readonly MaskedShare[] {
    return known.record.shares
      .map((share) => ({ share, left: this.#leftAt(share.guardId), chance: Math.random() }))
      .sort((one, other) => other.left - one.left || one.chance - other.chance)
      .map(({ share }) => share);
  }

  async #ask(known: KnownRecord, share: MaskedShare, p: Uint8Array): Promise<Share> {
    const guard = guardOf(this.#parties.anchors, share.guardId);
    try {
      return await this.#try(known, guard, share, p, await this.#ticket(guard, known));
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "ticket_expired")) throw error;
    }
    this.#tickets = []; // our clock and the guard's differ
    return this.#try(known, guard, share, p, await this.#ticket(guard, known));
  }

  /** A ticket for exactly this guard, version and transaction, used once. Refuses `ticket_refused` if there is none. */
  async #ticket(guard: GuardAnchor, known: KnownRecord): Promise<AttemptLeave> {
    const found = this.#ticketAtHand(guard, known) ?? (await this.#freshTicket(guard, known));
    this.#tickets = this.#tickets.filter((text) => text !== found.ticket);
    return found;
  }

  async #freshTicket(guard: GuardAnchor, known: KnownRecord): Promise<AttemptLeave> {
    this.#asking ??= this.#parties.center
      .freshTickets()
      .then((texts) => void (this.#tickets = texts))
      .finally(() => (this.#asking = undefined));
    await this.#asking;
    const found = this.#ticketAtHand(guard, known);
    if (found === undefined) throw new Refusal("ticket_refused");
    return found;
  }

  #ticketAtHand(guard: GuardAnchor, { record }: KnownRecord): AttemptLeave | undefined {
    for (const text of this.#tickets) {
      try {
        const { kind, guardId, uid, ver, th, jti, exp } = openTicket(text, this.#parties.anchors.ticketKey);
        const here = kind === "attempt" && guardId === guard.guardId && ver === record.ver && equal(uid, record.uid);
        const inTime = this.#parties.now() < exp;
        if (here && inTime && th !== undefined && equal(th, this.#th) && jti !== undefined) return { ticket: text, jti };
      } catch {
        // not the centre's
      }
    }
    return undefined;
  }

  async #try(known: KnownRecord, guard: GuardAnchor, share: MaskedShare, p: Uint8Array, leave: AttemptLeave): Promise<Share> {
    const { uid, ver } = known.record;
    const attempt = await makeAttempt(guard, leave, { uid, ver, th: this.#th, p }, this.#device);
    const before = this.#sent.filter(({ guardId }) => guardId === guard.guardId).length;
    this.#sent.push({ guardId: guard.guardId, attemptId: attempt.attemptId });
    const reply = await this.#parties.guards.attempt(attempt).catch((error: unknown) => {
      if (error instanceof SignedRefusal) this.#remaining.set(guard.guardId, error.refusal.remaining);
      throw error;
    });
    this.#remaining.set(guard.guardId, reply.remaining);
    this.#knowsDevice.set(guard.guardId, reply.deviceKnown);
    // (1) this very record, (2) the key that it names, (3) proven to have been used
    if (!equal(reply.recordSha256, known.sha256)) throw new Refusal("record_mismatch");
    if (!equal(sha256(reply.publicKey), share.publicKeySha256)) throw new Refusal("record_mismatch");
    const output = finalize(p, attempt.blinded, { element: reply.evaluated, proof: reply.proof }, reply.publicKey);
    const masking = mask(uid, ver, guard.guardId, guard.index, output);
    return {
      guard,
      share: removeMask(share.masked, masking),
      newPinDue: reply.newPinDue,
      foreign: Math.max(0, reply.wrongSince - before),
    };
  }

  #leftAt(guardId: string): number {
    return this.#remaining.get(guardId) ?? NUMBERS.pinTries;
  }

  /** The threshold-th largest of what the guards last signed: so many more times can enough of them be asked. */
  #triesLeft(known: KnownRecord): number {
    const left = known.record.shares.map((share) => this.#leftAt(share.guardId)).sort((one, other) => other - one);
    return left[this.#parties.anchors.threshold - 1]!;
  }
}

/** What to tell the customer when too few guards answered. A forged answer weighs most: never a wrong PIN. */
function why(refused: readonly Refusal[]): Refusal {
  if (refused.some((refusal) => FORGED.includes(refusal.code))) return new Refusal("record_mismatch");
  const said = refused.filter((refusal) => refusal instanceof SignedRefusal).map(({ refusal }) => refusal);
  const elsewhere = said.find(({ code }) => code === "version_not_live");
  if (elsewhere !== undefined) {
    const facts = { live_ver: elsewhere.liveVer, live_record_sha256: b64(elsewhere.liveRecordSha256) };
    return new Refusal("version_not_live", facts);
  }
  if (said.some(({ code }) => code === "life_full")) return new Refusal("life_full");
  if (said.some(({ code }) => code === "row_full")) return new Refusal("row_full");
  return refused[0] ?? new Refusal("guard_unavailable");
}
