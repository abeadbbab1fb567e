import { randomUUID } from "node:crypto";
import { createLocalJWKSet, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import { claimsOf, type DemoPerson, personById } from "./demo-people.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** `aud` of every access token of the city. */
export const apiAudience = "kvitok-api";
export const apiScope = "openid profile email kvitok";
export const tokenLifetimeSeconds = 24 * 60 * 60;

export interface MintedToken {
  readonly token: string;
  /** ISO instant. */
  readonly expiresAt: string;
}

export interface TokenIssuer {
  readonly issuer: string;
  readonly clientId: string;
  readonly keys: SigningKeys;
}

/** Signs an access token for a person, equal in form to those of the code flow (RFC 9068), for scripts and the board. */
export async function mintAccessToken(from: TokenIssuer, person: DemoPerson): Promise<MintedToken> {
  const issuedAt = Math.floor(Date.now() / 1000);
  const expiresAt = issuedAt + tokenLifetimeSeconds;
  const token = await new SignJWT({ ...claimsOf(person), scope: apiScope, client_id: from.clientId })
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: from.keys.key.kid })
    .setIssuer(from.issuer)
    .setAudience(apiAudience)
    .setSubject(person.id)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(await importJWK(from.keys.key, "RS256"));
  return { token, expiresAt: new Date(expiresAt * 1000).toISOString() };
}

/** The person of a valid access token of ours. Rejects with jose's error when the token is not ours, forged or too old. */
export async function personOfAccessToken(from: TokenIssuer, token: string): Promise<DemoPerson | undefined> {
  const { kty, n, e, kid } = from.keys.key;
  const publicKey: JWK = { kty, n, e, kid, alg: "RS256", use: "sig" };
  const verified = await jwtVerify(token, createLocalJWKSet({ keys: [publicKey] }), {
    issuer: from.issuer,
    audience: apiAudience,
    algorithms: ["RS256"],
    typ: "at+jwt",
  });
  return personById(verified.payload.sub ?? "");
}
