/**
 * T, the transaction: what the customer consents to and the only thing the vault signs from; th = SHA-256(T).
 * What the page shows is derived from the very bytes that are hashed, never taken from whoever sent them.
 * The same rules as `dojang.signing.what_is_signed` and `dojang.signing.attributes`.
 */

import { b64, type Bytes, canonicalBytes, concat, encode, equal, type Json, parseCanonical, sha256, utf8 } from "./encoding.ts";
import { labels } from "./labels.ts";
import { NUMBERS } from "./numbers.ts";
import { Refusal, refusing } from "./refusal.ts";
import { bytes, list, members, text, whole } from "./shape.ts";

export type Purpose = "login" | "transfer" | "revocation";
export type Pair = readonly [name: string, value: string];

/** One thing to be signed, shown as pairs: nothing is bound by its hash alone. */
export interface Item {
  readonly label: string;
  readonly contentHash: Uint8Array;
  readonly binding: "shown";
}

export interface Transaction {
  readonly txn: string;
  readonly kid: Uint8Array;
  readonly certificate: Uint8Array;
  readonly relyingParty: string;
  readonly purpose: Purpose;
  readonly format: "cms";
  readonly display: readonly Pair[];
  readonly items: readonly Item[];
  readonly nonce: Uint8Array;
  readonly iat: number;
  readonly exp: number;
  readonly dayKeyId: Uint8Array;
  readonly guardsHash: Uint8Array;
}

/** The centre as a relying party of its own: it alone asks for a revocation. */
export const CENTER = "center";
/** RFC 5280 5.3.1, by its own names: the reasons that a customer may give. */
export const REVOCATION_REASONS = ["keyCompromise", "affiliationChanged", "cessationOfOperation"] as const;

const SCHEME = 1;
const MAX_ITEMS = 16;
const MAX_PAIRS = 64;
const MAX_TEXT = 500;
const [LEAST_NONCE, MOST_NONCE] = [16, 128];

// Controls and formatting characters reorder, hide or break what is shown: bidi controls are category Cf.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The transaction behind canonical bytes. Refuses `transaction_refused` for bytes that are not exactly one. */
export function parseTransaction(data: Uint8Array): Transaction {
  return refusing("transaction_refused", () => {
    const transaction = read(parseCanonical(data));
    if (!equal(transactionBytes(transaction), data)) throw new Refusal("transaction_refused");
    return transaction;
  });
}

/** The bytes that are hashed, and that travel. */
export function transactionBytes(t: Transaction): Bytes {
  return canonicalBytes({
    v: SCHEME,
    txn: t.txn,
    kid: b64(t.kid),
    certificate: b64(t.certificate),
    relying_party: t.relyingParty,
    purpose: t.purpose,
    format: t.format,
    display: t.display,
    items: t.items.map((item) => ({ label: item.label, content_hash: b64(item.contentHash), binding: item.binding })),
    nonce: b64(t.nonce),
    iat: t.iat,
    exp: t.exp,
    day_key_id: b64(t.dayKeyId),
    guards_hash: b64(t.guardsHash),
  });
}

/** What a login signs: a fixed label, the relying party and its nonce, so that it is never anything else. */
export function loginContent(relyingParty: string, nonce: Uint8Array): Bytes {
  return encode(labels.LOGIN_CONTENT, relyingParty, nonce);
}

/**
 * The pairs to show, derived from the bytes that T's items hash. Refuses `transaction_refused`: other bytes than the
 * hashed ones, content that is not of T's purpose, more or fewer contents than items, a display in T that says otherwise.
 */
export function displayOf(transaction: Transaction, contents: readonly Uint8Array[]): readonly Pair[] {
  return refusing("transaction_refused", () => {
    const { items, display } = transaction;
    if (contents.length !== items.length) throw new Refusal("transaction_refused");
    const pairs = contents.flatMap((content, i) => {
      if (!equal(sha256(content), items[i]!.contentHash)) throw new Refusal("transaction_refused");
      return pairsOf(transaction, content);
    });
    const same = pairs.length === display.length && pairs.every(([n, v], i) => n === display[i]![0] && v === display[i]![1]);
    if (!same) throw new Refusal("transaction_refused");
    return pairs;
  });
}

/** Refuses `transaction_refused` for a transaction of the future or one that has ended. */
export function checkTimes(transaction: Transaction, now: number): void {
  if (transaction.iat - NUMBERS.clockSkew > now || now > transaction.exp + NUMBERS.clockSkew) {
    throw new Refusal("transaction_refused");
  }
}

/** The DER of SET OF Attribute that the vault signs for `item`: a fixed template around the facts of T (RFC 5652 5.4). */
export function signedAttributes(transaction: Transaction, item: Item): Bytes {
  const year = new Date(transaction.iat * 1000).getUTCFullYear();
  if (year > 2049) throw new Refusal("transaction_refused"); // RFC 5652 11.3: UTCTime through the year 2049
  const time = new Date(transaction.iat * 1000).toISOString().replace(/[-:T]/g, "").slice(2, 14) + "Z";
  return concat(
    hex("3181a2"),
    hex("301806092a864886f70d010903310b06092a864886f70d010701"), // content-type id-data
    hex("301c06092a864886f70d010905310f170d"), // signing-time
    utf8(time),
    hex("302f06092a864886f70d01090431220420"), // message-digest
    item.contentHash,
    hex("3037060b2a864886f70d010910022f31283026302430220420"), // signing-certificate-v2
    transaction.certificate,
  );
}

function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

function pairsOf(transaction: Transaction, content: Uint8Array): readonly Pair[] {
  if (transaction.purpose === "transfer") return transferPairs(content);
  // Its form was checked when T was read: T says it all.
  if (transaction.purpose === "revocation") return typedPairs("revocation", content);
  if (!equal(content, loginContent(transaction.relyingParty, transaction.nonce))) throw new Refusal("transaction_refused");
  return [["relying_party", transaction.relyingParty]];
}

function isRevocation(pairs: readonly Pair[]): boolean {
  const [serial, reason, request] = pairs.map(([, value]) => value);
  return (
    pairs.map(([name]) => name).join() === "certificate,reason,request" &&
    /^([0-9a-f]{2}){1,20}$/.test(serial!) &&
    REVOCATION_REASONS.some((one) => one === reason) &&
    /^[A-Za-z0-9_-]{1,64}$/.test(request!)
  );
}

/** The centre alone asks for a revocation, in its one form; its one item hashes exactly the pairs that T shows. */
function checkRevocation({ relyingParty, display, items }: Transaction): void {
  const hashed = sha256(canonicalBytes({ type: "revocation", pairs: display }));
  if (relyingParty !== CENTER || !isRevocation(display) || items.length !== 1 || !equal(items[0]!.contentHash, hashed)) {
    throw new Refusal("transaction_refused");
  }
}

function transferPairs(content: Uint8Array): readonly Pair[] {
  const found = typedPairs("transfer", content);
  // Which of two amounts would be paid?
  if (new Set(found.map(([name]) => name)).size !== found.length) throw new Refusal("transaction_refused");
  return found;
}

function typedPairs(type: Purpose, content: Uint8Array): readonly Pair[] {
  const value = members(parseCanonical(content));
  if (Object.keys(value).join() !== "pairs,type" || value["type"] !== type) throw new Refusal("transaction_refused");
  return pairs(value["pairs"]);
}

function read(json: Json): Transaction {
  const value = members(json);
  const transaction: Transaction = {
    txn: shown(value["txn"]),
    kid: bytes(value["kid"], 16),
    certificate: bytes(value["certificate"], 32),
    relyingParty: shown(value["relying_party"]),
    purpose: oneOf(value["purpose"], ["login", "transfer", "revocation"]),
    format: oneOf(value["format"], ["cms"]),
    display: pairs(value["display"]),
    items: several(value["items"], item, MAX_ITEMS),
    nonce: bytes(value["nonce"]),
    iat: whole(value["iat"]),
    exp: whole(value["exp"]),
    dayKeyId: bytes(value["day_key_id"], 16),
    guardsHash: bytes(value["guards_hash"], 32),
  };
  const { iat, exp, nonce } = transaction;
  if (!(iat < exp && exp <= iat + NUMBERS.transactionLifetime)) throw new Refusal("transaction_refused");
  if (nonce.length < LEAST_NONCE || nonce.length > MOST_NONCE) throw new Refusal("transaction_refused");
  if (transaction.purpose === "revocation") checkRevocation(transaction);
  return transaction;
}

function item(json: Json): Item {
  const value = members(json);
  return {
    label: shown(value["label"]),
    contentHash: bytes(value["content_hash"], 32),
    binding: oneOf(value["binding"], ["shown"]),
  };
}

function pairs(value: Json | undefined): readonly Pair[] {
  return several(value, pair, MAX_PAIRS);
}

function pair(json: Json): Pair {
  const [name, value, ...more] = list(json, shown);
  if (name === undefined || value === undefined || more.length > 0) throw new Refusal("transaction_refused");
  return [name, value];
}

function several<T>(value: Json | undefined, readOne: (json: Json) => T, limit: number): readonly T[] {
  const found = list(value, readOne);
  if (found.length < 1 || found.length > limit) throw new Refusal("transaction_refused");
  return found;
}

/** A text that a person may be shown. */
function shown(value: Json | undefined): string {
  const found = text(value);
  if (found.trim() === "" || [...found].length > MAX_TEXT || HIDDEN.test(found)) throw new Refusal("transaction_refused");
  return found;
}

function oneOf<T extends string>(value: Json | undefined, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Refusal("transaction_refused");
  return found;
}
