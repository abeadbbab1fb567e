import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { parse } from "bowser";
import { CompactSign, type JWK } from "jose";
import type { KeyRing } from "../db/sealed.ts";
import { CONSENT_TYPE, type ConsentDocument, type DeviceClass } from "../domain/consent-document.ts";

/** Signs consents, and says by which keys they are checked. */
export type ConsentSigner = {
  /** A JWS in compact form (EdDSA over Ed25519), by the active key. */
  sign(document: ConsentDocument): Promise<string>;
  /** Every public key of the ring, also those that sign no longer. */
  readonly keys: { readonly keys: readonly JWK[] };
};

/** PKCS #8 around the 32 bytes of an Ed25519 key (RFC 8410). */
const ED25519_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** A signer over a ring of 32-byte keys: the first one signs, all are published. */
export function createConsentSigner(ring: KeyRing): ConsentSigner {
  const privateKeys = new Map([...ring.keys].map(([kid, seed]) => [kid, privateKeyOf(seed)]));
  const active = privateKeys.get(ring.active);
  if (active === undefined) throw new Error("no key signs consents");
  return {
    sign: (document) =>
      new CompactSign(Buffer.from(JSON.stringify(document), "utf8"))
        .setProtectedHeader({ alg: "EdDSA", kid: ring.active, typ: CONSENT_TYPE })
        .sign(active),
    keys: { keys: [...privateKeys].map(([kid, key]) => publicJwk(kid, key)) },
  };
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ED25519_HEAD, seed]), format: "der", type: "pkcs8" });
}

function publicJwk(kid: string, key: KeyObject): JWK {
  return { ...(createPublicKey(key).export({ format: "jwk" }) as JWK), kid, alg: "EdDSA", use: "sig" };
}

/** SHA-256 of a text's UTF-8 bytes, hex. */
export function textHash(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

const CLASSES: Readonly<Record<string, DeviceClass>> = {
  mobile: "phone",
  tablet: "tablet",
  desktop: "computer",
  tv: "television",
};

/** What kind of device a browser says that it runs on. */
export function deviceClass(userAgent: string | null): DeviceClass {
  if (userAgent === null || userAgent === "") return "unknown";
  return CLASSES[parse(userAgent).platform.type ?? ""] ?? "unknown";
}
