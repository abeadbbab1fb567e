import { createECDH, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";

const publicKey = "BPublicKeyOfTheService";
let under: ApiUnderTest;
let off: ApiUnderTest;
beforeAll(async () => {
  [under, off] = await Promise.all([
    startApi({ push: { publicKey, allowed: new Set(["127.0.0.1:9410"]) } }),
    startApi(),
  ]);
});
afterAll(() => Promise.all([under.close(), off.close()]));

function browser(endpoint = `https://push.example.org/send/${randomBytes(16).toString("hex")}`) {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  return {
    endpoint,
    expirationTime: null,
    keys: { p256dh: pair.getPublicKey("base64url"), auth: randomBytes(16).toString("base64url") },
  };
}

const add = (person: Person, body: object, userAgent = "Test/1.0") =>
  ask(under, person, "POST /v1/me/push-devices", { body, headers: { "user-agent": userAgent } });

type List = {
  readonly items: readonly { readonly id: string; readonly device: string }[];
  readonly publicKey: string | null;
  readonly amountsShown: boolean;
};
const list = async (person: Person, at = under) =>
  (await ask(at, person, "GET /v1/me/push-devices")).body as unknown as List;

test("a browser is kept once, listed by its device, and removed; where it is reached is told to nobody", async () => {
  const anna = await signIn(under, "anna-devices");
  expect(await list(anna)).toEqual({ items: [], nextCursor: null, publicKey, amountsShown: false });
  const body = browser();
  const added = await add(anna, body, "Home/1.0");
  expect(added).toMatchObject({ status: 201, body: { device: "Home/1.0", acceptedAt: null, shownAt: null } });
  expect((await add(anna, body)).body["id"]).toBe(added.body["id"]);
  const { items } = await list(anna);
  expect(items).toHaveLength(1);
  expect(JSON.stringify(items)).not.toContain(body.endpoint);
  const path = `DELETE /v1/me/push-devices/${items[0]?.id}`;
  expect((await ask(under, anna, path)).body).toMatchObject({ items: [] });
  expect(await ask(under, anna, path)).toMatchObject({
    status: 404,
    body: { code: "push-device-not-found" },
  });
});

test("another person's browser is out of reach", async () => {
  const [anna, boris] = [await signIn(under, "anna-alone"), await signIn(under, "boris-alone")];
  const { body } = await add(anna, browser());
  expect((await list(boris)).items).toEqual([]);
  expect((await ask(under, boris, `DELETE /v1/me/push-devices/${String(body["id"])}`)).status).toBe(404);
  expect((await list(anna)).items).toHaveLength(1);
});

test("amounts and names stay off lock screens until their owner says otherwise", async () => {
  const anna = await signIn(under, "anna-amounts");
  const answer = await ask(under, anna, "PATCH /v1/me/push-devices", { body: { amountsShown: true } });
  expect(answer).toMatchObject({ status: 200, body: { amountsShown: true } });
  expect(await list(anna)).toMatchObject({ amountsShown: true });
});

describe("what is no browser's address is not kept, and the answer names the field", () => {
  const good = browser();
  const cases: readonly (readonly [string, object, string])[] = [
    ["http", { ...good, endpoint: "http://push.example.org/x" }, "endpoint"],
    ["no address", { ...good, endpoint: "push" }, "endpoint"],
    ["our own house", { ...good, endpoint: "https://127.0.0.1/x" }, "endpoint"],
    ["the house's name", { ...good, endpoint: "https://db.internal/x" }, "endpoint"],
    ["a port that is not allowed", { ...good, endpoint: "http://127.0.0.1:9411/x" }, "endpoint"],
    ["with a password", { ...good, endpoint: "https://a:b@push.example.org/x" }, "endpoint"],
    ["too long", { ...good, endpoint: `https://push.example.org/${"x".repeat(2048)}` }, "endpoint"],
    ["a key off the curve", { ...good, keys: { ...good.keys, p256dh: `B${"A".repeat(86)}` } }, "keys.p256dh"],
    ["a short key", { ...good, keys: { ...good.keys, p256dh: good.keys.auth } }, "keys.p256dh"],
    ["a long secret", { ...good, keys: { ...good.keys, auth: "A".repeat(24) } }, "keys.auth"],
  ];
  test.each(cases)("%s", async (_name, body, field) => {
    const anna = await signIn(under, "anna-faults");
    const answer = await add(anna, body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(JSON.stringify(answer.body)).toContain("push-address-invalid");
    expect((await list(anna)).items).toEqual([]);
  });

  test("the sandbox's own push service may be named where it is allowed", async () => {
    const anna = await signIn(under, "anna-allowed");
    expect((await add(anna, browser("http://127.0.0.1:9410/push/1"))).status).toBe(201);
  });
});

test("without keys push is off, and says so", async () => {
  const anna = await signIn(off, "anna-off");
  expect(await list(anna, off)).toMatchObject({ publicKey: null });
  expect(await ask(off, anna, "POST /v1/me/push-devices", { body: browser() })).toMatchObject({
    status: 409,
    body: { code: "push-off" },
  });
});

test("a receipt needs no sign-in, and a token that nobody was sent is nothing", async () => {
  const send = (path: string, body: object) =>
    under.api.request(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await send("/v1/push/shown", { token: "A".repeat(43) })).status).toBe(404);
  expect((await send("/v1/push/shown", { token: "short" })).status).toBe(422);
  const { endpoint, keys } = browser();
  const renewed = { old: { endpoint, auth: keys.auth }, subscription: browser() };
  expect((await send("/v1/push/renewed", renewed)).status).toBe(404);
});

test("the export holds its owner's browsers, opened; the erasure leaves none", async () => {
  const anna = await signIn(under, "anna-leaves");
  const body = browser();
  await add(anna, body);
  const exported = JSON.stringify((await ask(under, anna, "GET /v1/me/export")).body);
  expect(exported).toContain(body.endpoint);
  expect((await ask(under, anna, "DELETE /v1/me", { body: { confirm: "erase" } })).status).toBe(200);
  const { rows } = await under.database.pool.query(
    "select 1 from push_subscriptions s join residents r on r.id = s.resident_id where r.erased_at is not null",
  );
  expect(rows).toEqual([]);
});
