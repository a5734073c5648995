/** One request to the centre or a guard. A problem body is a refusal by its code. */

import { canonicalBytes, type Json } from "../protocol/encoding.ts";
import { Refusal, type Facts } from "../protocol/refusal.ts";
import { members, type Members } from "../protocol/shape.ts";

const TIMEOUT = 10_000; // milliseconds

// Only this side may say these, from what guards signed: a server that says them is not believed.
const NOT_FROM_A_SERVER = ["wrong_pin", "row_full", "life_full", "version_not_live"];

export interface Answer {
  readonly status: number;
  readonly body: Members;
}

/** Anything that sends as `fetch` does. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** POST of bytes that are JSON. Refuses `unavailable` when nothing comes back, or nothing that is JSON. */
export async function post(
  fetching: Fetch,
  url: string,
  body: Uint8Array<ArrayBuffer>,
  unavailable: Refusal,
  bearer?: string,
): Promise<Answer> {
  const headers = { "Content-Type": "application/json", ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}) };
  try {
    const response = await fetching(url, {
      method: "POST",
      headers,
      body,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return { status: response.status, body: members((await response.json()) as Json) };
  } catch {
    throw unavailable;
  }
}

/** The refusal that a problem body names (RFC 9457), or `otherwise` for anything that is none of ours. */
export function refusalOf(answer: Answer, otherwise: Refusal): Refusal {
  const { type: _type, title: _title, status: _status, code, ...rest } = answer.body;
  if (typeof code !== "string" || NOT_FROM_A_SERVER.includes(code)) return otherwise;
  if (answer.status >= 500 && !code.endsWith("_unavailable")) return otherwise;
  const facts = Object.entries(rest).filter(([, fact]) => ["string", "number", "boolean"].includes(typeof fact));
  return new Refusal(code, Object.fromEntries(facts) as Facts);
}

/** A body's bytes: canonical JSON, so that what is sent again is the same. */
export function bodyOf(value: Json): Uint8Array<ArrayBuffer> {
  return canonicalBytes(value);
}

