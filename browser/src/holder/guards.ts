/** The guards' calls. What a guard says counts once its signature, over what was really asked, holds. */

import { type GuardAnchor } from "../protocol/anchors.ts";
import { attemptProofSigned, type Device } from "../protocol/devices.ts";
import { b64, type Json } from "../protocol/encoding.ts";
import { type AttemptRefusal, type AttemptReply, attemptId, attemptRefusalSigned, attemptReplySigned, type ConfirmReceipt,
  versionReplySigned } from "../protocol/messages.ts";
import { blind, type Blinded, finalize } from "../protocol/oprf.ts";
import { Refusal } from "../protocol/refusal.ts";
import { verify } from "../protocol/signatures.ts";
import { readAttemptRefusal, readAttemptReply, readConfirmReceipt, readVersionReply, type Signed } from "./bodies.ts";
import { type Answer, bodyOf, type Fetch, post, refusalOf } from "./http.ts";

/** A guard's key for a version, and the OPRF output under it. */
export interface StagedKey {
  readonly guard: GuardAnchor;
  readonly publicKey: Uint8Array;
  readonly output: Uint8Array;
}

/** A ticket for one attempt as it travels, and its number. */
export interface AttemptLeave {
  readonly ticket: string;
  readonly jti: Uint8Array;
}

/** One attempt as it is sent. The bytes are known, and so is the attempt's id, before any answer. */
export interface Attempt {
  readonly guard: GuardAnchor;
  readonly uid: Uint8Array;
  readonly ver: number;
  readonly th: Uint8Array;
  readonly blinded: Blinded;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly attemptId: Uint8Array;
}

/** An attempt with a fresh blind, and with the proof that it comes from this device, if there is one. */
export async function makeAttempt(
  guard: GuardAnchor,
  { ticket, jti }: AttemptLeave,
  { uid, ver, th, p }: { uid: Uint8Array; ver: number; th: Uint8Array; p: Uint8Array },
  device: Device | undefined,
): Promise<Attempt> {
  const blinded = blind(p);
  const said = attemptProofSigned({ guardId: guard.guardId, uid, ver, th, jti, blinded: blinded.element });
  const proof = device && { device_proof: { device: b64(device.id), signature: b64(await device.sign(said)) } };
  const body = bodyOf({ ticket, uid: b64(uid), ver, blinded: b64(blinded.element), th: b64(th), ...proof });
  return { guard, uid, ver, th, blinded, body, attemptId: attemptId(body) };
}

/** A guard's own "no", which it signed. */
export class SignedRefusal extends Refusal {
  readonly refusal: AttemptRefusal;

  constructor(refusal: AttemptRefusal) {
    super("signed_refusal");
    this.refusal = refusal;
  }
}

/** The guards, each at its anchor's origin. */
export class Guards {
  readonly #fetch: Fetch;

  constructor(fetching: Fetch) {
    this.#fetch = fetching;
  }

  /** A key staged for this version, proven. Refuses a lie, `guard_unavailable`, or what the guard says. */
  async stage(
    guard: GuardAnchor,
    ticket: string,
    { uid, ver, p, blinded }: { uid: Uint8Array; ver: number; p: Uint8Array; blinded: Blinded },
  ): Promise<StagedKey> {
    const body = bodyOf({ ticket, uid: b64(uid), ver, blinded: b64(blinded.element) });
    const { signature, ...said } = readAs(guard, readVersionReply, await this.#post(guard, "/v1/versions", body));
    verify(guard.publicKey, signature, versionReplySigned({ guardId: guard.guardId, uid, ver, blinded: blinded.element, ...said }));
    const output = finalize(p, blinded, { element: said.evaluated, proof: said.proof }, said.publicKey);
    return { guard, publicKey: said.publicKey, output };
  }

  /**
   * The guard's signed reply; its proof is not yet looked at.
   * Refuses `SignedRefusal`, `ticket_expired`, `guard_unavailable`, or `signature_refused` for a reply about anything else.
   */
  async attempt(attempt: Attempt): Promise<AttemptReply> {
    const { guard } = attempt;
    const answer = await this.#send(guard, "/v1/attempts", attempt.body);
    if (answer.status !== 200) throw attemptRefused(attempt, answer);
    const { signature, ...said } = readAs(guard, readAttemptReply, answer.body);
    const reply = { ...asked(attempt), blinded: attempt.blinded.element, ...said };
    verify(guard.publicKey, signature, attemptReplySigned(reply));
    return reply;
  }

  /** The guard's receipt, if it has a listed attempt; not yet verified. */
  async confirm(guard: GuardAnchor, consent: Json): Promise<Signed<ConfirmReceipt> | undefined> {
    const { receipt } = await this.#post(guard, "/v1/confirm", bodyOf(consent));
    return receipt === null || receipt === undefined ? undefined : readAs(guard, readConfirmReceipt, receipt);
  }

  async #post(guard: GuardAnchor, path: string, body: Uint8Array<ArrayBuffer>): Promise<Answer["body"]> {
    const answer = await this.#send(guard, path, body);
    if (answer.status !== 200) throw refusalOf(answer, down(guard));
    return answer.body;
  }

  /** A connection lost at once is tried once more: the same bytes get the same answer and spend nothing more. */
  async #send(guard: GuardAnchor, path: string, body: Uint8Array<ArrayBuffer>): Promise<Answer> {
    const start = performance.now();
    try {
      return await post(this.#fetch, guard.origin + path, body, down(guard));
    } catch (error) {
      if (performance.now() - start > 2_000) throw error;
      return post(this.#fetch, guard.origin + path, body, down(guard));
    }
  }
}

function asked({ guard, uid, ver, th, attemptId }: Attempt): Pick<AttemptReply, "guardId" | "uid" | "ver" | "th" | "attemptId"> {
  return { guardId: guard.guardId, uid, ver, th, attemptId };
}

function attemptRefused(attempt: Attempt, answer: Answer): Refusal {
  const { guard } = attempt;
  if (!("signature" in answer.body)) {
    const refusal = refusalOf(answer, down(guard));
    return refusal.code === "ticket_expired" ? refusal : down(guard);
  }
  const { signature, ...said } = readAs(guard, readAttemptRefusal, answer.body);
  const refusal = { ...asked(attempt), ...said };
  verify(guard.publicKey, signature, attemptRefusalSigned(refusal));
  return new SignedRefusal(refusal);
}

function down(guard: GuardAnchor): Refusal {
  return new Refusal("guard_unavailable", { guard_id: guard.guardId });
}

/** A guard whose answer can't be read is as good as down. */
function readAs<T>(guard: GuardAnchor, read: (json: Json) => T, json: Json): T {
  try {
    return read(json);
  } catch {
    throw down(guard);
  }
}
