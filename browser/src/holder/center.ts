/** The centre's calls for one visit. Every one may be sent again with the same bytes, and is after a lost answer. */

import { centreProofSigned, type Device } from "../protocol/devices.ts";
import { b64, type Json, unb64 } from "../protocol/encoding.ts";
import { Refusal, refusing } from "../protocol/refusal.ts";
import { bytes, flag, list, members, text } from "../protocol/shape.ts";
import type * as m from "../protocol/messages.ts";
import { readAttestation, readVersionReceipt, readVisit, type Signed, type Visit } from "./bodies.ts";
import { bodyOf, type Fetch, post, refusalOf } from "./http.ts";

const PAUSES = [200, 500, 1_000, 2_000]; // milliseconds before each further try

/** `POST /v1/versions/credential`. */
export interface CredentialMade {
  readonly attestation: Signed<m.Attestation>;
  readonly spki: Uint8Array;
}

/** `POST /v1/versions/statement`. */
export interface VersionLive {
  readonly receipts: readonly Signed<m.VersionReceipt>[];
  readonly certificate: Uint8Array;
  readonly chain: readonly Uint8Array[];
  readonly serial: string;
  readonly returnTo: string;
}

/** `POST /v1/transactions/activate`. */
export interface Activated {
  readonly receipt: Json;
  readonly returnTo: string;
  /** The device that came with it is known now; absent where none came. */
  readonly deviceAdded: boolean;
}

export class Center {
  readonly #fetch: Fetch;
  readonly #origin: string;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  #visit: string | undefined;

  constructor(fetching: Fetch, origin: string, sleep: (milliseconds: number) => Promise<void>) {
    this.#fetch = fetching;
    this.#origin = origin;
    this.#sleep = sleep;
  }

  /**
   * What the code opens; the visit's bearer stays in here, for the calls after it. Whether this browser's device is known is
   * the centre's to say: `connect_first` for a code that only a known one opens.
   */
  async open(code: string, device: Device | undefined): Promise<Visit> {
    const proof = device === undefined ? {} : await proofOf(code, device);
    const visit = readVisit(await this.#post("/v1/transactions/open", { code, ...proof }));
    this.#visit = visit.visit;
    return visit;
  }

  /** Tickets for the same th, when the first are spent or late. */
  async freshTickets(): Promise<readonly string[]> {
    return list(members(await this.#post("/v1/transactions/tickets", {}))["tickets"], text);
  }

  /** SHA-256 of what the centre keeps, pending. */
  async keepRecord(record: Uint8Array): Promise<Uint8Array> {
    return bytes(members(await this.#post("/v1/versions/record", { record: b64(record) }))["record_sha256"], 32);
  }

  /** The vault's answer. */
  async makeCredential(body: Json): Promise<CredentialMade> {
    const value = members(await this.#post("/v1/versions/credential", body));
    return { attestation: readAttestation(value["attestation"]), spki: bytes(value["spki"]) };
  }

  /** The statement goes to the guards; from here the centre goes only forward. */
  async state(body: Json): Promise<VersionLive> {
    const value = members(await this.#post("/v1/versions/statement", body));
    return {
      receipts: list(value["receipts"], readVersionReceipt),
      certificate: bytes(value["certificate"]),
      chain: list(value["chain"], (one) => bytes(one)),
      serial: text(value["serial"]),
      returnTo: text(value["return_to"]),
    };
  }

  /** The activation goes to the vault, which signs. */
  async activate(body: Json): Promise<Activated> {
    const value = members(await this.#post("/v1/transactions/activate", body));
    const deviceAdded = flag(value["device_added"] ?? false);
    return { receipt: members(value["receipt"]), returnTo: text(value["return_to"]), deviceAdded };
  }

  /** Refuses what the centre says, or `center_unavailable`, after the last try. */
  async #post(path: string, body: Json): Promise<Json> {
    const data = bodyOf(body);
    for (const pause of PAUSES) {
      try {
        return await this.#once(path, data);
      } catch (error) {
        if (!(error instanceof Refusal && error.unavailable)) throw error;
      }
      await this.#sleep(pause);
    }
    return this.#once(path, data);
  }

  async #once(path: string, data: Uint8Array<ArrayBuffer>): Promise<Json> {
    const down = new Refusal("center_unavailable");
    const answer = await post(this.#fetch, this.#origin + path, data, down, this.#visit);
    if (answer.status !== 200) throw refusalOf(answer, down);
    return answer.body;
  }
}

/** The device key's signature over the code. Refuses `code_refused`. */
async function proofOf(code: string, device: Device): Promise<{ readonly device: string; readonly signature: string }> {
  const said = centreProofSigned(refusing("code_refused", () => unb64(code, 32)));
  return { device: b64(device.id), signature: b64(await device.sign(said)) };
}
