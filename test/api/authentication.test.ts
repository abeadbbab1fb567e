import { afterAll, beforeAll, expect, test } from "vitest";
import { createTokenVerifier } from "../../api/authentication.ts";
import { type ApiUnderTest, ask, signIn, startApi } from "./support/api-under-test.ts";
import type { WrongToken } from "./support/identity-stand-in.ts";

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi();
});
afterAll(() => under.close());

const wrong: Record<string, WrongToken> = {
  "too old": { expiresIn: "-1m" },
  "for another audience": { audience: "somebody-else" },
  "of another issuer": { issuer: "https://elsewhere.example" },
  "not an access token": { typ: "JWT" },
  "signed by a stranger": { foreignKey: true },
};

test.each(Object.entries(wrong))("401 for a token that is %s", async (_, how) => {
  const token = await under.identity.token({ sub: "anna" }, how);
  const answer = await ask(under, { token, subject: "anna" }, "GET /v1/me");
  expect(answer.status).toBe(401);
  expect(answer.body).toMatchObject({ code: "unauthenticated" });
  expect(answer.headers.get("www-authenticate")).toBe("Bearer");
});

test.each(["", "Basic YTpi", "Bearer", "Bearer a.b.c", "Bearer ünsinn"])(
  "401 for the authorization %j",
  async (authorization) => {
    const headers = new Headers();
    // what no client library lets through comes as its bytes
    headers.set("authorization", Buffer.from(authorization, "utf8").toString("latin1"));
    const answer = await under.api.request("/v1/me", { headers });
    expect(answer.status).toBe(401);
  },
);

test("401 for an unsigned token and for one signed with the public key as a password", async () => {
  const claims = Buffer.from(
    JSON.stringify({ iss: under.identity.issuer, aud: "kvitok-api", sub: "anna", exp: 9e9 }),
  );
  for (const algorithm of ["none", "HS256"]) {
    const header = Buffer.from(JSON.stringify({ alg: algorithm, typ: "at+jwt", kid: "k1" }));
    const token = `${header.toString("base64url")}.${claims.toString("base64url")}.AAAA`;
    expect((await ask(under, { token, subject: "anna" }, "GET /v1/me")).status).toBe(401);
  }
});

test("503, not 401, when the identity provider cannot be asked; the next token asks again", async () => {
  const verify = createTokenVerifier({ issuer: "http://127.0.0.1:1", audience: "kvitok-api" });
  const away = await startApi({ verifyToken: verify });
  const answer = await ask(away, await signIn(away, "anna"), "GET /v1/me");
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("1");
  await away.close();
});

test("a resident is written at first sight, and changed when their claims change", async () => {
  const first = await ask(under, await signIn(under, "clara", { locale: "en" }), "GET /v1/me");
  expect(first.body).toMatchObject({
    name: "clara",
    locale: "en",
    email: "clara@city.example",
    roles: ["resident"],
  });
  const again = await ask(under, await signIn(under, "clara", { locale: "ru" }), "GET /v1/me");
  expect(again.body).toMatchObject({ id: first.body["id"], locale: "ru" });
  const { rows } = await under.database.pool.query("select locale from residents where subject = 'clara'");
  expect(rows).toEqual([{ locale: "ru" }]);
});

test("a change of nothing changes nothing, and is answered", async () => {
  const clara = await signIn(under, "clara", { locale: "en" });
  const before = await ask(under, clara, "GET /v1/me");
  const answer = await ask(under, clara, "PATCH /v1/me", { body: {} });
  expect(answer).toMatchObject({ status: 200, body: before.body });
});

test("403 on every operator address for anybody without the role", async () => {
  const resident = await signIn(under, "anna");
  const lines = [
    "GET /v1/operator/ledger/trial-balance",
    "GET /v1/operator/cases",
    "GET /v1/operator/holds",
    "GET /v1/operator/payments/KV-0000-0000-0000",
    "POST /v1/operator/holds",
    "DELETE /v1/operator/holds/all",
    "GET /v1/operator/clock",
    "POST /v1/operator/clock",
    "POST /v1/operator/clock/steps",
  ];
  for (const line of lines) {
    const answer = await ask(under, resident, line);
    expect([line, answer.status, answer.body["code"]]).toEqual([line, 403, "forbidden"]);
  }
});
