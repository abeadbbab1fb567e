import { sql } from "kysely";
import { Stripe } from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createStripe } from "../../adapters/gateways/stripe/stripe.ts";
import { followMethodNews } from "../../api/method-news.ts";
import { followWithdrawals } from "../../db/queries/sweeping.ts";
import { watchMethodExpiry } from "../../db/queries/withdrawals.ts";
import { FaceUnderTest, merchant } from "../sandbox/bank-stripe/face-under-test.ts";
import { toldTo } from "../support/rows.ts";
import { type ApiUnderTest, ask, signIn } from "./support/api-under-test.ts";
import { followAll, methodRow, type MethodWorld, openMethodWorld } from "./support/method-world.ts";
import { createMandate, mandateWish, oweBill } from "./support/situations.ts";

// Stripe's own news of saved cards, signed, through the route and the loop, to the rows; the bank's Stripe face is the other side.

let face: FaceUnderTest;
let world: MethodWorld;
let under: ApiUnderTest;
let people = 0;
beforeAll(async () => {
  face = await FaceUnderTest.start();
  const { secretKey, account, webhookSecret } = merchant;
  const at = { url: face.bank.origin, secretKey, account, livemode: false };
  world = await openMethodWorld(createStripe({ ...at, webhookSecrets: [webhookSecret] }));
  ({ under } = world);
  await db().updateTable("billers").set({ gateway: "stripe" }).where("id", "=", "gorod-zhkh").execute();
});
afterEach(() => sql`update sandbox_clock set business_anchor = real_anchor`.execute(db()));
afterAll(async () => {
  await under.close();
  await face.close();
});

const db = () => world.db;
const followed = () => followAll(world);
const method = (id: string) => methodRow(db(), id);

type Saved = {
  readonly residentId: string;
  readonly methodId: string;
  readonly mandateId: string;
  /** The vendor's own name of it. */
  readonly paymentMethod: string;
};

/** Somebody with a card at Stripe and an autopay on it. */
async function saved(): Promise<Saved> {
  const person = await signIn(under, `person-${(people += 1)}`);
  const bound = await ask(under, person, "POST /v1/methods", {
    body: { gateway: "stripe", wallet: { kind: "apple_pay", token: "tok_visa" } },
  });
  const methodId = String(bound.body["id"]);
  const account = `77001234${String(people).padStart(2, "0")}`;
  await oweBill(under, person, { account, period: "2026-01" });
  const made = await createMandate(under, person, mandateWish([methodId], { account }));
  const { resident_id: residentId } = await method(methodId);
  const [, paymentMethod = ""] = (await token(methodId)).split("/");
  return { residentId, methodId, mandateId: String(made.body["id"]), paymentMethod };
}

function mandate(id: string) {
  return db().selectFrom("mandates").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

async function token(id: string): Promise<string> {
  const row = await method(id);
  return row.token === null ? "" : under.sealer.open(row.token, id).toString();
}

async function send(payload: object): Promise<void> {
  const raw = JSON.stringify(payload);
  const signature = Stripe.webhooks.generateTestHeaderString({
    payload: raw,
    secret: merchant.webhookSecret,
  });
  const headers = { "stripe-signature": signature, "content-type": "application/json" };
  const answer = await ask(under, null, "POST /v1/gateways/stripe/notifications", {
    raw,
    headers,
    key: null,
  });
  expect(answer.status).toBe(200);
}

/** Delivers what Stripe has to tell of this kind, and follows it to its end. */
async function told(type: string): Promise<void> {
  const { data } = await face.stripe.events.list({ type, limit: 100 });
  expect(data.length).toBeGreaterThan(0);
  for (const event of data) await send(event);
  await followed();
}

/** The vendor's own page, or another program of the merchant, takes a card from its owner. */
async function detach(paymentMethod: string): Promise<void> {
  const { status } = await face.post(`/v1/payment_methods/${paymentMethod}/detach`, {});
  expect(status).toBe(200);
}

const renewed = { last4: "1881", exp_month: 11, exp_year: 2041 };

describe("a card that is taken away at Stripe", () => {
  test("is withdrawn here, its autopay paused, its owner told, its token gone; no name of it was kept in the clear", async () => {
    const { residentId, methodId, mandateId, paymentMethod } = await saved();
    await detach(paymentMethod);
    await told("payment_method.detached");
    expect(await method(methodId)).toMatchObject({
      state: "withdrawn",
      state_reason: "unlinked",
      token: null,
    });
    expect(await mandate(mandateId)).toMatchObject({ state: "paused" });
    expect(await toldTo(db(), residentId)).toEqual(expect.arrayContaining(["method-gone", "mandate-paused"]));
    const tables = await sql<{ name: string }>`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db());
    for (const { name } of tables.rows) {
      const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`.execute(
        db(),
      );
      expect(
        rows.filter(({ text }) => text.includes(paymentMethod)),
        name,
      ).toEqual([]);
    }
  });

  test("says so: a body that tells it of a card that is there changes nothing", async () => {
    const { methodId, paymentMethod } = await saved();
    const before = await method(methodId);
    const object = { id: paymentMethod, object: "payment_method", customer: null };
    const type = "payment_method.detached";
    await send({ id: "evt_1Lie", object: "event", type, livemode: false, data: { object } });
    await followed();
    expect(await method(methodId)).toEqual(before);
  });

  test("late news of its renewal do not bring it back", async () => {
    const { methodId, paymentMethod } = await saved();
    await face.control("POST", `/stripe/payment_methods/${paymentMethod}/renew`, renewed);
    await detach(paymentMethod);
    await told("payment_method.detached");
    await told("payment_method.automatically_updated");
    expect(await method(methodId)).toMatchObject({ state: "withdrawn" });
  });

  test("while Stripe cannot be asked the news stay; they are followed when it answers", async () => {
    const { methodId, paymentMethod } = await saved();
    await detach(paymentMethod);
    await face.arm({ kind: "error-500" }, { operation: "stripe_payment_method" });
    await told("payment_method.detached");
    expect(await method(methodId)).toMatchObject({ state: "withdrawn" });
  });
});

describe("a card that its issuer has renewed", () => {
  test("lives on under its new digits and expiry, and our watch does not end it with the old month", async () => {
    const { residentId, methodId, mandateId, paymentMethod } = await saved();
    const old = await method(methodId);
    await face.control("POST", `/stripe/payment_methods/${paymentMethod}/renew`, renewed);
    await told("payment_method.automatically_updated");
    const row = await method(methodId);
    expect(row).toMatchObject({ state: "active", last4: "1881", expiry_month: 11, expiry_year: 2041 });
    expect(row.title).toContain("*1881");
    expect(row.card_key).not.toBe(old.card_key);
    expect(await toldTo(db(), residentId)).toContain("method-renewed");
    await sql`update sandbox_clock set business_anchor = ${old.expires_on}::date + interval '40 days', real_anchor = clock_timestamp()`.execute(
      db(),
    );
    await watchMethodExpiry(db(), 100);
    await followed();
    await watchMethodExpiry(db(), 100);
    expect(await method(methodId)).toMatchObject({ state: "active" });
    expect(await mandate(mandateId)).toMatchObject({ state: "active" });
    expect(await toldTo(db(), residentId)).not.toContain("method-expired");
  });

  test("twice the same news, or news of nothing new, tell nobody anything", async () => {
    const { residentId, methodId, paymentMethod } = await saved();
    await face.control("POST", `/stripe/payment_methods/${paymentMethod}/renew`, renewed);
    await told("payment_method.automatically_updated");
    const once = await method(methodId);
    const event = { object: "event", livemode: false, type: "payment_method.updated" };
    await send({ ...event, id: "evt_1Again", data: { object: { id: paymentMethod } } });
    await followed();
    expect(await method(methodId)).toEqual(once);
    const events = await toldTo(db(), residentId);
    expect(events.filter((one) => one === "method-renewed")).toHaveLength(1);
  });

  test("after our watch had ended it: it works again, and its autopay goes on", async () => {
    const { methodId, mandateId, paymentMethod } = await saved();
    await sql`update methods set state = 'unusable', state_reason = 'expired', expiry_year = 2025 where id = ${methodId}`.execute(
      db(),
    );
    await followWithdrawals(db());
    expect(await mandate(mandateId)).toMatchObject({ state: "paused" });
    await face.control("POST", `/stripe/payment_methods/${paymentMethod}/renew`, renewed);
    await told("payment_method.automatically_updated");
    expect(await method(methodId)).toMatchObject({ state: "active", state_reason: null });
    expect(await mandate(mandateId)).toMatchObject({ state: "active" });
  });

  test("one that its bank calls stolen stays unusable, and what a network has forbidden stays forbidden", async () => {
    const { methodId, paymentMethod } = await saved();
    await sql`update methods set state = 'unusable', state_reason = 'stolen_card' where id = ${methodId}`.execute(
      db(),
    );
    await face.control("POST", `/stripe/payment_methods/${paymentMethod}/renew`, renewed);
    await told("payment_method.automatically_updated");
    expect(await method(methodId)).toMatchObject({ state: "unusable", last4: "1881" });
  });
});

test("a permission that its payer has withdrawn at the bank: the method is withdrawn, its autopay paused", async () => {
  const { methodId, mandateId, paymentMethod } = await saved();
  await face.control("POST", `/stripe/payment_methods/${paymentMethod}/revoke`);
  await told("mandate.updated");
  expect(await method(methodId)).toMatchObject({ state: "withdrawn", state_reason: "permission-withdrawn" });
  expect(await mandate(mandateId)).toMatchObject({ state: "paused" });
});

describe("the watch over a card's month asks the gateway first", () => {
  const soon = (methodId: string) =>
    sql`update methods set expiry_month = extract(month from business_now())::int,
      expiry_year = extract(year from business_now())::int where id = ${methodId}`.execute(db());

  test("the news of its renewal were lost: no warning, no end, the new month", async () => {
    const { residentId, methodId, paymentMethod } = await saved();
    await face.control("POST", `/stripe/payment_methods/${paymentMethod}/renew`, renewed);
    await soon(methodId);
    await watchMethodExpiry(db(), 100);
    await followed();
    await watchMethodExpiry(db(), 100);
    expect(await method(methodId)).toMatchObject({ state: "active", expiry_year: 2041 });
    expect(await toldTo(db(), residentId)).not.toContain("method-expiring");
  });

  test("not renewed: its owner is warned after the look, once", async () => {
    const { residentId, methodId, paymentMethod } = await saved();
    const today = new Date();
    const month = { exp_month: today.getUTCMonth() + 1, exp_year: today.getUTCFullYear() };
    await face.control("POST", `/stripe/payment_methods/${paymentMethod}/renew`, { last4: "4242", ...month });
    await soon(methodId);
    await watchMethodExpiry(db(), 100);
    expect(await toldTo(db(), residentId)).not.toContain("method-expiring");
    await followed();
    for (const _ of [1, 2]) await watchMethodExpiry(db(), 100);
    const events = await toldTo(db(), residentId);
    expect(events.filter((one) => one === "method-expiring")).toHaveLength(1);
  });

  test("a gateway that does not answer for ten minutes keeps no warning back", async () => {
    const { residentId, methodId } = await saved();
    await soon(methodId);
    await watchMethodExpiry(db(), 100);
    await sql`update gateway_nudges set received_at = received_at - interval '11 minutes' where done_at is null`.execute(
      db(),
    );
    await watchMethodExpiry(db(), 100);
    expect(await toldTo(db(), residentId)).toContain("method-expiring");
    await followed();
  });
});

test("a card that was bound anew while the gateway was asked about the old token is looked at again", async () => {
  const { methodId, residentId } = await saved();
  const stripe = world.keeping.gateways.get("stripe");
  if (stripe === undefined) throw new Error("there is one");
  const racing = {
    ...stripe,
    lookUpMethod: async () => {
      await sql`update methods set version = version + 1 where id = ${methodId}`.execute(db());
      return { kind: "gone", why: "unlinked" } as const;
    },
  };
  const over = { ...world.keeping, gateways: new Map([["stripe", racing]]) };
  await expect(followMethodNews(over, { methodId, residentId, permissionId: null })).rejects.toThrow(
    "moved on",
  );
  expect(await method(methodId)).toMatchObject({ state: "active" });
});
