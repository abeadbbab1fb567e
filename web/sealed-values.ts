import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { EncryptJWT, errors, jwtDecrypt } from "jose";

/** What a seal is for: a value sealed for one purpose opens for no other, because each has a key of its own. */
export type SealPurpose = "session" | "sign-in" | "draft" | "notice" | "departure";

/** Encrypts and authenticates values that the browser keeps for us. */
export interface Seals {
  /** A compact JWE (AES-256-GCM) that opens for `lifetimeSeconds`. */
  readonly seal: (purpose: SealPurpose, value: unknown, lifetimeSeconds: number) => Promise<string>;
  /** The value, or undefined when it is not ours, was tampered with, or is too old. */
  readonly open: (purpose: SealPurpose, sealed: string) => Promise<unknown>;
  /** The token of the forms of one session. */
  readonly formToken: (sessionId: string) => string;
  /** True when a form's token belongs to the session; takes the same time for every wrong one. */
  readonly isFormToken: (sessionId: string, token: string) => boolean;
}

/** Seals by one key of 32 bytes. Throws `RangeError` for another length. */
export function makeSeals(key: Uint8Array): Seals {
  if (key.length !== 32) throw new RangeError(`seals: the key has ${key.length} bytes, not 32`);
  const derived = new Map<string, Uint8Array>();
  const keyFor = (purpose: string): Uint8Array => {
    const known =
      derived.get(purpose) ?? new Uint8Array(hkdfSync("sha256", key, "", `kvitok/${purpose}`, 32));
    derived.set(purpose, known);
    return known;
  };
  const formToken = (sessionId: string): string =>
    createHmac("sha256", keyFor("form")).update(sessionId).digest("base64url");
  return {
    seal: (purpose, value, lifetimeSeconds) =>
      new EncryptJWT({ value })
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetimeSeconds)
        .encrypt(keyFor(purpose)),
    open: async (purpose, sealed) => {
      try {
        const { payload } = await jwtDecrypt(sealed, keyFor(purpose), {
          keyManagementAlgorithms: ["dir"],
          contentEncryptionAlgorithms: ["A256GCM"],
        });
        return payload["value"];
      } catch (cause) {
        // Foreign, broken and outlived seals are everyday guests; anything else is a defect.
        if (cause instanceof errors.JOSEError) return undefined;
        throw cause;
      }
    },
    formToken,
    isFormToken: (sessionId, token) => {
      const [expected, given] = [Buffer.from(formToken(sessionId)), Buffer.from(token)];
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}
