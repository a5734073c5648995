/** The customer's receipt is of exactly the consent that was given. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkReceipt, type Consent } from "../src/holder/receipt.ts";
import { b64, concat, type Json, labelledHash } from "../src/protocol/encoding.ts";
import { labels } from "../src/protocol/labels.ts";

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
const consent: Consent = {
  transaction: bytes(40, 1),
  kid: bytes(16, 2),
  th: bytes(32, 3),
  activation: { uid: "one", attempts: ["a"] },
  activationSha256: bytes(32, 4),
  attestation: { leaf: "two" },
  certificate: bytes(50, 5),
  receipts: [{ guard_id: "guard-1" }, { guard_id: "guard-2" }],
  threshold: 2,
};
const leaf = (th: Uint8Array, activation: Uint8Array) =>
  b64(concat(bytes(32, 9), labelledHash(labels.LEAF_EVENT, "use", consent.kid, th, activation)));
const good: { readonly [name: string]: Json } = {
  v: 1,
  transaction: b64(consent.transaction),
  activation: consent.activation,
  receipts: consent.receipts,
  attestation: consent.attestation,
  certificate: b64(consent.certificate),
  leaf: leaf(consent.th, consent.activationSha256),
};

test("the receipt of this consent is taken, whatever else it carries", () => {
  checkReceipt({ ...good, signatures: ["more"], receipts: [...consent.receipts, { guard_id: "guard-3" }] }, consent);
});

const others: { readonly [name: string]: Json } = {
  transaction: b64(bytes(40, 7)),
  activation: { uid: "one", attempts: ["b"] },
  attestation: { leaf: "three" },
  certificate: b64(bytes(50, 7)),
};
for (const [name, other] of Object.entries(others)) {
  test(`another ${name} is refused`, () => {
    assert.throws(() => checkReceipt({ ...good, [name]: other }, consent), { code: "receipt_refused" });
  });
}

test("a leaf of another use or of another activation is refused", () => {
  for (const other of [leaf(bytes(32, 7), consent.activationSha256), leaf(consent.th, bytes(32, 7))]) {
    assert.throws(() => checkReceipt({ ...good, leaf: other }, consent), { code: "receipt_refused" });
  }
});

test("fewer of the guards' receipts than the threshold prove nothing", () => {
  for (const receipts of [[], consent.receipts.slice(1), [consent.receipts[0]!, { guard_id: "guard-3" }]]) {
    assert.throws(() => checkReceipt({ ...good, receipts }, consent), { code: "signature_invalid" });
  }
});
