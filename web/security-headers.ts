import type { MiddlewareHandler } from "hono";
import { linkPath } from "./link-path.ts";
import { scanningPath } from "./scanning-path.ts";

/**
 * Only our own files, no inline script or style, never inside a frame. Forms go to ourselves; a trip to the bank or to the identity
 * provider starts from a page of its own, because browsers apply `form-action` to redirects, too.
 */
const policyOf = (scripts: string) =>
  [
    "default-src 'none'",
    `script-src ${scripts}`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
const policy = policyOf("'self'");
/** The page that reads QR codes may compile the decoder's WebAssembly, from our own files only; strings are still no scripts. */
const scanningPolicy = policyOf("'self' 'wasm-unsafe-eval'");

/** Sets the headers that keep a page with money on it to itself. */
export function securityHeaders(secure: boolean): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    const isScanning = c.req.path === scanningPath;
    headers.set("content-security-policy", isScanning ? scanningPolicy : policy);
    headers.set("x-content-type-options", "nosniff");
    headers.set("x-frame-options", "DENY");
    // Not "no-referrer": browsers would then hide the origin of our own forms from us.
    // The address of a link is a secret: not even our own pages learn it from the browser.
    headers.set("referrer-policy", linkPath.test(c.req.path) ? "strict-origin" : "same-origin");
    headers.set("cross-origin-opener-policy", "same-origin");
    const camera = isScanning ? "camera=(self)" : "camera=()";
    headers.set("permissions-policy", `${camera}, geolocation=(), microphone=(), payment=()`);
    if (secure) headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  };
}
