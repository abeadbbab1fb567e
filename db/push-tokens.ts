import { createHash, createHmac } from "node:crypto";

/**
 * What a browser sends back when it has shown a message: HMAC-SHA-256, base64url, 43 characters. The same for every sending of one message to one browser; it travels inside the sealed message
 * only, and is stored nowhere.
 */
export function shownToken(
  key: Uint8Array,
  of: { readonly notificationId: string; readonly subscriptionId: string },
): string {
  const mac = createHmac("sha256", key).update(`push-shown\n${of.notificationId}\n${of.subscriptionId}`);
  return mac.digest("base64url");
}

/** By what a receipt, or an address of a push service, is found. Both are secrets of many bits: a plain hash tells nothing of them. */
export function pushHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
