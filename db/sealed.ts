import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

/** 32-byte keys by id; `active` seals, every key opens. Old keys stay until nothing sealed with them is left. */
export type KeyRing = { readonly active: string; readonly keys: ReadonlyMap<string, Buffer> };

/** What seals and opens encrypted columns: tokens, request bytes, confirmation addresses, raw answers. */
export type Sealer = {
  /** AES-256-GCM; `row` is associated data, so a value moved to another row does not open. */
  seal(plain: string | Uint8Array, row: string): Buffer;
  /** @throws when the key is unknown, the value was changed, or it belongs to another row */
  open(sealed: Uint8Array, row: string): Buffer;
};

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Layout: one byte with the length of the key id, key id, 12 bytes iv, 16 bytes tag, ciphertext. */
export function createSealer(ring: KeyRing): Sealer {
  return {
    seal(plain, row) {
      const key = keyOf(ring, ring.active);
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(row, "utf8"));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      const id = Buffer.from(ring.active, "utf8");
      return Buffer.concat([Buffer.from([id.length]), id, iv, cipher.getAuthTag(), body]);
    },
    open(sealed, row) {
      const bytes = Buffer.from(sealed);
      const idEnd = 1 + bytes.readUInt8(0);
      const iv = bytes.subarray(idEnd, idEnd + IV_BYTES);
      const tag = bytes.subarray(idEnd + IV_BYTES, idEnd + IV_BYTES + TAG_BYTES);
      const key = keyOf(ring, bytes.toString("utf8", 1, idEnd));
      const decipher = createDecipheriv("aes-256-gcm", key, iv)
        .setAAD(Buffer.from(row, "utf8"))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(bytes.subarray(idEnd + IV_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}

function keyOf(ring: KeyRing, id: string): Buffer {
  const key = ring.keys.get(id);
  if (!key) throw new Error(`no data key with the id ${JSON.stringify(id)}`);
  return key;
}

/**
 * The name of a debt that carries no personal data: HMAC-SHA-256 over the parts of its identity, hex.
 * The same key must be kept for ever: it is what one bill from two sources is recognised by.
 */
export function debtKey(secret: Uint8Array, parts: readonly string[]): string {
  const mac = createHmac("sha256", secret);
  for (const part of parts) mac.update(`${Buffer.byteLength(part)}:${part};`);
  return mac.digest("hex");
}

/** An identifier of a person as `identify` names it: its kind, and its value in the normal form of that kind. */
export type Subject = { readonly kind: string; readonly value: string };

/**
 * By what an identifier of a person is found without being stored: what is saved in a profile, what a bill says of its payer and what a mandate covers are
 * compared by this name alone. A kind is part of it, so that ten digits of an INN are not ten digits of a phone. An organisation's value is `INN/KPP`; a payer
 * identifier of GIS GMP is taken apart into its own kind first.
 */
export function subjectKey(claimKey: Uint8Array, { kind, value }: Subject): string {
  return debtKey(claimKey, ["subject", kind, value]);
}

/**
 * Reads a key ring as deployments write it: `id:base64[,id:base64…]`, 32 bytes each; the first key seals, the others only open.
 *
 * @throws with the reason, never with a key
 */
export function readKeyRing(text: string): KeyRing {
  const keys = new Map<string, Buffer>();
  for (const entry of text.split(",").map((part) => part.trim())) {
    const colon = entry.indexOf(":");
    const key = Buffer.from(entry.slice(colon + 1), "base64");
    if (colon < 1 || key.length !== 32) throw new Error("each key is <id>:<base64 of 32 bytes>");
    keys.set(entry.slice(0, colon), key);
  }
  const [active = ""] = keys.keys();
  return { active, keys };
}
