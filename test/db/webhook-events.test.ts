import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lookUpRefund, sendRefund } from "../../activities/refunding.ts";
import { webhookBodySchema } from "../../api/schemas/webhook-events.ts";
import { WEBHOOK_EVENT_TYPES } from "../../domain/webhook-events.ts";
import { closePayment, giveUpPayment } from "../../db/queries/looks.ts";
import { pruneWebhooks } from "../../db/queries/webhook-deliveries.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  duePayment,
  makeMethod,
  makePayer,
  type Payer,
  planAll,
  planBillFor,
  pushBill,
  resumeMandate,
  skipPayment,
  stopMandate,
  withdrawMethod,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

type Event = {
  readonly id: string;
  readonly type: string;
  readonly object_id: string;
  readonly body: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: Record<string, unknown>;
  };
};

async function listen(
  filter: { readonly types?: readonly string[]; readonly billerId?: string; readonly state?: string } = {},
) {
  const { id } = await engine.db
    .insertInto("webhook_endpoints")
    .values({
      url: "https://hooks.example.com/in",
      secret: Buffer.alloc(1),
      created_by: "operator",
      types: [...(filter.types ?? [])],
      biller_id: filter.billerId ?? null,
      ...(filter.state === "disabled" ? { state: "disabled", why: "test" } : {}),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** What was written for an endpoint, in order. */
async function heard(endpointId: string): Promise<readonly Event[]> {
  const { rows } = await sql<Event>`
    select v.id, v.type, v.object_id, jsonb_build_object('type', v.type, 'timestamp', webhook_instant(v.created_at), 'data', v.data) as body
      from webhook_deliveries d join webhook_events v on v.seq = d.event_seq where d.endpoint_id = ${endpointId} order by v.seq`.execute(
    engine.db,
  );
  return rows;
}

const typesAbout = (events: readonly Event[], objectId: string) =>
  events.filter((event) => event.object_id === objectId).map(({ type }) => type);

beforeEach(async () => {
  await sql`update webhook_endpoints set state = 'disabled', why = 'another test', changed_at = business_now() - interval '1 year'`.execute(
    engine.db,
  );
});

/** A charge that took the money of a bill that was withdrawn meanwhile: it goes back. */
async function paidAndReturned() {
  const payer = await makePayer(engine);
  const due = await duePayment(engine.db, payer);
  await engine.bank.arm({ kind: "commit-then-drop" }, { chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  await pushBill(engine.db, { account: payer.account, version: 2, status: "annulled" });
  await planAll(engine.db);
  await engine.lookUp(due.chargeId);
  const { id: refundId } = await engine.db
    .selectFrom("refunds")
    .select("id")
    .where("payment_id", "=", due.paymentId)
    .executeTakeFirstOrThrow();
  await sendRefund(engine.dependencies, { refundId });
  await lookUpRefund(engine.dependencies, { refundId });
  return { ...due, refundId };
}

async function charged(payer: Payer) {
  const due = await duePayment(engine.db, payer);
  await engine.charge(due.paymentId);
  return due;
}

/** A move that no story here leads to: what counts is the row. */
const moved = (statement: ReturnType<typeof sql>) => statement.execute(engine.db);

describe("every change of state is told, in the transaction of its cause", () => {
  test("real rows write every type of the catalogue, and every body fits its schema", async () => {
    const endpoint = await listen();
    const paid = await charged(await makePayer(engine));
    const returned = await paidAndReturned();

    const skipping = await makePayer(engine);
    const skipped = await planBillFor(engine.db, skipping);
    await pushBill(engine.db, { account: skipping.account, version: 2, amountMinor: 490_000 });
    await planAll(engine.db);
    await skipPayment(engine.db, skipped.paymentId, skipping.residentId);
    await closePayment(engine.db, { ...skipped, outcome: "skipped", reason: "skipped" });

    const late = await makePayer(engine);
    const waiting = await duePayment(engine.db, late);
    await engine.bank.arm({ kind: "decline", reason: "card_expired" }, { chargeId: waiting.chargeId });
    await engine.charge(waiting.paymentId);
    await moved(sql`update payments set give_up_at = business_now() where id = ${waiting.paymentId}`);
    await giveUpPayment(engine.db, waiting.paymentId);

    const poor = await makePayer(engine);
    const declined = await duePayment(engine.db, poor);
    await engine.bank.arm({ kind: "decline", reason: "insufficient_funds" }, { chargeId: declined.chargeId });
    await engine.charge(declined.paymentId);

    const { mandateId, methodId, residentId } = skipping;
    await stopMandate(engine.db, { mandateId, kind: "pause" });
    await resumeMandate(engine.db, mandateId);
    await moved(sql`update mandates set version = version + 1 where id = ${mandateId}`);
    await stopMandate(engine.db, { mandateId, kind: "cancel" });
    await moved(sql`update methods set expiry_told = 30 where id = ${methodId}`);
    await moved(sql`update methods set state = 'unusable' where id = ${methodId}`);
    await withdrawMethod(engine.db, methodId, residentId);

    const other = await makePayer(engine);
    const { billId } = await pushBill(engine.db, { account: other.account, source: "push" });
    await moved(sql`update bills set state = 'paid-elsewhere' where id = ${billId}`);
    await moved(sql`update bills set state = 'owed' where id = ${billId}`);
    await moved(sql`update bills set state = 'merged', merged_into = ${paid.billId} where id = ${billId}`);
    await moved(sql`update refunds set state = 'refused' where id = ${returned.refundId}`);
    await moved(sql`insert into refunds (payment_id, charge_id, amount_minor, currency, state, why)
      values (${paid.paymentId}, ${paid.chargeId}, 100, 'RUB', 'requested', 'test')`);
    await moved(sql`update refunds set state = 'withdrawn' where payment_id = ${paid.paymentId}`);

    const events = await heard(endpoint);
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual(
      WEBHOOK_EVENT_TYPES.filter((type) => type !== "webhook.test").sort(),
    );
    for (const { type, body } of events) {
      expect(webhookBodySchema(type)?.safeParse(body), JSON.stringify(body)).toMatchObject({ success: true });
      expect(JSON.stringify(body).length).toBeLessThan(20_000);
    }
    expect(typesAbout(events, paid.paymentId)).toEqual(["payment.planned", "payment.succeeded"]);
    expect(typesAbout(events, returned.paymentId)).toEqual([
      "payment.planned",
      "payment.returning",
      "payment.refunded",
    ]);
    expect(typesAbout(events, paid.billId)).toEqual(["bill.arrived", "bill.paid"]);
    expect(typesAbout(events, declined.paymentId).slice(0, 2)).toEqual([
      "payment.planned",
      "payment.declined",
    ]);
  });

  test("what is taken back is not told: an event lives and dies with its cause", async () => {
    const endpoint = await listen({ types: ["mandate.paused"] });
    const { mandateId } = await makePayer(engine);
    await expect(
      engine.db.transaction().execute(async (transaction) => {
        await sql`select stop_mandate(${mandateId}, null, 'pause', null, null, 'payer')`.execute(transaction);
        throw new Error("the process dies");
      }),
    ).rejects.toThrow("the process dies");
    expect(await heard(endpoint)).toEqual([]);
  });

  test("nobody's name, address, account or card is in any event", async () => {
    const endpoint = await listen();
    const payer = await makePayer(engine, { account: "account-planted-0815", email: "planted@example.test" });
    const { paymentId } = await charged(payer);
    await stopMandate(engine.db, { mandateId: payer.mandateId, kind: "cancel" });
    await withdrawMethod(engine.db, payer.methodId, payer.residentId);
    const events = await heard(endpoint);
    expect(typesAbout(events, paymentId)).not.toEqual([]);
    const text = JSON.stringify(events);
    for (const planted of ["account-planted", "planted@example", "Анна", "4444", "Коммунальные"])
      expect(text).not.toContain(planted);
  });
});

describe("only where an endpoint wants it", () => {
  test("types and biller choose; where nobody listens nothing is written", async () => {
    const before = await moved(sql`select count(*)::int as n from webhook_events`);
    await makePayer(engine);
    expect(await moved(sql`select count(*)::int as n from webhook_events`)).toMatchObject({
      rows: before.rows,
    });
    const some = await listen({ types: ["mandate.created"] });
    const elsewhere = await listen({ billerId: "gorod-zhkh", types: ["method.active", "mandate.created"] });
    await makePayer(engine);
    expect((await heard(some)).map(({ type }) => type)).toEqual(["mandate.created"]);
    expect(
      (await heard(elsewhere)).map(({ type }) => type),
      "a method belongs to no biller",
    ).toEqual(["mandate.created"]);
  });

  test("one event for two endpoints has one id", async () => {
    const [first, second] = [
      await listen({ types: ["mandate.created"] }),
      await listen({ types: ["mandate.created"] }),
    ];
    await makePayer(engine);
    const ids = async (endpoint: string) => (await heard(endpoint)).map(({ id }) => id);
    expect(await ids(first)).toEqual(await ids(second));
    expect((await ids(first))[0]).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  test("a disabled endpoint's events are kept cancelled, and a replay queues them in their order", async () => {
    const endpoint = await listen({ types: ["mandate.created"] });
    await sql`select disable_webhook(${endpoint}, 'maintenance', 'operator')`.execute(engine.db);
    await makePayer(engine);
    const states = async () =>
      (
        await engine.db
          .selectFrom("webhook_deliveries")
          .select(["state", "why"])
          .where("endpoint_id", "=", endpoint)
          .execute()
      ).map(({ state, why }) => [state, why]);
    expect(await states()).toEqual([["cancelled", "endpoint-disabled"]]);
    await sql`update webhook_endpoints set state = 'active', why = null where id = ${endpoint}`.execute(
      engine.db,
    );
    await sql`select replay_webhooks(${endpoint}, null, business_now() - interval '1 hour', 'operator')`.execute(
      engine.db,
    );
    expect(await states()).toEqual([["queued", null]]);
  });
});

describe("keeping", () => {
  test("after a month what has ended is gone, and what is still queued stays", async () => {
    const endpoint = await listen({ types: ["mandate.created"] });
    await makePayer(engine);
    await makePayer(engine);
    const [first] = await engine.db
      .selectFrom("webhook_deliveries")
      .select("id")
      .where("endpoint_id", "=", endpoint)
      .orderBy("event_seq")
      .execute();
    await sql`update webhook_deliveries set state = 'delivered', ended_at = business_now() where id = ${first?.id}`.execute(
      engine.db,
    );
    await sql`update webhook_endpoints set previous_secret = secret, previous_until = business_now() + interval '24 hours' where id = ${endpoint}`.execute(
      engine.db,
    );
    await engine.jump({ hours: 31 * 24 });
    await pruneWebhooks(engine.db);
    expect(await heard(endpoint)).toHaveLength(1);
    const { previous_secret } = await engine.db
      .selectFrom("webhook_endpoints")
      .select("previous_secret")
      .where("id", "=", endpoint)
      .executeTakeFirstOrThrow();
    expect(previous_secret, "a secret that signs no more is gone").toBeNull();
  });

  test("a saved method is told once it is active", async () => {
    const endpoint = await listen({ types: ["method.active"] });
    const { residentId } = await makePayer(engine);
    await makeMethod(engine, { residentId, token: "token" });
    expect(await heard(endpoint)).toHaveLength(2);
  });
});
