import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Payload, PayloadCodec } from "@temporalio/common";
import proto from "@temporalio/proto";
import type { KeyRing } from "../db/sealed.ts";

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const ENCODING = "binary/encrypted";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts everything that stands in a workflow history: AES-256-GCM, the key's id in the metadata, so that keys can be changed while old
 * histories stay readable. Payloads that we did not encrypt pass through.
 */
export function createPayloadCodec(ring: KeyRing): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(ring, payload)),
    decode: async (payloads) => payloads.map((payload) => decrypt(ring, payload)),
  };
}

function encrypt(ring: KeyRing, payload: Payload): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(ring, ring.active), iv);
  const body = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
  return {
    metadata: { encoding: Buffer.from(ENCODING), "encryption-key-id": Buffer.from(ring.active) },
    data: Buffer.concat([iv, body, cipher.getAuthTag()]),
  };
}

function decrypt(ring: KeyRing, payload: Payload): Payload {
  if (text(payload.metadata?.encoding) !== ENCODING || !payload.data) return payload;
  const data = Buffer.from(payload.data);
  const key = keyOf(ring, text(payload.metadata?.["encryption-key-id"]));
  const decipher = createDecipheriv("aes-256-gcm", key, data.subarray(0, IV_BYTES));
  decipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
  const body = data.subarray(IV_BYTES, data.length - TAG_BYTES);
  return PayloadMessage.decode(Buffer.concat([decipher.update(body), decipher.final()]));
}

function keyOf(ring: KeyRing, id: string): Buffer {
  const key = ring.keys.get(id);
  if (!key) throw new Error(`no payload key with the id ${JSON.stringify(id)}`);
  return key;
}

function text(bytes: Uint8Array | null | undefined): string {
  return bytes ? Buffer.from(bytes).toString("utf8") : "";
}
