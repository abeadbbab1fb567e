import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

/** What the provider says of whoever comes back with a code. */
export interface Told {
  /** Claims of the ID token beside or instead of the right ones. */
  readonly claims: JWTPayload;
  /** Signs with a key that the provider never published. */
  readonly foreignKey?: true;
}

/** An identity provider that says of a code whatever a test wants it to say. It asks for no verifier: ours must be sent all the same. */
export interface ProviderStandIn {
  readonly oidc: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string };
  told: Told;
  /** What came to the token endpoint. */
  readonly exchanges: URLSearchParams[];
  readonly close: () => Promise<void>;
}

const clientId = "kvitok-page";

/** Starts it on a port of its own. It names itself in its answers (RFC 9207). */
export async function startProviderStandIn(): Promise<ProviderStandIn> {
  const ours = await generateKeyPair("RS256", { extractable: true });
  const foreign = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  const exchanges: URLSearchParams[] = [];
  const answers: Record<string, (request: IncomingMessage) => Promise<object>> = {
    "/.well-known/openid-configuration": async () => metadataOf(oidc.issuer),
    "/jwks": async () => ({ keys: [jwk] }),
    "/token": async (request) => {
      exchanges.push(new URLSearchParams(await text(request)));
      return {
        access_token: "an-access-token",
        token_type: "Bearer",
        expires_in: 3600,
        id_token: await idToken(),
      };
    },
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ""];
    response.setHeader("content-type", "application/json");
    if (answer === undefined) response.writeHead(404).end();
    else answer(request).then((body) => response.end(JSON.stringify(body)), response.destroy.bind(response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const oidc = { issuer, clientId, clientSecret: "a-secret-only-for-this-test" };
  const provider: ProviderStandIn = {
    oidc,
    told: { claims: {} },
    exchanges,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const idToken = () => {
    const { claims, foreignKey } = provider.told;
    const now = Math.floor(Date.now() / 1000);
    const right = { iss: issuer, aud: clientId, sub: "p-1", name: "Anna", iat: now, exp: now + 600 };
    return new SignJWT({ ...right, ...claims })
      .setProtectedHeader({ alg: "RS256", kid: "k1" })
      .sign(foreignKey ? foreign.privateKey : ours.privateKey);
  };
  return provider;
}

function metadataOf(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    authorization_response_iss_parameter_supported: true,
  };
}
