import { createHash, createHmac } from "node:crypto";
import type { LinkAction } from "../domain/signed-link.ts";

/**
 * The secret of a link in a message: HMAC-SHA-256, base64url, 43 characters. The same for every sending of one message, so that what is repeated after a crash carries the
 * same link; it is stored nowhere.
 */
export function linkToken(
  key: Uint8Array,
  of: { readonly notificationId: string; readonly action: LinkAction },
): string {
  const mac = createHmac("sha256", key).update(`signed-link\n${of.notificationId}\n${of.action}`);
  return mac.digest("base64url");
}

/** The secret of a mail's link to unsubscribe (RFC 8058), made as {@link linkToken}. */
export function unsubscribeToken(key: Uint8Array, notificationId: string): string {
  return createHmac("sha256", key).update(`unsubscribe\n${notificationId}`).digest("base64url");
}

/** By what a link is found. */
export function linkHash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
