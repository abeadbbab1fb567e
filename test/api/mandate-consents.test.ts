import { createHash } from "node:crypto";
import { compactVerify, createLocalJWKSet, generateKeyPair, type JSONWebKeySet, exportJWK } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConsentSigner, deviceClass } from "../../api/consent-documents.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let card: string;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna-consents");
  card = await bindCard(under, anna);
});
afterAll(() => under.close());

const TEXT = "Я согласна: до 10 000 ₽ за раз.\n\nСпросите меня, если больше.";

let account = 4_400;
async function agree(person = anna, method = card): Promise<string> {
  account += 1;
  const consent = { text: TEXT, locale: "ru", version: "mandate-2026-11" };
  const wish = mandateWish([method], { account: String(account), consent });
  const { status, body } = await createMandate(under, person, wish);
  expect(status).toBe(201);
  return String(body["id"]);
}

async function documentOf(id: string, version = 1): Promise<string> {
  const answer = await under.api.request(`/v1/mandates/${id}/versions/${version}/consent`, {
    headers: { authorization: `Bearer ${anna.token}` },
  });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/jose"]);
  return answer.text();
}

async function publishedKeys(): Promise<JSONWebKeySet> {
  const answer = await under.api.request("/.well-known/kvitok-consent-jwks.json");
  return (await answer.json()) as JSONWebKeySet;
}

const saidBy = async (jws: string, keys: JSONWebKeySet) =>
  JSON.parse(
    Buffer.from((await compactVerify(jws, createLocalJWKSet(keys))).payload).toString("utf8"),
  ) as object;

describe("what was agreed, as a document that others can check", () => {
  test("holds text, hash, terms, time, sign-in and kind of device, and is good by the published keys", async () => {
    const id = await agree();
    expect(await saidBy(await documentOf(id), await publishedKeys())).toMatchObject({
      format: "kvitok-consent/1",
      issuer: "https://pay.city.example",
      livemode: false,
      mandate: { id, version: 1, biller: { id: "gorod-zhkh" } },
      terms: { methods: [card], noticePack: { name: "demo" }, limitPerPayment: { amountMinor: 1_000_000 } },
      consent: {
        text: TEXT,
        textHash: createHash("sha256").update(TEXT).digest("hex"),
        edition: "mandate-2026-11",
        locale: "ru",
        signIn: "oidc",
      },
    });
    const { rows } = await under.database.pool.query<{ given_at: string }>(
      "select given_at from consents where mandate_id = $1",
      [id],
    );
    const { consent } = (await saidBy(await documentOf(id), await publishedKeys())) as {
      consent: { givenAt: string };
    };
    expect(Date.parse(consent.givenAt)).toBe(Date.parse(String(rows[0]?.given_at)));
  });

  test("the keys are public halves only, for anybody", async () => {
    const { keys } = await publishedKeys();
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([
      ["alg", "crv", "kid", "kty", "use", "x"],
    ]);
  });

  test("one changed letter, or another key of the same name, and it is none", async () => {
    const jws = await documentOf(await agree());
    const [head = "", payload = "", signature = ""] = jws.split(".");
    const changed = Buffer.from(payload, "base64url").toString("utf8").replace("10 000", "90 000");
    const forged = [head, Buffer.from(changed).toString("base64url"), signature].join(".");
    expect(forged).not.toBe(jws);
    await expect(saidBy(forged, await publishedKeys())).rejects.toThrow("signature verification failed");
    const { publicKey } = await generateKeyPair("EdDSA", { extractable: true });
    const stranger = { keys: [{ ...(await exportJWK(publicKey)), kid: "test", alg: "EdDSA" }] };
    await expect(saidBy(jws, stranger)).rejects.toThrow("signature verification failed");
  });

  test("a widened version has a document of its own; one that only narrowed says that it needed none", async () => {
    const id = await agree();
    const path = `PATCH /v1/mandates/${id}`;
    const limit = (amountMinor: number) => ({ limitPerPayment: { amountMinor, currency: "RUB" } });
    await ask(under, anna, path, { body: limit(500_000) });
    const consent = { text: "Больше", locale: "ru", version: "mandate-2026-11" };
    const widened = await ask(under, anna, path, { body: { ...limit(900_000), consent } });
    expect(widened.body).toMatchObject({ version: 3, consent: { version: 3, signed: true } });
    expect(await saidBy(await documentOf(id, 3), await publishedKeys())).toMatchObject({
      mandate: { version: 3 },
      terms: { limitPerPayment: { amountMinor: 900_000 } },
      consent: { text: "Больше" },
    });
    const narrowed = await ask(under, anna, `GET /v1/mandates/${id}/versions/2/consent`);
    expect(narrowed.body).toMatchObject({ status: 404, code: "consent-not-found" });
  });

  test("one of before has none, and none is made up", async () => {
    const id = await agree();
    await under.database.pool.query(
      `insert into consents (mandate_id, resident_id, version, text, text_hash, locale, sign_in)
        select mandate_id, resident_id, 7, text, text_hash, locale, sign_in from consents where mandate_id = $1`,
      [id],
    );
    const unsigned = await ask(under, anna, `GET /v1/mandates/${id}/versions/7/consent`);
    expect(unsigned.body).toMatchObject({ status: 404, code: "consent-not-signed" });
    const { body } = await ask(under, anna, `GET /v1/mandates/${id}`);
    expect(body).toMatchObject({ consent: { version: 7, signed: false } });
  });

  test("is nobody else's", async () => {
    const id = await agree();
    const boris = await signIn(under, "boris-consents");
    const answer = await ask(under, boris, `GET /v1/mandates/${id}/versions/1/consent`);
    expect(answer.body).toMatchObject({ status: 404, code: "mandate-not-found" });
  });

  test("goes with its owner: an erasure leaves the hash and the instant", async () => {
    const vera = await signIn(under, "vera-consents");
    const id = await agree(vera, await bindCard(under, vera));
    const erased = await ask(under, vera, "DELETE /v1/me", { body: { confirm: "erase" } });
    expect(erased.status).toBe(200);
    const { rows } = await under.database.pool.query(
      "select text, document, text_hash from consents where mandate_id = $1",
      [id],
    );
    expect(rows).toEqual([
      { text: "", document: null, text_hash: createHash("sha256").update(TEXT).digest("hex") },
    ]);
  });
});

test("after a change of keys the new one signs, and what the old one signed is still checked", async () => {
  const [old, fresh] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const before = createConsentSigner({ active: "c1", keys: new Map([["c1", old]]) });
  const after = createConsentSigner({
    active: "c2",
    keys: new Map([
      ["c2", fresh],
      ["c1", old],
    ]),
  });
  const set = after.keys as JSONWebKeySet;
  const kidOf = async (signer: typeof before) =>
    (await compactVerify(await signer.sign({} as never), createLocalJWKSet(set))).protectedHeader.kid;
  expect([await kidOf(before), await kidOf(after)]).toEqual(["c1", "c2"]);
});

test("a device is named by its kind only", () => {
  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
  const computer = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
  expect([phone, computer, "curl/8", "", null].map(deviceClass)).toEqual([
    "phone",
    "computer",
    "unknown",
    "unknown",
    "unknown",
  ]);
});
