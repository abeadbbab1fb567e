import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type City, type CityOptions, startCity } from "../../../sandbox/city.ts";
import { type Identity, startIdentity } from "../../../sandbox/identity/identity.ts";
import { Browser } from "./browser.ts";

const clientSecret = "a-secret-only-for-this-test";
const pageUrl = "http://127.0.0.1:4600";

let dataDir: string;
let identity: Identity;

const start = (port = 0): Promise<Identity> =>
  startIdentity({ port, dataDir, pageUrl, clientId: "kvitok-page", clientSecret });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "kvitok-identity-"));
  identity = await start();
});

afterEach(async () => {
  await identity.close();
  await rm(dataDir, { recursive: true, force: true });
});

const discover = (): Promise<oidc.Configuration> =>
  oidc.discovery(new URL(identity.issuer), "kvitok-page", clientSecret, undefined, {
    // oxlint-disable-next-line typescript/no-deprecated -- marked so only to stand out; loopback has no TLS
    execute: [oidc.allowInsecureRequests],
  });

const verify = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${identity.issuer}/jwks`)), {
    issuer: identity.issuer,
    audience: "kvitok-api",
    algorithms: ["RS256"],
    typ: "at+jwt",
  });

async function signIn(
  browser: Browser,
  config: oidc.Configuration,
  options: { login: string; redirectUri?: string; extra?: Record<string, string> },
) {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: options.redirectUri ?? `${pageUrl}/sign-in/callback`,
    scope: "openid profile email",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    ...options.extra,
  });
  let stop = await browser.open(address);
  if (stop.page !== undefined) stop = await browser.submit(stop, { login: options.login });
  // A change of person ends the first one's session by a form of its own (with a button where there is no script).
  if (stop.page !== undefined) stop = await browser.submit(stop, {});
  return oidc.authorizationCodeGrant(config, stop.url, { pkceCodeVerifier: verifier, expectedState: state });
}

test("the code flow with PKCE ends in a JWT for the API with the person's claims, and no consent is asked", async () => {
  const config = await discover();
  const tokens = await signIn(new Browser(), config, { login: "zhkh" });
  const { payload } = await verify(tokens.access_token);
  expect(payload).toMatchObject({
    name: "Городские коммунальные услуги",
    email: "bills@zhkh.example",
    email_verified: true,
    locale: "ru",
    zoneinfo: "Europe/Moscow",
    roles: ["biller"],
    biller_id: "gorod-zhkh",
    client_id: "kvitok-page",
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(24 * 60 * 60);
  expect(String(payload["scope"]).split(" ")).toContain("openid");
  expect(tokens.claims()).toMatchObject({ sub: payload.sub, email: "bills@zhkh.example", roles: ["biller"] });
  const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, payload.sub ?? "");
  expect(userinfo).toMatchObject({ name: "Городские коммунальные услуги", biller_id: "gorod-zhkh" });
});

test("the page may live under localhost; any other return address is refused", async () => {
  const config = await discover();
  const tokens = await signIn(new Browser(), config, {
    login: "clara",
    redirectUri: "http://localhost:4600/sign-in/callback",
  });
  expect(tokens.claims()).toMatchObject({ name: "Clara Weiss", locale: "en" });
  const foreign = oidc.buildAuthorizationUrl(config, {
    redirect_uri: "http://evil.example/sign-in/callback",
    scope: "openid",
    code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
    code_challenge_method: "S256",
  });
  const refused = await new Browser().open(foreign);
  expect(refused.status).toBe(400);
  expect(refused.page).toContain("redirect_uri");
});

test("a code without its PKCE verifier is worth nothing", async () => {
  const config = await discover();
  const verifier = oidc.randomPKCECodeVerifier();
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${pageUrl}/sign-in/callback`,
    scope: "openid",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const browser = new Browser();
  const { url } = await browser.submit(await browser.open(address), { login: "anna" });
  await expect(
    oidc.authorizationCodeGrant(config, url, { pkceCodeVerifier: oidc.randomPKCECodeVerifier() }),
  ).rejects.toMatchObject({ error: "invalid_grant" });
});

test("the sign-in page speaks the asked language, works without script, and refuses a person who does not exist", async () => {
  const config = await discover();
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${pageUrl}/sign-in/callback`,
    scope: "openid",
    code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
    code_challenge_method: "S256",
    ui_locales: "en",
  });
  const browser = new Browser();
  const english = await browser.open(address);
  expect(english.page).toContain("Who is signing in?");
  expect(english.page).not.toContain("<script");
  const russian = await browser.open(new URL(`${english.url.pathname}?lang=ru`, english.url));
  expect(russian.page).toContain("Кто входит?");
  const refused = await browser.submit(russian, { login: "mallory" });
  expect(refused.status).toBe(422);
  expect((await new Browser().open(english.url)).status).toBe(400);
});

test("keys, tokens and the session survive a restart", async () => {
  const browser = new Browser();
  const before = await signIn(browser, await discover(), { login: "anna" });
  const port = Number(new URL(identity.issuer).port);
  await identity.close();
  identity = await start(port);
  // The pool of connections still holds some to the server that was closed.
  await vi.waitFor(() => verify(before.access_token), { timeout: 5000 });
  const silent = await signIn(browser, await discover(), { login: "nobody", extra: { prompt: "none" } });
  expect(silent.claims()?.sub).toBe(before.claims()?.sub);
});

test("prompt=login lets another person sign in, and signing out leads back to the page", async () => {
  const config = await discover();
  const browser = new Browser();
  await signIn(browser, config, { login: "anna" });
  const second = await signIn(browser, config, { login: "boris", extra: { prompt: "login" } });
  expect(second.claims()).toMatchObject({ name: "Борис Ким" });
  const asked = await browser.open(
    oidc.buildEndSessionUrl(config, {
      id_token_hint: second.id_token ?? "",
      post_logout_redirect_uri: `${pageUrl}/`,
      state: "s",
    }),
  );
  expect(asked.page).toContain("Выйти?");
  const left = await browser.submit(asked, { logout: "yes" });
  expect(left.url.href).toBe(`${pageUrl}/?state=s`);
  await expect(signIn(browser, config, { login: "nobody", extra: { prompt: "none" } })).rejects.toMatchObject(
    {
      error: "login_required",
    },
  );
});

test("userinfo refuses a forged token", async () => {
  const minted = await identity.mint("anna");
  const [head = "", , signature = ""] = (minted?.token ?? "").split(".");
  const body = Buffer.from(JSON.stringify({ sub: "p-10a9e4" })).toString("base64url");
  const answer = await fetch(`${identity.issuer}/me`, {
    headers: { authorization: `Bearer ${head}.${body}.${signature}` },
  });
  expect(answer.status).toBe(401);
});

test("a token from the city's control is as good as one of the code flow", async () => {
  const options: CityOptions = {
    smtpPort: 0,
    mailboxPort: 0,
    identityPort: 0,
    cityPort: 0,
    registryPort: 0,
    pushPort: 0,
    registrant: "aa11b4",
    dataDir: join(dataDir, "city"),
    apiUrl: pageUrl,
    pageUrl,
    clientId: "kvitok-page",
    clientSecret,
    billers: [],
  };
  const city: City = await startCity(options);
  try {
    const users = (await (await fetch(`${city.controlUrl}/users`)).json()) as {
      login: string;
      id: string;
      role: string;
    }[];
    expect(users.map((user) => user.role)).toEqual([
      "resident",
      "resident",
      "resident",
      "operator",
      "operator",
      "biller",
    ]);
    const ask = (body: string): Promise<Response> =>
      fetch(`${city.controlUrl}/tokens`, { method: "POST", body });
    const minted = (await (await ask('{"login":"olga"}')).json()) as { token: string; expiresAt: string };
    const { payload } = await jwtVerify(minted.token, createRemoteJWKSet(new URL(`${city.issuer}/jwks`)), {
      issuer: city.issuer,
      audience: "kvitok-api",
      typ: "at+jwt",
    });
    expect(payload).toMatchObject({
      roles: ["operator"],
      sub: users.find((user) => user.login === "olga")?.id,
    });
    expect(Date.parse(minted.expiresAt)).toBe((payload.exp ?? 0) * 1000);
    expect((await ask('{"login":"mallory"}')).status).toBe(404);
    expect((await ask("{")).status).toBe(422);
    expect((await fetch(`${city.controlUrl}/health`)).status).toBe(200);
  } finally {
    await city.close();
  }
});
