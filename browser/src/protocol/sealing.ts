/** HPKE (RFC 9180) base mode: X25519, HKDF-SHA256, AES-256-GCM; wire enc(32)||ct. Context goes into `info`. */

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type Bytes, concat } from "./encoding.ts";
import { Refusal } from "./refusal.ts";

const SUITE = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** `plain` for the holder of `publicKey`, bound to `info`. Refuses `not_a_public_key`. */
export async function seal(plain: Uint8Array, publicKey: Uint8Array, info: Uint8Array): Promise<Bytes> {
  try {
    const recipientPublicKey = await SUITE.kem.deserializePublicKey(new Uint8Array(publicKey));
    const sender = await SUITE.createSenderContext({ recipientPublicKey, info });
    return concat(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(plain)));
  } catch {
    throw new Refusal("not_a_public_key");
  }
}
