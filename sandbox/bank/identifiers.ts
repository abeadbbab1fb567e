import { randomBytes, randomInt, randomUUID } from "node:crypto";

/** The vendor's ids count seconds from this day. */
const epochMs = Date.UTC(2000, 0, 1);

/** A 36-character id in the vendor's shape: seconds of creation, type, random tail. */
export function newObjectId(nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - epochMs) / 1000));
  const tail = randomBytes(8).toString("hex");
  return `${seconds.toString(16).padStart(8, "0").slice(-8)}-000f-5${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${randomBytes(6).toString("hex")}`;
}

/** The unguessable part of a page's address or form: 32 random bytes. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The id of an error answer, a notification or a fault. */
export function newReference(): string {
  return randomUUID();
}

/** Retrieval reference number and authorization code, as an acquirer gives them. */
export function newAuthorization(): { readonly rrn: string; readonly authCode: string } {
  return {
    rrn: String(randomInt(10 ** 11, 10 ** 12)),
    authCode: String(randomInt(0, 10 ** 6)).padStart(6, "0"),
  };
}

/** The id of an operation in the fast payments system: 32 characters. */
export function newSbpOperationId(): string {
  return `A${randomBytes(16).toString("hex").toUpperCase().slice(0, 31)}`;
}
