import { createDecipheriv, createECDH, hkdfSync } from "node:crypto";

/** A browser's keys, base64url: the pair that messages are sealed with, and the secret it shares with whoever may send. */
export interface BrowserKeys {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly auth: string;
}

const saltBytes = 16;
const tagBytes = 16;
const sizeBytes = 4;

/**
 * Opens a message as a browser does: RFC 8291 over one record of aes128gcm (RFC 8188). Throws when it is cut, changed, sealed for another browser, or no such message.
 */
export function openMessage(sealed: Buffer, keys: BrowserKeys): string {
  const salt = sealed.subarray(0, saltBytes);
  const recordSize = sealed.readUInt32BE(saltBytes);
  const idLength = sealed.readUInt8(saltBytes + sizeBytes);
  const idStart = saltBytes + sizeBytes + 1;
  const senderKey = sealed.subarray(idStart, idStart + idLength);
  const record = sealed.subarray(idStart + idLength);
  if (record.length > recordSize) throw new Error("more than one record");
  if (record.length <= tagBytes) throw new Error("the record is cut");
  const { contentKey, nonce } = keysOf(salt, senderKey, keys);
  const decipher = createDecipheriv("aes-128-gcm", contentKey, nonce);
  decipher.setAuthTag(record.subarray(record.length - tagBytes));
  const padded = Buffer.concat([
    decipher.update(record.subarray(0, record.length - tagBytes)),
    decipher.final(),
  ]);
  const end = padded.lastIndexOf(0x02);
  // behind the delimiter of the last record there is nothing but padding
  if (end === -1 || padded.subarray(end + 1).some((byte) => byte !== 0))
    throw new Error("the padding is wrong");
  return padded.subarray(0, end).toString("utf8");
}

function keysOf(salt: Buffer, senderKey: Buffer, keys: BrowserKeys) {
  const own = createECDH("prime256v1");
  own.setPrivateKey(Buffer.from(keys.privateKey, "base64url"));
  const shared = own.computeSecret(senderKey);
  const info = Buffer.concat([
    Buffer.from("WebPush: info\0"),
    Buffer.from(keys.publicKey, "base64url"),
    senderKey,
  ]);
  const secret = derive(shared, Buffer.from(keys.auth, "base64url"), info, 32);
  return {
    contentKey: derive(secret, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16),
    nonce: derive(secret, salt, Buffer.from("Content-Encoding: nonce\0"), 12),
  };
}

function derive(key: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, info, length));
}
