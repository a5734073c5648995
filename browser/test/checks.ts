/**
 * The shared vectors as checks on the protocol: run by Node on the sources, and by Chromium on the bundle that the PIN
 * page serves. A check throws when something is not as filed.
 */

import type * as Protocol from "../src/protocol/index.ts";

// The vectors are data of many shapes.
type Filed = any;

export interface Check {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

/** snake_case members in camelCase, base64url as bytes (texts by name stay texts). */
function camel(value: Filed, unb64: (text: string) => Uint8Array, name = ""): Filed {
  if (Array.isArray(value)) return value.map((item) => camel(item, unb64, name));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        camel(member, unb64, key),
      ]),
    );
  }
  const isText = ["guard_id", "state", "pin", "code", "algorithm"].includes(name);
  return typeof value === "string" && !isText ? unb64(value) : value;
}

/** Throws unless both are the same JSON. */
function same(found: unknown, filed: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(filed)) {
    throw new Error(`found ${JSON.stringify(found)}, filed ${JSON.stringify(filed)}`);
  }
}

/** Throws unless `act` is refused with `code`. */
async function refused(code: string, act: () => unknown): Promise<void> {
  let found = "accepted";
  try {
    await act();
  } catch (error) {
    found = (error as { code?: string }).code ?? String(error);
  }
  same(found, code);
}

/** Every check of `filed` (pin_protocol.json) and `rfc` (the RFC's own vectors) on `protocol`. */
export function checks(protocol: typeof Protocol, filed: Filed, rfc: Filed): Check[] {
  return [
    ...encodingChecks(protocol, filed),
    ...secretChecks(protocol, filed),
    ...rfcChecks(protocol, rfc),
    ...documentChecks(protocol, filed),
    ...messageChecks(protocol, filed),
    ...deviceChecks(protocol, filed),
    ...transactionChecks(protocol, filed),
    ...certificateChecks(protocol, filed),
  ];
}

function encodingChecks({ encoding, labels, numbers }: typeof Protocol, filed: Filed): Check[] {
  const { b64, unb64, utf8 } = encoding;
  const fieldOf = (tagged: Filed) =>
    "bytes" in tagged ? unb64(tagged.bytes) : "zeros" in tagged ? new Uint8Array(tagged.zeros) : (tagged.text ?? tagged.integer);
  return [
    { name: "labels are the filed ones", run: () => same(labels.labels, filed.labels) },
    { name: "limits are the policy's", run: () => same(numbers.NUMBERS, filed.numbers) },
    {
      name: "fields are put together as filed",
      run: () => {
        for (const one of filed.encoding) {
          same(b64(encoding.sha256(encoding.encode(one.label, ...one.fields.map(fieldOf)))), one.sha256);
        }
      },
    },
    {
      name: "a field over 65535 bytes is refused",
      run: () => refused("field_too_long", () => encoding.field(new Uint8Array(65_536))),
    },
    {
      name: "bytes have one spelling",
      run: async () => {
        for (const { hex, text } of filed.base64url.spellings) {
          same(Array.from(unb64(text), (byte) => byte.toString(16).padStart(2, "0")).join(""), hex);
          same(b64(unb64(text)), text);
        }
        for (const text of filed.base64url.refused) await refused("not_base64_url", () => unb64(text));
        await refused("not_base64_url", () => unb64("AAAA", 4));
      },
    },
    {
      name: "JSON is canonical or refused",
      run: async () => {
        for (const text of filed.canonical_json.canonical) {
          same(encoding.canonical(encoding.parseCanonical(utf8(text))), text);
        }
        for (const text of [...filed.canonical_json.refused, '"\\ud800"']) {
          await refused("not_canonical", () => encoding.parseCanonical(utf8(text)));
        }
        await refused("not_canonical", () => encoding.parseCanonical(Uint8Array.of(0x22, 0xff, 0x22)));
      },
    },
  ];
}

function secretChecks({ encoding, oprf, record, sharing, signatures, version }: typeof Protocol, filed: Filed): Check[] {
  const { b64, unb64, utf8 } = encoding;
  const { secrets } = filed;
  const guards: Filed[] = filed.sharing.guards;
  const p = unb64(filed.stretching[0].p);
  return [
    {
      name: "a PIN is stretched as filed",
      run: () => {
        for (const one of filed.stretching) {
          same(b64(version.stretch(utf8(one.pin), unb64(one.salt), record.STRETCHING)), one.p);
        }
      },
    },
    {
      name: "only six digits and the protocol's own parameters are stretched",
      run: async () => {
        for (const pin of ["12345", "1234567", "12345a", "１２３４５６"]) {
          await refused("invalid_field", () => version.stretch(utf8(pin), new Uint8Array(16), record.STRETCHING));
        }
        const weak = record.parseRecord(utf8(filed.record.weak));
        await refused("record_mismatch", () => version.stretch(utf8(filed.pin), weak.salt, weak.stretching));
      },
    },
    {
      name: "one R opens the filed secrets",
      run: () => {
        const opened = new version.Secrets(unb64(secrets.r), unb64(secrets.uid), secrets.ver);
        same(b64(opened.commitment()), secrets.commitment);
        same(b64(opened.authorizationKey().publicKey), secrets.authorization_key);
        same(b64(opened.activationSecret(unb64(secrets.kid))), secrets.activation_secret);
        same(opened.opens(unb64(secrets.commitment)), true);
        same(opened.opens(unb64(secrets.r)), false);
      },
    },
    ...guards.map((guard) => ({
      name: `the OPRF at ${guard.guard_id} gives the filed output and mask`,
      run: async () => {
        const [publicKey, element, proof] = [unb64(guard.public_key), unb64(guard.evaluated), unb64(guard.proof)];
        const blinded = oprf.blindWith(p, unb64(guard.blind));
        const output = oprf.finalize(p, blinded, { element, proof }, publicKey);
        const masking = sharing.mask(unb64(secrets.uid), secrets.ver, guard.guard_id, guard.index, output);
        same([blinded.element, output, masking].map(b64), [guard.blinded, guard.output, guard.mask]);
        same(b64(sharing.addMask(unb64(guard.share), masking)), guard.masked);
        for (const place of [0, 31, 32, 63]) {
          const forged = proof.with(place, proof[place]! ^ 1);
          await refused("proof_refused", () => oprf.finalize(p, blinded, { element, proof: forged }, publicKey));
        }
        const other = unb64(guards.find((one) => one !== guard).public_key);
        await refused("proof_refused", () => oprf.finalize(p, blinded, { element, proof }, other));
        await refused("proof_refused", () => oprf.finalize(p, blinded, { element: new Uint8Array(32), proof }, publicKey));
      },
    })),
    {
      name: "any two shares give R",
      run: () => {
        const coefficients = filed.sharing.coefficients.map((text: string) => unb64(text));
        const shares = sharing.evaluate(coefficients, [1, 2, 3]);
        same([...shares].map(([i, share]) => [i, b64(share)]), guards.map((guard) => [guard.index, guard.share]));
        for (const pair of [[0, 1], [0, 2], [1, 2], [2, 0]]) {
          const opened = new Map(
            pair.map((i) => [guards[i].index, sharing.removeMask(unb64(guards[i].masked), unb64(guards[i].mask))]),
          );
          same(b64(sharing.combine(opened)), secrets.r);
        }
        same(b64(sharing.combine(sharing.split(unb64(secrets.r), 3, [2, 5, 7]))), secrets.r);
      },
    },
    {
      name: "random scalars are scalars, and no two are one",
      run: () => {
        const drawn = Array.from({ length: 20 }, () => b64(oprf.checkScalar(oprf.randomScalar())));
        same(new Set(drawn).size, 20);
      },
    },
    {
      name: "encodings that every party refuses are refused",
      run: async () => {
        for (const text of filed.refused.elements) await refused("not_an_element", () => oprf.checkElement(unb64(text)));
        for (const text of filed.refused.scalars) await refused("not_a_scalar", () => oprf.checkScalar(unb64(text)));
        for (const text of filed.refused.public_keys) {
          await refused("not_a_public_key", () => signatures.checkPublicKey(unb64(text)));
        }
      },
    },
  ];
}

function rfcChecks({ oprf }: typeof Protocol, rfc: Filed): Check[] {
  const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const hex = (data: Uint8Array) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const suite = rfc.suites.find((one: Filed) => one.mode === 1);
  return suite.vectors
    .filter((vector: Filed) => vector.Batch === 1)
    .map((vector: Filed) => ({
      name: `RFC 9497 A.1.2, input ${vector.Input}`,
      run: () => {
        const input = bytes(vector.Input);
        const blinded = oprf.blindWith(input, bytes(vector.Blind));
        const evaluated = { element: bytes(vector.EvaluationElement), proof: bytes(vector.Proof.proof) };
        same(hex(blinded.element), vector.BlindedElement);
        same(hex(oprf.finalize(input, blinded, evaluated, bytes(suite.pkSm))), vector.Output);
      },
    }));
}

function documentChecks({ anchors, encoding, record, tickets }: typeof Protocol, filed: Filed): Check[] {
  const { b64, unb64, utf8 } = encoding;
  return [
    {
      name: "anchors are read as filed, or refused",
      run: async () => {
        const read = anchors.parseAnchors(utf8(filed.anchors.file));
        same([b64(read.guardsHash), anchors.quorum(read)], [filed.anchors.guards_hash, filed.anchors.quorum]);
        same(anchors.guardOf(read, "guard-2").index, 2);
        await refused("anchors_mismatch", () => anchors.guardOf(read, "guard-4"));
        for (const text of filed.anchors.refused) {
          await refused("anchors_mismatch", () => anchors.parseAnchors(utf8(text)));
        }
      },
    },
    {
      name: "a record is read as filed, or refused",
      run: async () => {
        const read = record.parseRecord(utf8(filed.record.bytes));
        same(b64(encoding.sha256(record.recordBytes(read))), filed.record.sha256);
        same(read.shares.map((share) => b64(share.masked)), filed.sharing.guards.map((guard: Filed) => guard.masked));
        for (const text of filed.record.refused) await refused("record_mismatch", () => record.parseRecord(utf8(text)));
      },
    },
    {
      name: "tickets are the centre's or refused",
      run: async () => {
        const key = anchors.parseAnchors(utf8(filed.anchors.file)).ticketKey;
        const attempt = tickets.openTicket(filed.tickets.attempt, key);
        const version = tickets.openTicket(filed.tickets.version, key);
        same([attempt.kind, attempt.guardId, attempt.exp], ["attempt", "guard-1", filed.now + 120]);
        same([version.kind, b64(version.kid!), version.ver], ["version", filed.secrets.kid, 1]);
        same(b64(attempt.jti!), filed.devices.attempt_proof.fields.jti);
        await refused("ticket_refused", () => tickets.openTicket(filed.tickets.device_remove, key)); // no page needs it
        const [payload, signature] = filed.tickets.attempt.split(".");
        const forged = `${b64(unb64(payload).with(5, 0x20))}.${signature}`;
        for (const text of [forged, payload, `${filed.tickets.attempt}.`, filed.tickets.attempt.slice(0, -2)]) {
          await refused("ticket_refused", () => tickets.openTicket(text, key));
        }
        await refused("ticket_refused", () => tickets.openTicket(filed.tickets.attempt, unb64(filed.secrets.authorization_key)));
      },
    },
  ];
}

function messageChecks({ encoding, messages, sealing, signatures }: typeof Protocol, filed: Filed): Check[] {
  const { b64, unb64, utf8 } = encoding;
  const signed: Record<string, (fields: Filed) => Uint8Array> = {
    day_key: messages.dayKeySigned,
    version_reply: messages.versionReplySigned,
    attestation: messages.attestationSigned,
    statement: messages.statementSigned,
    version_receipt: messages.versionReceiptSigned,
    attempt_reply: messages.attemptReplySigned,
    attempt_reply_due: messages.attemptReplySigned,
    attempt_refusal: messages.attemptRefusalSigned,
    attempt_refusal_not_live: messages.attemptRefusalSigned,
    activation: messages.activationSigned,
    confirm_receipt: messages.confirmReceiptSigned,
    credential: (fields) => messages.credentialSigned(fields, unb64(filed.messages.credential.sealed)),
  };
  const stranger = unb64(JSON.parse(filed.anchors.file).log_key);
  return [
    ...Object.entries(signed).map(([name, of]) => ({
      name: `${name} is signed as filed`,
      run: async () => {
        const vector = filed.messages[name];
        const [signer, signature] = [unb64(vector.signer), unb64(vector.signature)];
        const data = of(camel(vector.fields, unb64));
        same(b64(data), vector.signed);
        signatures.verify(signer, signature, data);
        await refused("signature_refused", () => signatures.verify(signer, signature, data.with(9, data[9]! ^ 1)));
        await refused("signature_refused", () => signatures.verify(signer, signature.subarray(1), data));
        await refused("signature_refused", () => signatures.verify(stranger, signature, data));
      },
    })),
    {
      name: "a signature with another spelling of R is refused",
      run: () => {
        const { signer, signature, signed } = filed.refused_signature;
        return refused("signature_refused", () => signatures.verify(unb64(signer), unb64(signature), unb64(signed)));
      },
    },
    {
      name: "hashes and infos of messages are as filed",
      run: () => {
        const { activation, credential } = filed.messages;
        same(b64(messages.activationHash(camel(activation.fields, unb64), unb64(activation.signature))), activation.hash);
        same(b64(messages.credentialInfo(camel(credential.fields, unb64))), credential.info);
        const { th } = activation.fields;
        const dayKeyId = unb64(filed.messages.day_key.fields.day_key_id);
        same(b64(messages.activationInfo(unb64(th), unb64(filed.secrets.kid), dayKeyId)), filed.sealing.activation.info);
        same(b64(messages.attemptId(utf8(filed.attempt_id.body))), filed.attempt_id.attempt_id);
      },
    },
    {
      name: "an Ed25519 key signs as filed",
      run: () => {
        const { activation } = filed.messages;
        const key = new signatures.SigningKey(unb64(filed.secrets.authorization_seed));
        same(b64(key.publicKey), activation.signer);
        same(b64(key.sign(unb64(activation.signed))), activation.signature);
      },
    },
    {
      name: "what is sealed is enc(32), ciphertext and tag, fresh every time",
      run: async () => {
        const [publicKey, plain, info] = [filed.sealing.public_key, filed.sealing.plain, filed.sealing.activation.info];
        const sealed = await Promise.all([1, 2].map(() => sealing.seal(unb64(plain), unb64(publicKey), unb64(info))));
        same(sealed.map((one) => one.length), [80, 80]);
        same(b64(sealed[0]!) === b64(sealed[1]!), false);
        await refused("not_a_public_key", () => sealing.seal(unb64(plain), new Uint8Array(31), unb64(info)));
      },
    },
  ];
}

function deviceChecks({ devices, encoding, signatures }: typeof Protocol, filed: Filed): Check[] {
  const { b64, equal, unb64, utf8 } = encoding;
  const { key, id, attempt_proof, centre_proof, addition, rfc6979_p256_sha256: published } = filed.devices;
  const sample = unb64(published.signatures.sample);
  return [
    {
      name: "a device signs as filed",
      run: async () => {
        same(b64(encoding.sha256(unb64(key))), id);
        const attempt = devices.attemptProofSigned(camel(attempt_proof.fields, unb64));
        const centre = devices.centreProofSigned(unb64(centre_proof.fields.code));
        same([attempt, centre].map(b64), [attempt_proof.signed, centre_proof.signed]);
        await devices.verifyDevice(unb64(key), unb64(attempt_proof.signature), attempt);
        await devices.verifyDevice(unb64(key), unb64(centre_proof.signature), centre);
        await refused("signature_refused", () => devices.verifyDevice(unb64(key), unb64(centre_proof.signature), attempt));
      },
    },
    {
      name: "a device is added as filed",
      run: () => {
        const said = devices.deviceAdditionSigned(camel(addition.fields, unb64));
        same([b64(said), addition.fields.device_key], [addition.signed, key]);
        signatures.verify(unb64(addition.signer), unb64(addition.signature), said);
      },
    },
    ...Object.entries<string>(published.signatures).map(([message, signature]) => ({
      name: `RFC 6979 A.2.5, P-256 and SHA-256, "${message}"`,
      run: async () => {
        const [signer, data] = [unb64(published.key), utf8(message)];
        await devices.verifyDevice(signer, unb64(signature), data);
        await refused("signature_refused", () => devices.verifyDevice(signer, unb64(signature), utf8(`${message} `)));
        await refused("signature_refused", () => devices.verifyDevice(unb64(key), unb64(signature), data));
      },
    })),
    {
      name: "what is no device key or no signature is refused",
      run: async () => {
        const data = utf8("sample");
        for (const none of [new Uint8Array(), unb64(addition.signer)]) {
          await refused("not_a_public_key", () => devices.verifyDevice(none, sample, data));
        }
        for (const none of [new Uint8Array(), new Uint8Array(64), sample.slice(1)]) {
          await refused("signature_refused", () => devices.verifyDevice(unb64(published.key), none, data));
        }
      },
    },
    {
      name: "a device's private key cannot be read, and it signs otherwise each time",
      run: async () => {
        const keys = await devices.newDeviceKeys();
        same([keys.privateKey.extractable, keys.privateKey.usages], [false, ["sign"]]);
        for (const format of ["jwk", "pkcs8"] as const) {
          const read = crypto.subtle.exportKey(format, keys.privateKey).then(() => "read", () => "refused");
          same(await read, "refused");
        }
        const device = await devices.Device.of(keys);
        const [one, other] = [await device.sign(utf8("x")), await device.sign(utf8("x"))];
        same([one.length, equal(one, other)], [64, false]);
        await devices.verifyDevice(device.spki, one, utf8("x"));
        await devices.verifyDevice(device.spki, other, utf8("x"));
      },
    },
  ];
}

function transactionChecks({ encoding, transaction }: typeof Protocol, filed: Filed): Check[] {
  const { b64, unb64, utf8 } = encoding;
  const { transactions } = filed;
  const contentsOf = (one: Filed) => one.contents.map((text: string) => unb64(text));
  return [
    ...["login", "transfer", "revocation"].map((purpose) => ({
      name: `a ${purpose} is read, shown and signed as filed`,
      run: async () => {
        const one = transactions[purpose];
        const read = transaction.parseTransaction(utf8(one.bytes));
        same(b64(encoding.sha256(transaction.transactionBytes(read))), one.th);
        same(transaction.displayOf(read, contentsOf(one)), one.display);
        same(read.items.map((item) => b64(transaction.signedAttributes(read, item))), one.signed_attributes);
        transaction.checkTimes(read, filed.now);
        await refused("transaction_refused", () => transaction.checkTimes(read, read.iat - 61));
        await refused("transaction_refused", () => transaction.checkTimes(read, read.exp + 61));
      },
    })),
    {
      name: "what is no transaction is refused",
      run: async () => {
        for (const text of transactions.refused) {
          await refused("transaction_refused", () => transaction.parseTransaction(utf8(text)));
        }
      },
    },
    ...transactions.refused_contents.map((one: Filed) => ({
      name: `content that is not what the transaction shows is refused: ${one.why}`,
      run: () =>
        refused("transaction_refused", () =>
          transaction.displayOf(transaction.parseTransaction(utf8(one.bytes)), contentsOf(one)),
        ),
    })),
  ];
}

function certificateChecks({ certificate, encoding }: typeof Protocol, filed: Filed): Check[] {
  const { b64, unb64 } = encoding;
  const { certificates } = filed;
  const parse = (text: string) => certificate.parseCertificate(unb64(text));
  const root = parse(certificates.root);
  return [
    {
      name: "a certificate is read, and leads to the root",
      run: async () => {
        const customer = parse(certificates.customer);
        same([customer.commonName, b64(customer.publicKey)], [certificates.common_name, certificates.public_key]);
        same([customer.notBefore, customer.notAfter], [filed.now - 3600, filed.now - 3600 + 30 * 86_400]);
        await certificate.checkChain(customer, certificates.chain.map(parse), root, filed.now);
        await certificate.checkChain(customer, [...certificates.chain.map(parse), root], root, filed.now);
      },
    },
    ...certificates.refused.map((one: Filed) => ({
      name: `a certificate that does not lead to the root is refused: ${one.why}`,
      run: () =>
        refused("certificate_mismatch", () =>
          certificate.checkChain(parse(one.customer), one.chain.map(parse), root, filed.now),
        ),
    })),
    {
      name: "bytes that are no certificate are refused",
      run: async () => {
        for (const text of certificates.broken) await refused("certificate_mismatch", () => parse(text));
      },
    },
  ];
}

