import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Visitor } from "../web/visitor.ts";
import { type ProviderStandIn, startProviderStandIn } from "./provider-stand-in.ts";

let provider: ProviderStandIn;
let anna: Visitor;
let mallory: Visitor;
beforeAll(async () => {
  provider = await startProviderStandIn();
});
afterAll(() => provider.close());
beforeEach(() => {
  provider.told = { claims: {} };
  provider.exchanges.length = 0;
  [anna, mallory] = [new Visitor({ oidc: provider.oidc }), new Visitor({ oidc: provider.oidc })];
});

/** Leaves for the provider; answers what the page asks of it. */
async function leave(visitor: Visitor, path = "/sign-in") {
  const left = await visitor.get(path);
  const to = new URL(left.headers.get("location") ?? "");
  const asked = (name: string) => to.searchParams.get(name) ?? "";
  return { to, cookies: left.headers.getSetCookie(), state: asked("state"), nonce: asked("nonce"), asked };
}

/** Comes back as the provider would send somebody, but for what `wrong` says. */
function back(visitor: Visitor, state: string, wrong: Readonly<Record<string, string>> = {}) {
  const query = new URLSearchParams({ code: "a-code", state, iss: provider.oidc.issuer, ...wrong });
  return visitor.get(`/sign-in/callback?${query.toString()}`);
}

const begun = ({ engine }: Visitor) =>
  engine.commands().filter(({ method, path }) => `${method} ${path}` === "POST /v1/me/sessions");
const hasSession = (visitor: Visitor) => /kvitok-session=/.test(visitor.cookies());

/** The page says that it did not work, and neither engine nor browser knows of a session. */
async function expectRefused(visitor: Visitor, answer: Response): Promise<void> {
  expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  expect(await answer.text()).toContain("Войти не получилось");
  expect(begun(visitor)).toEqual([]);
  expect(hasSession(visitor)).toBe(false);
}

test("an honest sign-in works here, so that what follows is refused for its own reason", async () => {
  const { state, nonce } = await leave(anna, "/sign-in?returnTo=/methods");
  provider.told = { claims: { nonce } };
  const answer = await back(anna, state);
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/methods"]);
  expect(begun(anna)).toHaveLength(1);
  expect(hasSession(anna)).toBe(true);
});

describe("what comes back from the provider", () => {
  test.each([
    ["no state", { state: "" }],
    ["another code's issuer", { iss: "https://evil.example" }],
    ["no issuer, though the provider always names itself", { iss: "" }],
    ["no code", { code: "" }],
    ["an error", { error: "access_denied", error_description: "<script>alert(1)</script>" }],
    ["tokens in the address", { code: "", access_token: "x", id_token: "y", token_type: "Bearer" }],
    ["a whole answer in the address", { response: "a.b.c" }],
  ])("with %s signs nobody in", async (_, wrong: Record<string, string>) => {
    const { state, nonce } = await leave(anna);
    provider.told = { claims: { nonce } };
    const given = Object.entries({ code: "a-code", state, iss: provider.oidc.issuer, ...wrong });
    const query = new URLSearchParams(given.filter(([, value]) => value !== ""));
    const answer = await anna.get(`/sign-in/callback?${query.toString()}`);
    expect(await answer.clone().text()).not.toContain("<script>alert");
    await expectRefused(anna, answer);
    expect(provider.exchanges).toEqual([]);
  });

  test("with a state that begins as ours, or with two of them, signs nobody in", async () => {
    const { state, nonce } = await leave(anna);
    provider.told = { claims: { nonce } };
    await expectRefused(anna, await back(anna, `${state.slice(0, 20)}${"A".repeat(23)}`));
    const again = await leave(anna);
    provider.told = { claims: { nonce: again.nonce } };
    const twice = `code=a-code&state=${again.state}&state=evil&iss=${encodeURIComponent(provider.oidc.issuer)}`;
    await expectRefused(anna, await anna.get(`/sign-in/callback?${twice}`));
    expect(provider.exchanges).toEqual([]);
  });

  const hour = 3600;
  const now = () => Math.floor(Date.now() / 1000);
  test.each([
    ["of another sign-in", () => ({ nonce: "another-nonce-than-the-one-that-was-asked" })],
    ["without a nonce", () => ({ nonce: undefined })],
    ["of another issuer", () => ({ iss: "https://evil.example" })],
    ["for another client", () => ({ aud: "somebody-else" })],
    ["for another client beside us", () => ({ aud: ["kvitok-page", "x"], azp: "x" })],
    ["that is too old", () => ({ iat: now() - 2 * hour, exp: now() - hour })],
    ["that names nobody", () => ({ sub: undefined })],
  ])("is an ID token %s: nobody is signed in", async (_, claims) => {
    const { state, nonce } = await leave(anna);
    provider.told = { claims: { nonce, ...claims() } };
    await expectRefused(anna, await back(anna, state));
    expect(provider.exchanges).toHaveLength(1);
  });

  test("is an ID token that somebody between us and the provider signed: nobody is signed in", async () => {
    const { state, nonce } = await leave(anna);
    provider.told = { claims: { nonce }, foreignKey: true };
    await expectRefused(anna, await back(anna, state));
  });
});

describe("a sign-in under somebody else's name", () => {
  test("an answer that another browser asked for signs nobody in, and nobody over to another person", async () => {
    const { state, nonce } = await leave(mallory);
    provider.told = { claims: { nonce, sub: "mallory" } };
    await expectRefused(anna, await back(anna, state));
    await anna.signIn();
    const before = anna.cookies();
    const answer = await back(anna, state);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
    expect([begun(anna), anna.cookies(), provider.exchanges]).toEqual([[], before, []]);
  });

  test("a session that somebody put into this browser ends at the sign-in, and nothing of its secret stays", async () => {
    await anna.signIn({ sub: "mallory", id: "planted-secret" });
    const [, planted = ""] = /kvitok-session=([^;]+)/.exec(anna.cookies()) ?? [];
    const { state, nonce } = await leave(anna);
    provider.told = { claims: { nonce } };
    expect((await back(anna, state)).status).toBe(303);
    const [end, start] = anna.engine.commands();
    expect([end?.method, end?.path]).toEqual(["DELETE", "/v1/me/session"]);
    expect(end?.headers.get("x-kvitok-session")).toBe("planted-secret");
    const { token } = (start?.body ?? {}) as { token?: string };
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(start?.headers.get("x-kvitok-session")).toBe(token);
    expect(planted.length).toBeGreaterThan(100);
    expect(anna.cookies()).not.toContain(planted);
  });

  test("each sign-in of the same person has a secret of its own", async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const { state, nonce } = await leave(anna);
      provider.told = { claims: { nonce } };
      await back(anna, state);
    }
    const secrets = begun(anna).map(({ body }) => JSON.stringify(body));
    expect(new Set(secrets).size).toBe(3);
  });

  test("a session cookie that nobody sealed is no session, and leaves no part of itself behind", async () => {
    anna.plant("kvitok-session", "planted");
    anna.plant("kvitok-session-1", "a-second-part");
    expect((await anna.get("/methods")).headers.get("location")).toMatch(/^\/sign-in/);
    const { state, nonce } = await leave(anna);
    provider.told = { claims: { nonce } };
    await back(anna, state);
    expect(anna.cookies()).not.toMatch(/a-second-part|=planted/);
    expect((await anna.get("/methods")).status).toBe(200);
  });

  test("what somebody had begun to fill in is not shown to whoever signs in here next", async () => {
    await anna.signIn();
    const choice = await anna.page("/mandates/new?biller=gorod-zhkh");
    const given = { billerId: "gorod-zhkh", "ref-payerCode": "7700123456" };
    const kept = await anna.submit(choice, "/mandates/new", given);
    expect(kept.headers.get("location")).toBe("/mandates/new/terms");
    const filled = 'value="7700123456"';
    expect(await anna.page("/mandates/new?biller=gorod-zhkh")).toContain(filled);
    await anna.signIn({ sub: "p-somebody-else" });
    expect(await anna.page("/mandates/new?biller=gorod-zhkh")).not.toContain(filled);
    expect((await anna.get("/mandates/new/terms")).headers.get("location")).toBe("/mandates/new");
  });
});

describe("the way back", () => {
  test.each([
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/..//evil.example/",
    "javascript:alert(1)",
    "/\r\nlocation: https://evil.example/",
    "https://127.0.0.1:4600.evil.example/",
    "http://127.0.0.1:4600@evil.example/",
  ])("never leads to another site: %j", async (returnTo) => {
    const { state, nonce } = await leave(anna, `/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
    provider.told = { claims: { nonce } };
    const answer = await back(anna, state, { returnTo, redirect_uri: returnTo });
    const location = answer.headers.get("location") ?? "";
    expect([answer.status, new URL(location, anna.url).origin]).toEqual([303, anna.url]);
    expect([...answer.headers.keys()].filter((name) => name === "location")).toHaveLength(1);
  });

  test("is our own callback, whatever the request calls us", async () => {
    const { asked } = await leave(anna);
    expect(asked("redirect_uri")).toBe(`${anna.url}/sign-in/callback`);
    const answer = await anna.get("/sign-in?redirect_uri=https://evil.example/", {
      host: "evil.example",
      "x-forwarded-host": "evil.example",
    });
    expect(answer.headers.get("location")).not.toContain("evil.example");
  });
});

test("the secrets of a sign-in are fresh each time, sealed, and for our own pages alone", async () => {
  const secure = new Visitor({ oidc: provider.oidc, url: "https://pay.city.example" });
  const [first, second] = [await leave(secure), await leave(secure)];
  for (const name of ["state", "nonce", "code_challenge"]) {
    expect(first.asked(name).length, name).toBeGreaterThanOrEqual(43);
    expect(first.asked(name), name).not.toBe(second.asked(name));
  }
  expect([first.asked("code_challenge_method"), first.asked("response_type")]).toEqual(["S256", "code"]);
  expect(first.to.href).not.toContain("verifier");
  for (const line of [...first.cookies, ...second.cookies]) {
    expect(line).toMatch(/^__Host-kvitok-sign-in-[\w-]+=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(line).not.toContain(first.nonce);
  }
});

test("the code is exchanged with the verifier of the challenge that was sent", async () => {
  const { state, nonce, asked } = await leave(anna);
  provider.told = { claims: { nonce } };
  await back(anna, state);
  const [exchange] = provider.exchanges;
  const verifier = exchange?.get("code_verifier") ?? "";
  expect(createHash("sha256").update(verifier).digest("base64url")).toBe(asked("code_challenge"));
  expect(exchange?.get("redirect_uri")).toBe(`${anna.url}/sign-in/callback`);
});

test("another site's page signs nobody out, and neither does a link or a form without its session's token", async () => {
  await anna.signIn();
  const before = anna.cookies();
  const token = /name="token" value="([^"]+)"/.exec(await anna.page("/profile/sessions"))?.[1] ?? "";
  const attempts = [
    await anna.post("/sign-out", new URLSearchParams({ token }), { origin: "https://evil.example" }),
    await anna.post("/sign-out", new URLSearchParams({ token }), { origin: "null" }),
    await anna.post("/sign-out", new URLSearchParams()),
    await anna.post("/sign-out", new URLSearchParams({ token: "A".repeat(43) })),
    await anna.get("/sign-out"),
  ];
  expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403, 404]);
  expect([anna.engine.commands(), anna.cookies()]).toEqual([[], before]);
  const own = await anna.post("/sign-out", new URLSearchParams({ token }));
  expect([own.status, anna.engine.commands().map(({ path }) => path)]).toEqual([303, ["/v1/me/session"]]);
});
