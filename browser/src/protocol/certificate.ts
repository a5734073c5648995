/**
 * A strict reader of the few things the page needs from an X.509 certificate (RFC 5280), and the check that one chains to
 * the anchored root. DER only, P-256 with SHA-256 only, no path building: the chain comes in order.
 */

import { type Bytes, equal, fromUtf8 } from "./encoding.ts";
import { NUMBERS } from "./numbers.ts";
import { Refusal, refusing } from "./refusal.ts";

export interface Certificate {
  readonly der: Bytes;
  readonly toBeSigned: Bytes;
  readonly signature: Bytes;
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly commonName: string;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Bytes;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Basic constraints cA and key usage keyCertSign. */
  readonly certifies: boolean;
  /** How many authorities may stand below it. */
  readonly pathLength: number;
  /** Key usage digitalSignature and nonRepudiation. */
  readonly signs: boolean;
}

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  utf8: 0x0c,
  printable: 0x13,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  version: 0xa0,
  extensions: 0xa3,
} as const;
const ECDSA_WITH_SHA256 = "300a06082a8648ce3d040302";
const COMMON_NAME = "0603550403";
const BASIC_CONSTRAINTS = "0603551d13";
const KEY_USAGE = "0603551d0f";
// What a critical extension may be: RFC 5280 4.2 refuses a certificate with one that the reader does not know.
const KNOWN_CRITICAL = [BASIC_CONSTRAINTS, KEY_USAGE];

// Bits of KeyUsage (RFC 5280 4.2.1.3): digitalSignature and nonRepudiation; keyCertSign.
const PERSON_SIGNS = 0xc0;
const KEY_CERT_SIGN = 0x04;

interface Element {
  readonly tag: number;
  readonly value: Bytes;
  /** Tag, length and value. */
  readonly whole: Bytes;
}

/** The certificate behind DER. Refuses `certificate_mismatch`. */
export function parseCertificate(der: Uint8Array): Certificate {
  return refusing("certificate_mismatch", () => read(new Uint8Array(der)));
}

/**
 * Refuses `certificate_mismatch` unless `certificate` is a customer's, and `chain` (its issuer first) leads to `root`, each
 * signed by the next, each allowed to certify, all within their times at `now`. The root's own copy may end the chain.
 */
export async function checkChain(
  certificate: Certificate,
  chain: readonly Certificate[],
  root: Certificate,
  now: number,
): Promise<void> {
  const issuers = [...chain.filter((one) => !equal(one.der, root.der)), root];
  if (!certificate.signs || certificate.certifies) refuse();
  let subject = certificate;
  checkTime(subject, now);
  for (const [below, issuer] of issuers.entries()) {
    checkTime(issuer, now);
    if (!issuer.certifies || below > issuer.pathLength || !equal(subject.issuer, issuer.subject)) refuse();
    await checkSignature(subject, issuer);
    subject = issuer;
  }
}

function checkTime(certificate: Certificate, now: number): void {
  if (now + NUMBERS.clockSkew < certificate.notBefore || now > certificate.notAfter) refuse();
}

async function checkSignature(subject: Certificate, issuer: Certificate): Promise<void> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  let holds = false;
  try {
    const key = await crypto.subtle.importKey("spki", issuer.publicKey, algorithm, false, ["verify"]);
    holds = await crypto.subtle.verify(algorithm, key, rawSignature(subject.signature), subject.toBeSigned);
  } catch {
    // An issuer's key of another kind, or a signature that is none: not a certificate for us.
  }
  if (!holds) refuse();
}

/** r || s, 32 bytes each, from the DER of an ECDSA signature (RFC 3279 2.2.3). */
function rawSignature(der: Bytes): Bytes {
  const raw = new Uint8Array(64);
  const numbers = children(only(der, TAG.sequence));
  if (numbers.length !== 2) refuse();
  numbers.forEach((number, i) => {
    const digits = number.value[0] === 0 ? number.value.subarray(1) : number.value;
    if (number.tag !== TAG.integer || digits.length > 32) refuse();
    raw.set(digits, 32 * (i + 1) - digits.length);
  });
  return raw;
}

function read(der: Bytes): Certificate {
  const [toBeSigned, algorithm, signature, ...more] = children(only(der, TAG.sequence));
  if (toBeSigned === undefined || algorithm === undefined || signature === undefined || more.length > 0) refuse();
  const [version, serial, inner, issuer, validity, subject, publicKey, extensions, ...others] = children(toBeSigned);
  const parts = [version, serial, inner, issuer, validity, subject, publicKey, extensions];
  const tags = [TAG.version, TAG.integer, ...Array<number>(5).fill(TAG.sequence), TAG.extensions];
  if (others.length > 0 || !parts.every((part, i) => part?.tag === tags[i])) refuse();
  if (hex(algorithm.whole) !== ECDSA_WITH_SHA256 || hex(inner!.whole) !== ECDSA_WITH_SHA256) refuse();
  const [notBefore, notAfter] = children(validity!).map(seconds);
  return {
    der,
    toBeSigned: toBeSigned.whole,
    signature: bits(signature),
    issuer: issuer!.whole,
    subject: subject!.whole,
    commonName: commonName(subject!),
    publicKey: publicKey!.whole,
    notBefore: notBefore!,
    notAfter: notAfter!,
    ...uses(extensions!),
  };
}

/** The bytes of a BIT STRING without unused bits. */
function bits(element: Element): Bytes {
  if (element.tag !== TAG.bits || element.value[0] !== 0) refuse();
  return element.value.slice(1);
}

function commonName(subject: Element): string {
  const names = children(subject)
    .flatMap((set) => children(set))
    .map((attribute) => children(attribute))
    .filter(([type]) => type !== undefined && hex(type.whole) === COMMON_NAME);
  const value = names[0]?.[1];
  if (names.length !== 1 || value === undefined || (value.tag !== TAG.utf8 && value.tag !== TAG.printable)) refuse();
  return fromUtf8(value.value);
}

function uses(extensions: Element): Pick<Certificate, "certifies" | "pathLength" | "signs"> {
  const known = new Map<string, Bytes>();
  for (const extension of children(only(extensions.value, TAG.sequence))) {
    const [type, ...rest] = children(extension);
    const value = rest.at(-1);
    const critical = rest.length === 2;
    if (type === undefined || value?.tag !== TAG.octets || rest.length > 2 || (critical && !isTrue(rest[0]!))) refuse();
    const name = hex(type.whole);
    if (known.has(name) || (critical && !KNOWN_CRITICAL.includes(name))) refuse();
    known.set(name, value.value);
  }
  const usage = known.get(KEY_USAGE);
  const usageBits = usage === undefined ? 0 : (only(usage, TAG.bits).value[1] ?? 0);
  const constraints = known.get(BASIC_CONSTRAINTS);
  const [authority, length] = constraints === undefined ? [] : children(only(constraints, TAG.sequence));
  return {
    certifies: authority !== undefined && isTrue(authority) && (usageBits & KEY_CERT_SIGN) !== 0,
    pathLength: length === undefined ? Number.POSITIVE_INFINITY : shortNumber(length),
    signs: (usageBits & PERSON_SIGNS) === PERSON_SIGNS,
  };
}

function shortNumber(element: Element): number {
  const [number] = element.value;
  if (element.tag !== TAG.integer || element.value.length !== 1 || number === undefined || number > 0x7f) refuse();
  return number;
}

function isTrue(element: Element): boolean {
  return element.tag === TAG.boolean && element.value.length === 1 && element.value[0] === 0xff;
}

/** UTCTime or GeneralizedTime, in seconds and Z (RFC 5280 4.1.2.5). */
function seconds(time: Element): number {
  const digits = fromUtf8(time.value);
  const full = time.tag === TAG.utcTime ? (Number(digits.slice(0, 2)) < 50 ? "20" : "19") + digits : digits;
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if ((time.tag !== TAG.utcTime && time.tag !== TAG.time) || found === null) refuse();
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** The one element that `data` is, of that tag. */
function only(data: Bytes, tag: number): Element {
  const element = elementAt(data, 0);
  if (element.tag !== tag || element.whole.length !== data.length) refuse();
  return element;
}

function children(parent: Element): Element[] {
  const found: Element[] = [];
  for (let place = 0; place < parent.value.length; place += found.at(-1)!.whole.length) {
    found.push(elementAt(parent.value, place));
  }
  return found;
}

/** One element with a one-octet tag and a length in its shortest form (X.690 10.1). */
function elementAt(data: Bytes, start: number): Element {
  const [tag, first] = data.subarray(start, start + 2);
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f || first === 0x80) refuse();
  const octets = first > 0x80 ? data.subarray(start + 2, start + 2 + (first & 0x7f)) : new Uint8Array(0);
  const length = first > 0x80 ? octets.reduce((sum, octet) => sum * 256 + octet, 0) : first;
  const shortest = first < 0x80 || (octets[0] !== 0 && octets.length <= 3 && length >= 0x80);
  const from = start + 2 + octets.length;
  if (!shortest || from + length > data.length) refuse();
  return { tag, value: data.slice(from, from + length), whole: data.slice(start, from + length) };
}

function refuse(): never {
  throw new Refusal("certificate_mismatch");
}

function hex(data: Uint8Array): string {
  return Array.from(data, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
