// The building blocks of docs/protocol.md section 3, from well-kept packages and Node's own crypto.

import * as node from "node:crypto";
import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { argon2id as wasmArgon2id } from "hash-wasm";
import { allZero, hex, join, same, uint, unhex, zeros } from "./bytes.js";
import { encode } from "./cbor.js";
import { remembered } from "./memory.js";
import { Refused, refuse } from "./refused.js";

const kem = new XWing();
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });
const ENC = 1120;
const Q = 3329;

export const sha256 = (...parts) => new Uint8Array(node.createHash("sha256").update(join(...parts)).digest());
export const hmac = (key, ...message) =>
  new Uint8Array(node.createHmac("sha256", key).update(join(...message)).digest());

/** RFC 5869, by hand: Node's own takes at most 1,024 bytes of info. */
export function hkdf(secret, info, length = 32, salt = zeros(32)) {
  const key = hmac(salt, secret);
  let out = zeros(0);
  let block = zeros(0);
  for (let count = 1; out.length < length; count++) {
    block = hmac(key, block, info, uint(count, 1));
    out = join(out, block);
  }
  return out.slice(0, length);
}

/** RFC 9106, 32 bytes out. */
export const argon2id = (password, salt, { memory_kib, passes, lanes }) =>
  remembered(["argon2id", password, salt, `${memory_kib} ${passes} ${lanes}`], () =>
    wasmArgon2id({
      password, salt, memorySize: memory_kib, iterations: passes, parallelism: lanes, hashLength: 32,
      outputType: "binary",
    }));

/** The public key of a seed, made twice: as the page says it, and by the package's own X-Wing. */
export const xWingPublic = (seed) => remembered(["x-wing", seed], async () => {
  const expanded = node.createHash("shake256", { outputLength: 96 }).update(seed).digest();
  const lattice = ml_kem768.keygen(new Uint8Array(expanded.subarray(0, 64))).publicKey;
  const said = join(lattice, x25519Public(expanded.subarray(64)));
  const pair = await kem.generateKeyPairDerand(new Uint8Array(seed));
  const packaged = new Uint8Array(await kem.serializePublicKey(pair.publicKey));
  if (!same(said, packaged)) throw new Error("the page's X-Wing and the package's differ");
  return said;
});

function x25519Private(seed) {
  const der = join(unhex("302e020100300506032b656e04220420"), seed);
  return node.createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
}

function x25519Public(seed) {
  const spki = node.createPublicKey(x25519Private(seed)).export({ format: "der", type: "spki" });
  return new Uint8Array(spki.subarray(-32));
}

const sealable = new Map();

/** A public key read from outside: coefficients below q, and no point of low order (section 3). */
export function requireSealable(key, what) {
  if (!(key instanceof Uint8Array) || key.length !== 1216) refuse("EncodingError", `${what}: not an X-Wing key`);
  const name = Buffer.from(key).toString("latin1");
  if (!sealable.has(name)) sealable.set(name, againstSealing(key));
  if (sealable.get(name)) refuse("EncodingError", `${what}: ${sealable.get(name)}`);
  return key;
}

/** Why nothing could be sealed to this key, or null. */
function againstSealing(key) {
  for (let at = 0; at < 1152; at += 3) {
    const low = key[at] | ((key[at + 1] & 15) << 8);
    const high = (key[at + 1] >> 4) | (key[at + 2] << 4);
    if (low >= Q || high >= Q) return "a coefficient not below q";
  }
  const der = join(unhex("302a300506032b656e032100"), key.subarray(1184));
  try {
    const publicKey = node.createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
    const shared = node.diffieHellman({ privateKey: x25519Private(new Uint8Array(32).fill(1)), publicKey });
    return allZero(shared) ? "a point of low order" : null;
  } catch {
    return "a point of low order"; // OpenSSL refuses a shared secret of zeros itself
  }
}

/** `open` under raw info bytes. */
export const openRaw = (sealed, seed, info) => remembered(["open", sealed, seed, info], async () => {
  if (sealed.length < ENC + 16) refuse("OpenError", "shorter than a seal");
  try {
    const recipientKey = await kem.importKey("raw", new Uint8Array(seed), false);
    const enc = sealed.slice(0, ENC);
    const recipient = await suite.createRecipientContext({ recipientKey, enc: enc.buffer, info });
    return new Uint8Array(await recipient.open(sealed.slice(ENC)));
  } catch (error) {
    if (error instanceof Refused) throw error;
    return refuse("OpenError", "does not open");
  }
});

/** `open` with an info list in CBOR, as everywhere on the page. */
export const open = (sealed, seed, ...info) => openRaw(sealed, seed, encode(info));

/** ChaCha20-Poly1305 without associated data. */
export function openChunk(key, nonce, sealed) {
  if (sealed.length < 16) refuse("OpenError", "shorter than a tag");
  const cipher = node.createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
  cipher.setAuthTag(sealed.subarray(-16));
  try {
    return join(cipher.update(sealed.subarray(0, -16)), cipher.final());
  } catch {
    return refuse("OpenError", "does not open");
  }
}

export function openSecretRaw(sealed, key, info) {
  if (sealed.length < 48) refuse("OpenError", "shorter than a seal");
  return openChunk(hkdf(key, info, 32, sealed.slice(0, 32)), zeros(12), sealed.subarray(32));
}

/** `seal_secret` undone, info a list in CBOR. */
export const openSecret = (sealed, key, ...info) => openSecretRaw(sealed, key, encode(info));

function ed25519Private(seed) {
  const der = join(unhex("302e020100300506032b657004220420"), seed);
  return node.createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
}

export const ed25519Public = (seed) =>
  new Uint8Array(node.createPublicKey(ed25519Private(seed)).export({ format: "der", type: "spki" }).subarray(-32));

export const ed25519Sign = (seed, message) => new Uint8Array(node.sign(null, message, ed25519Private(seed)));

/** A device signature. */
export function deviceHolds(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const der = join(unhex("302a300506032b6570032100"), key);
  const publicKey = node.createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  return node.verify(null, message, publicKey, signature);
}

/** The officer's two public keys of one seed, 1,984 bytes. */
export const officerPublic = (seed) => remembered(["officer", seed], async () => {
  const lattice = ml_dsa65.keygen(hkdf(seed, "kantha/v1/officer-ml-dsa-65")).publicKey;
  return join(ed25519Public(hkdf(seed, "kantha/v1/officer-ed25519")), lattice);
});

/** An officer signature: both must verify. */
export const officerHolds = (key, signature, message) =>
  remembered(["officer holds", key, signature, message], async () => {
    if (key.length !== 1984 || signature.length !== 3373) return false;
    if (!deviceHolds(key.subarray(0, 32), signature.subarray(0, 64), message)) return false;
    return ml_dsa65.verify(signature.slice(64), new Uint8Array(message), key.slice(32));
  });

export const deviceId = (identity) => sha256("kantha/v1/device\0", identity).slice(0, 16);
export const officerId = (keys) => sha256("kantha/v1/officer\0", keys).slice(0, 16);
export const isDevice = (device, identity) => hex(deviceId(identity)) === hex(device);
