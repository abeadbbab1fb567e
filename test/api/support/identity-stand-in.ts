import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

/** An issuer with a published key, and tokens of any kind, also of the wrong kind. */
export interface IdentityStandIn {
  readonly issuer: string;
  /** A token that is right in everything but what `wrong` says. */
  readonly token: (claims: JWTPayload, wrong?: WrongToken) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface WrongToken {
  readonly issuer?: string;
  readonly audience?: string;
  readonly typ?: string;
  readonly expiresIn?: string;
  /** Signed with a key that the issuer never published. */
  readonly foreignKey?: boolean;
}

/** Serves discovery and keys on a port of its own. */
export async function startIdentityStandIn(): Promise<IdentityStandIn> {
  const ours = await generateKeyPair("RS256", { extractable: true });
  const foreign = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    const isKeys = request.url === "/jwks";
    response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/jwks` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    token: (claims, wrong = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", typ: wrong.typ ?? "at+jwt", kid: "k1" })
        .setIssuer(wrong.issuer ?? issuer)
        .setAudience(wrong.audience ?? "kvitok-api")
        .setIssuedAt()
        .setExpirationTime(wrong.expiresIn ?? "1h")
        .sign(wrong.foreignKey ? foreign.privateKey : ours.privateKey),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
