import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTokenVerifier } from "../../api/authentication.ts";
import {
  type IdentityStandIn,
  startIdentityStandIn,
  type WrongToken,
} from "../api/support/identity-stand-in.ts";

type Key = Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];

let identity: IdentityStandIn;
let verify: ReturnType<typeof createTokenVerifier>;
/** A server that a token would like us to ask. */
let lure: Server;
let lured = 0;
let lureUrl = "";
const audience = "kvitok-api";

beforeAll(async () => {
  identity = await startIdentityStandIn();
  verify = createTokenVerifier({ issuer: identity.issuer, audience });
  lure = createServer((_request, response) => {
    lured += 1;
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ issuer: "https://elsewhere.example", jwks_uri: `${lureUrl}/jwks`, keys: [] }),
    );
  });
  await new Promise<void>((resolve) => lure.listen(0, "127.0.0.1", resolve));
  lureUrl = `http://127.0.0.1:${(lure.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await identity.close();
  await new Promise((resolve) => lure.close(resolve));
});

const now = () => Math.floor(Date.now() / 1000);
const claims = () => ({ iss: identity.issuer, aud: audience, sub: "anna", exp: now() + 600, iat: now() });

async function publishedKey() {
  const answer = (await (await fetch(`${identity.issuer}/jwks`)).json()) as { keys: JWK[] };
  const [key] = answer.keys;
  if (key === undefined) throw new Error("the issuer has no key");
  return key;
}

function signed(header: JWTHeaderParameters, key: Key | Uint8Array, change: object = {}): Promise<string> {
  return new SignJWT({ ...claims(), ...change })
    .setProtectedHeader({ typ: "at+jwt", kid: "k1", ...header })
    .sign(key);
}

const written = (header: object, payload: object, signature = "") =>
  [JSON.stringify(header), JSON.stringify(payload)]
    .map((part) => Buffer.from(part).toString("base64url"))
    .concat(signature)
    .join(".");

test("a token that is right is taken", async () => {
  expect(await verify(await identity.token({ sub: "anna", roles: ["operator"] }))).toMatchObject({
    subject: "anna",
    roles: ["operator"],
  });
});

test("a token signed with the public key as if it were a password is nobody's, in whatever form the key is taken", async () => {
  const jwk = await publishedKey();
  const spki = await exportSPKI((await importJWK(jwk, "RS256", { extractable: true })) as Key);
  const secrets = [spki, spki.trim(), JSON.stringify(jwk), String(jwk.n)].map((text) => Buffer.from(text));
  for (const secret of [...secrets, Buffer.from(String(jwk.n), "base64url")]) {
    for (const alg of ["HS256", "HS384", "HS512"])
      expect(await verify(await signed({ alg }, secret))).toBeNull();
  }
});

test("an unsigned token is nobody's, however it spells that", async () => {
  for (const alg of ["none", "None", "NONE", "nOnE", "", "RS256"]) {
    for (const signature of ["", "AAAA"]) {
      expect(await verify(written({ alg, typ: "at+jwt", kid: "k1" }, claims(), signature))).toBeNull();
    }
  }
});

test("a token that brings its own key, or says where to fetch one, is nobody's and nobody is asked", async () => {
  const own = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(own.publicKey)), kid: "k1", alg: "RS256" };
  const lures: readonly object[] = [
    { jwk },
    { jku: `${lureUrl}/jwks` },
    { x5u: `${lureUrl}/cert` },
    { kid: `${lureUrl}/jwks` },
    { kid: "../../../../dev/null" },
    { kid: "k1' or '1'='1" },
    { kid: undefined },
  ];
  for (const header of lures) {
    expect(
      await verify(await signed({ alg: "RS256", ...header }, own.privateKey)),
      JSON.stringify(header),
    ).toBeNull();
  }
  const elliptic = await generateKeyPair("ES256");
  expect(await verify(await signed({ alg: "ES256" }, elliptic.privateKey))).toBeNull();
  const probabilistic = await generateKeyPair("PS256");
  expect(await verify(await signed({ alg: "PS256" }, probabilistic.privateKey))).toBeNull();
  expect(lured).toBe(0);
});

test("a token of another time, audience, issuer, kind, or of nobody is nobody's", async () => {
  const wrong: readonly (readonly [string, JWTPayload, WrongToken])[] = [
    ["not yet valid", { sub: "anna", nbf: now() + 600 }, {}],
    ["outlived", { sub: "anna" }, { expiresIn: "-1m" }],
    ["of a longer audience", { sub: "anna" }, { audience: "kvitok-api-staging" }],
    ["of the page", { sub: "anna" }, { audience: "kvitok-page" }],
    ["of an issuer with a slash more", { sub: "anna" }, { issuer: `${identity.issuer}/` }],
    ["of an issuer in capitals", { sub: "anna" }, { issuer: identity.issuer.toUpperCase() }],
    ["an ID token", { sub: "anna" }, { typ: "JWT" }],
    ["a logout token", { sub: "anna" }, { typ: "logout+jwt" }],
    ["without a subject", {}, {}],
    ["of an empty subject", { sub: "" }, {}],
    ["of a subject of 256 letters", { sub: "a".repeat(256) }, {}],
  ];
  for (const [what, content, how] of wrong) {
    expect(await verify(await identity.token(content, how)), what).toBeNull();
  }
});

test("a token whose claims were changed after it was signed is nobody's", async () => {
  const [header = "", payload = "", signature = ""] = (await identity.token({ sub: "anna" })).split(".");
  const changed = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const raised = Buffer.from(JSON.stringify({ ...changed, roles: ["operator"] })).toString("base64url");
  expect(await verify(`${header}.${raised}.${signature}`)).toBeNull();
  expect(await verify(`${header}.${payload}.${signature.slice(0, -6)}AAAAAA`)).toBeNull();
  expect(await verify(`${header}.${payload}`)).toBeNull();
  expect(await verify(`${header}.${payload}.${signature}.${signature}`)).toBeNull();
});

test("roles and claims that are no list or of another kind give nothing", async () => {
  for (const roles of [
    "operator",
    { operator: true },
    [["operator"]],
    ["OPERATOR"],
    ["operator "],
    null,
    1,
  ]) {
    expect(await verify(await identity.token({ sub: "anna", roles }))).toMatchObject({ roles: [] });
  }
  expect(await verify(await identity.token({ sub: "anna", biller_id: { id: "mgts" } }))).toMatchObject({
    billerId: null,
  });
});

test("a provider that speaks for another issuer is not believed, and its keys are not asked for", async () => {
  const before = lured;
  const other = createTokenVerifier({ issuer: lureUrl, audience });
  await expect(other(await identity.token({ sub: "anna" }, { issuer: lureUrl }))).rejects.toMatchObject({
    code: "temporarily-unavailable",
  });
  expect(lured).toBe(before + 1);
});
