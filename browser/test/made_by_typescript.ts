/**
 * A whole enrolment and use, made by the TypeScript side for Python to read. Given the path of the shared vectors it prints
 * their section `made_by_typescript`; everything in it is fixed except what HPKE seals and the device's key and signature.
 */

import { ristretto255_oprf } from "@noble/curves/ed25519.js";
import { shake256 } from "@noble/hashes/sha3.js";
import { readFileSync } from "node:fs";
import { parseAnchors } from "../src/protocol/anchors.ts";
import { attemptProofSigned, Device, newDeviceKeys } from "../src/protocol/devices.ts";
import { b64, canonicalBytes, fromUtf8, sha256, unb64, utf8 } from "../src/protocol/encoding.ts";
import * as messages from "../src/protocol/messages.ts";
import { blindWith, finalize, fromLittleEndian, ORDER, toLittleEndian } from "../src/protocol/oprf.ts";
import { parseRecord, recordBytes, STRETCHING } from "../src/protocol/record.ts";
import { seal } from "../src/protocol/sealing.ts";
import { addMask, evaluate, mask } from "../src/protocol/sharing.ts";
import { Secrets, stretch } from "../src/protocol/version.ts";

const FILE = process.argv[2]!;
const FILED = JSON.parse(readFileSync(FILE, "utf8"));
const PIN = "739205";
const VER = 3;

/** Bytes that stand for a random number called `name`. */
function fixed(name: string, size = 32): Uint8Array<ArrayBuffer> {
  return new Uint8Array(shake256(utf8(`made by typescript ${name}`), { dkLen: size }));
}

function fixedScalar(name: string): Uint8Array {
  return toLittleEndian(1n + (fromLittleEndian(fixed(name, 64)) % (ORDER - 1n)));
}

const anchors = parseAnchors(utf8(FILED.anchors.file));
const [uid, kid, salt, th] = [fixed("uid", 16), fixed("kid", 16), fixed("salt", 16), fixed("th")];
const dayKeyId = unb64(FILED.messages.day_key.fields.day_key_id);
const dayKey = unb64(FILED.sealing.public_key);
const r = fixedScalar("R");
const secrets = new Secrets(r, uid, VER);
const key = secrets.authorizationKey();
const p = stretch(utf8(PIN), salt, STRETCHING);

/** What one guard does with its key, and what the page makes of the answer. */
function helpOf(guardId: string, index: number) {
  const keys = ristretto255_oprf.voprf.deriveKeyPair(fixed(`k ${index}`), utf8("shared vectors"));
  const blinded = blindWith(p, fixedScalar(`blind ${index}`));
  const answer = ristretto255_oprf.voprf.blindEvaluate(keys.secretKey, keys.publicKey, blinded.element, (size = 32) =>
    fixed(`nonce ${index}`, size),
  );
  const output = finalize(p, blinded, { element: answer.evaluated, proof: answer.proof }, keys.publicKey);
  return { guardId, index, keys, blinded, answer, masking: mask(uid, VER, guardId, index, output) };
}

const helps = anchors.guards.map((guard) => helpOf(guard.guardId, guard.index));
const shares = evaluate([r, fixedScalar("f1")], [1, 2, 3]);
const record = recordBytes({
  stretching: STRETCHING,
  salt,
  uid,
  ver: VER,
  threshold: anchors.threshold,
  guards: anchors.guards.length,
  guardsHash: anchors.guardsHash,
  shares: helps.map((help) => ({
    guardId: help.guardId,
    index: help.index,
    masked: addMask(shares.get(help.index)!, help.masking),
    publicKeySha256: sha256(help.keys.publicKey),
  })),
  commitment: secrets.commitment(),
  authorizationKey: key.publicKey,
});
parseRecord(record);
const recordSha256 = sha256(record);
const named = helps.map((help) => ({ guardId: help.guardId, publicKeySha256: sha256(help.keys.publicKey) }));
const statement = messages.statementSigned({
  uid,
  ver: VER,
  authorizationKey: key.publicKey,
  recordSha256,
  guardsHash: anchors.guardsHash,
  pin: "new",
  keys: named,
  deviceKey: messages.NO_DEVICE,
});
const credential = {
  uid,
  kid,
  algorithm: "P-256",
  dayKeyId,
  guardsHash: anchors.guardsHash,
  ver: VER,
  authorizationKey: key.publicKey,
  recordSha256,
};
const attempts = helps.slice(0, 2).map((help) =>
  canonicalBytes({ ticket: "none", uid: b64(uid), ver: VER, blinded: b64(help.blinded.element), th: b64(th) }),
);
const activation = {
  uid,
  ver: VER,
  th,
  iat: FILED.now,
  exp: FILED.now + 120,
  sealedSha256: sha256(utf8("not sealed")),
  attempts: attempts.map(messages.attemptId),
};
const activationSignature = key.sign(messages.activationSigned(activation));

const device = await Device.of(await newDeviceKeys());
const [jti, { guardId, blinded }] = [fixed("jti", 16), helps[0]!];
const proof = attemptProofSigned({ guardId, uid, ver: VER, th, jti, blinded: blinded.element });

const made = {
  pin: PIN,
  ver: VER,
  uid: b64(uid),
  kid: b64(kid),
  th: b64(th),
  p: b64(p),
  guards: helps.map((help) => ({
    guard_id: help.guardId,
    key: b64(help.keys.secretKey),
    public_key: b64(help.keys.publicKey),
    blinded: b64(help.blinded.element),
    evaluated: b64(help.answer.evaluated),
    proof: b64(help.answer.proof),
  })),
  record: fromUtf8(record),
  statement_signature: b64(key.sign(statement)),
  attempts: attempts.map(fromUtf8),
  activation: {
    iat: activation.iat,
    exp: activation.exp,
    sealed_sha256: b64(activation.sealedSha256),
    attempts: activation.attempts.map(b64),
    signature: b64(activationSignature),
    hash: b64(messages.activationHash(activation, activationSignature)),
  },
  device: { key: b64(device.spki), jti: b64(jti), signature: b64(await device.sign(proof)) },
  sealed: {
    credential: b64(await seal(secrets.activationSecret(kid), dayKey, messages.credentialInfo(credential))),
    activation: b64(await seal(secrets.activationSecret(kid), dayKey, messages.activationInfo(th, kid, dayKeyId))),
  },
};

console.log(JSON.stringify(made));
