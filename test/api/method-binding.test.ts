import { Writable } from "node:stream";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { makeGateway } from "./support/gateway-stand-in.ts";
import { secondGateway } from "./support/second-gateway.ts";
import { bindCard } from "./support/situations.ts";

const walletToken = "apple-pay-token-0123456789-planted";
const logged: string[] = [];
const log = pino(
  { level: "trace" },
  new Writable({
    write(chunk: Buffer, _, done) {
      logged.push(chunk.toString());
      done();
    },
  }),
);

let under: ApiUnderTest;
let anna: Person;
const stripe = secondGateway();
const yookassa = makeGateway();
beforeAll(async () => {
  const gateways = new Map([yookassa.gateway, stripe.gateway].map((gateway) => [gateway.name, gateway]));
  under = { ...(await startApi({ gateways, log })), gateway: yookassa };
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

test.each([
  ["an unknown gateway", { gateway: "another" }, "gateway", "gateway-unknown"],
  [
    "a wallet where the gateway takes none",
    { gateway: "yookassa", wallet: { kind: "apple_pay", token: walletToken } },
    "wallet",
    "wallet-not-taken",
  ],
  ["a kind that cannot be bound without a payment", { kind: "yoo_money" }, "kind", "kind-not-bindable"],
  ["a phone account", { gateway: "yookassa", kind: "mobile_balance" }, "kind", "kind-not-bindable"],
  [
    "a kind that the gateway does not take",
    { gateway: "stripe", kind: "sbp" },
    "kind",
    "kind-not-at-gateway",
  ],
])("422 for %s, with the reason at its field; no row is left", async (_, body, field, code) => {
  const count = "select count(*)::int as n from methods";
  const { rows: before } = await under.database.pool.query(count);
  const answer = await ask(under, anna, "POST /v1/methods", { body });
  expect([answer.status, answer.body["code"]]).toEqual([422, code]);
  expect(answer.body["errors"]).toMatchObject([{ field, code }]);
  expect((await under.database.pool.query(count)).rows).toEqual(before);
});

test("a wallet's token goes to the gateway that takes it, and is in no row, no log and no answer", async () => {
  const key = "wallet-key-1";
  const body = { wallet: { kind: "apple_pay", token: walletToken } };
  const answer = await ask(under, anna, "POST /v1/methods", { body, key });
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    state: "active",
    gateway: "stripe",
    wallet: "apple_pay",
    kind: "bank_card",
  });
  expect((await ask(under, anna, "POST /v1/methods", { body, key })).text).toBe(answer.text);
  expect(stripe.wallets).toEqual([body.wallet]);
  const refused = await ask(under, anna, "POST /v1/methods", { body: { gateway: "yookassa", ...body } });
  const tooLong = await ask(under, anna, "POST /v1/methods", {
    body: { wallet: { kind: "apple_pay", token: walletToken.repeat(1_000) } },
  });
  expect([refused.status, tooLong.status]).toEqual([422, 422]);
  const tables = await under.database.pool.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  for (const { name } of tables.rows) {
    const { rows } = await under.database.pool.query<{ text: string }>(
      `select t::text as text from "${name}" t`,
    );
    expect(
      rows.some(
        ({ text }) => text.includes(walletToken) || text.includes(Buffer.from(walletToken).toString("hex")),
      ),
    ).toBe(false);
  }
  for (const text of [...logged, answer.text, refused.text, tooLong.text])
    expect(text).not.toContain(walletToken);
});

test("a card that was bound before is one method still: the binding leads to it, and it has the new token", async () => {
  const card = await bindCard(under, anna);
  const again = await ask(under, anna, "POST /v1/methods");
  const binding = String(again.body["id"]);
  yookassa.answers.set(binding, "active");
  const original = yookassa.gateway.lookUpBinding;
  Object.assign(yookassa.gateway, {
    lookUpBinding: async ({ objectId }: { objectId: string }) => {
      const seen = await original({ objectId });
      return seen.kind === "active" ? { ...seen, method: { ...seen.method, fingerprint: card } } : seen;
    },
  });
  await under.database.pool.query(
    "update methods set state = 'unusable', state_reason = 'expired' where id = $1",
    [card],
  );
  const done = await ask(under, anna, `POST /v1/methods/${binding}/refresh`);
  Object.assign(yookassa.gateway, { lookUpBinding: original });
  expect(done.body).toMatchObject({ id: card, state: "active", reason: null });
  expect((await ask(under, anna, `GET /v1/methods/${binding}`)).body).toMatchObject({ id: card });
  const { rows } = await under.database.pool.query<{ token: Buffer }>(
    "select token from methods where id = $1",
    [card],
  );
  expect(under.sealer.open(rows[0]?.token ?? Buffer.alloc(0), card).toString()).toBe(`token-of-${binding}`);
  const listed = (await ask(under, anna, "GET /v1/methods")).body["items"] as { id: string }[];
  expect(listed.filter(({ id }) => id === card || id === binding).map(({ id }) => id)).toEqual([card]);
  // withdrawing by the binding's address withdraws the card
  expect((await ask(under, anna, `DELETE /v1/methods/${binding}`)).body).toMatchObject({ methodId: card });
  expect((await ask(under, anna, `GET /v1/methods/${card}`)).body).toMatchObject({ state: "withdrawn" });
});
