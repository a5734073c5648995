/** The centre's tickets: leave to stage a version or to make one attempt, at one guard, for a short time. */

import { encode, type Json, parseCanonical, unb64 } from "./encoding.ts";
import { labels } from "./labels.ts";
import { Refusal, refusing } from "./refusal.ts";
import { bytes, members, text, whole } from "./shape.ts";
import { verify } from "./signatures.ts";

/** What a ticket says, and the text that travels. */
export interface Ticket {
  readonly text: string;
  readonly kind: "version" | "attempt";
  readonly guardId: string;
  readonly uid: Uint8Array;
  readonly ver: number;
  readonly exp: number;
  /** of kind version */
  readonly kid?: Uint8Array;
  /** of kind attempt */
  readonly th?: Uint8Array;
  readonly jti?: Uint8Array;
}

/** The ticket behind `sealed`. Refuses `ticket_refused` for one that is not the centre's. */
export function openTicket(sealed: string, ticketKey: Uint8Array): Ticket {
  return refusing("ticket_refused", () => {
    const [payloadText, signatureText, ...more] = sealed.split(".");
    if (payloadText === undefined || signatureText === undefined || more.length > 0) throw new Refusal("ticket_refused");
    const payload = unb64(payloadText);
    verify(ticketKey, unb64(signatureText, 64), encode(labels.TICKET, payload));
    return read(sealed, parseCanonical(payload));
  });
}

function read(sealed: string, json: Json): Ticket {
  const value = members(json);
  const common = {
    text: sealed,
    guardId: text(value["aud"]),
    uid: bytes(value["uid"], 16),
    ver: whole(value["ver"], 1),
    exp: whole(value["exp"]),
  };
  switch (value["typ"]) {
    case "version":
      return { ...common, kind: "version", kid: bytes(value["kid"], 16) };
    case "attempt":
      return { ...common, kind: "attempt", th: bytes(value["th"], 32), jti: bytes(value["jti"], 16) };
    default:
      throw new Refusal("ticket_refused");
  }
}

