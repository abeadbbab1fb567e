import { createHmac, timingSafeEqual } from "node:crypto";
import type { ApiContext } from "./environment.ts";
import { Refusal } from "./problems.ts";

/** A message is believed this long before and after the time that it names (Standard Webhooks). */
const TOLERANCE_SECONDS = 5 * 60;
const PREFIX = "whsec_";

/** What names and proves a message, from its headers. */
export type SignedMessage = { readonly id: string; readonly timestamp: string; readonly signature: string };

/** @throws Refusal where the headers are not those of a signed message */
export function signedMessageOf(c: ApiContext): SignedMessage {
  const id = c.req.header("webhook-id") ?? "";
  if (!/^[\x21-\x7e]{1,255}$/.test(id)) throw new Refusal("signature-invalid");
  return {
    id,
    timestamp: c.req.header("webhook-timestamp") ?? "",
    signature: c.req.header("webhook-signature") ?? "",
  };
}

/**
 * Proves a signature of Standard Webhooks over a body that goes by: `v1`, HMAC-SHA-256 over `id.timestamp.body`. The library that proves small bodies takes them as one
 * text, and a registry file is a gigabyte of bytes in any encoding. The time is judged when the body begins: it may take longer than the tolerance to come.
 */
export class StreamedSignature {
  private readonly mac: ReturnType<typeof createHmac>;
  private readonly claimed: readonly Buffer[];

  /** @throws Refusal when the message is too old, or from the future */
  constructor(secret: string, message: SignedMessage) {
    const seconds = /^\d{1,12}$/.test(message.timestamp) ? Number(message.timestamp) : Number.NaN;
    const away = Math.abs(Math.floor(Date.now() / 1000) - seconds);
    if (!(away <= TOLERANCE_SECONDS)) throw new Refusal("signature-invalid");
    const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, "base64");
    this.mac = createHmac("sha256", key).update(`${message.id}.${message.timestamp}.`);
    this.claimed = message.signature
      .split(" ")
      .filter((one) => one.startsWith("v1,"))
      .map((one) => Buffer.from(one.slice(3), "base64"));
  }

  update(part: Uint8Array): void {
    this.mac.update(part);
  }

  /** @throws Refusal when none of the signatures is that of the bytes that went by */
  prove(): void {
    const right = this.mac.digest();
    const isProved = this.claimed.some((one) => one.length === right.length && timingSafeEqual(one, right));
    if (!isProved) throw new Refusal("signature-invalid");
  }
}
