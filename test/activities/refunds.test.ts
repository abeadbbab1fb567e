import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { lookUpRefund, sendRefund } from "../../activities/refunding.ts";
import type { RefundLookUp } from "../../adapters/gateways/port.ts";
import { openCase } from "../../db/queries/charging.ts";
import { releaseHold } from "../../db/queries/holds.ts";
import { followRefundNews } from "../../processes/refund-news.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  balanceOf,
  casesOf,
  duePayment,
  makePayer,
  payment,
  planAll,
  pushBill,
  toldTo,
} from "../support/rows.ts";
import { afterSuspension } from "./support/suspended.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

type Owed = { readonly paymentId: string; readonly refundId: string; readonly residentId: string };

/** Money that was taken for a bill that its biller had withdrawn meanwhile: all of it is owed back. */
async function owedBack(): Promise<Owed> {
  const payer = await makePayer(engine);
  const due = await duePayment(engine.db, payer);
  await engine.bank.arm({ kind: "commit-then-drop" }, { chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  await pushBill(engine.db, { account: payer.account, version: 2, status: "annulled" });
  await planAll(engine.db);
  expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "returning" });
  const { id } = await engine.db
    .selectFrom("refunds")
    .select("id")
    .where("payment_id", "=", due.paymentId)
    .executeTakeFirstOrThrow();
  return { paymentId: due.paymentId, refundId: id, residentId: payer.residentId };
}

const send = ({ refundId }: Owed) => sendRefund(engine.dependencies, { refundId });
const lookUp = ({ refundId }: Owed) => lookUpRefund(engine.dependencies, { refundId });
const refund = ({ refundId }: Owed) =>
  engine.db.selectFrom("refunds").selectAll().where("id", "=", refundId).executeTakeFirstOrThrow();

/** Refunds that the bank has really paid out for a payment, by the engine's key. */
async function paidOut(owed: Owed): Promise<number> {
  const { rows } = await sql<{ object_id: string }>`
    select c.object_id from charges c where c.payment_id = ${owed.paymentId} and c.state = 'charged'`.execute(
    engine.db,
  );
  const taken = await engine.bank.control<{ refundedMinor: number }>(
    "GET",
    `/payments/${rows[0]?.object_id}`,
  );
  return taken.refundedMinor;
}

test("money that is not wanted goes back in full, once, and the payment ends returned", async () => {
  const owed = await owedBack();
  expect(await send(owed)).toBe(true);
  expect(await send(owed)).toBe(false);
  expect(await refund(owed)).toMatchObject({ state: "done", transmissions: 1 });
  expect(await payment(engine.db, owed.paymentId)).toMatchObject({ state: "closed", outcome: "returned" });
  expect(await paidOut(owed)).toBe(512_345);
  expect(await balanceOf(engine.db, "refunds-due", owed.paymentId)).toBe(0);
  expect(await toldTo(engine.db, owed.residentId)).toContain("money-returned");
});

test("a refund whose answer was lost is found in the list and never sent twice", async () => {
  const owed = await owedBack();
  await engine.bank.arm({ kind: "commit-then-drop" }, { operation: "create_refund" });
  await send(owed);
  expect(await refund(owed)).toMatchObject({ state: "unknown", unanswered: 1 });
  await lookUp(owed);
  expect(await refund(owed)).toMatchObject({ state: "done", transmissions: 1 });
  expect(await paidOut(owed)).toBe(512_345);
});

test("a refund that never arrived goes again with the same key", async () => {
  const owed = await owedBack();
  await engine.bank.arm({ kind: "drop-before" }, { operation: "create_refund" });
  await send(owed);
  await lookUp(owed);
  expect(await refund(owed)).toMatchObject({ state: "done", transmissions: 2, round: 1 });
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from refund_passes where refund_id = ${owed.refundId}`.execute(engine.db);
  expect(rows).toEqual([{ n: 2 }]);
  expect(await paidOut(owed)).toBe(512_345);
});

test("a hold on the gateway keeps refunds back, and its end lets them go", async () => {
  const owed = await owedBack();
  await sql`insert into holds (scope, scope_id, reason, placed_by) values ('gateway', 'yookassa', 'incident', 'olga')`.execute(
    engine.db,
  );
  expect(await send(owed)).toBe(false);
  expect(await refund(owed)).toMatchObject({ state: "requested", transmissions: 0 });
  await sql`delete from holds`.execute(engine.db);
  expect(await send(owed)).toBe(true);
});

test("a refund that the gateway refuses stays owed and becomes a person's business", async () => {
  const owed = await owedBack();
  await engine.bank.arm(
    { kind: "status", status: 400, code: "invalid_request" },
    { operation: "create_refund" },
  );
  await send(owed);
  expect(await refund(owed)).toMatchObject({ state: "refused", reason: "invalid_request" });
  expect(await casesOf(engine.db, owed.refundId)).toContain("refund-refused");
  expect(await balanceOf(engine.db, "refunds-due", owed.paymentId)).toBe(-512_345);
  expect((await payment(engine.db, owed.paymentId)).state).toBe("returning");
});

test.each([401, 403])(
  "%i to a refund: nothing was executed, it waits behind a hold on the gateway and goes out once the key is mended",
  async (status) => {
    const owed = await owedBack();
    await engine.bank.arm({ kind: "status", status, code: "no" }, { operation: "create_refund" });
    await send(owed);
    expect(await refund(owed)).toMatchObject({ state: "requested", transmissions: 1 });
    expect(await casesOf(engine.db, "yookassa")).toEqual(["gateway-refuses-us"]);
    expect(await send(owed), "held").toBe(false);
    await releaseHold(engine.db, {
      scope: "gateway",
      scopeId: "yookassa",
      releasedBy: "olga",
      rate: "unlimited",
    });
    await sql`update cases set closed_at = business_now() where kind = 'gateway-refuses-us'`.execute(
      engine.db,
    );
    // a refusal of the second sending speaks of the refund as much as one of the first would have
    await engine.bank.arm({ kind: "status", status: 400, code: "bad" }, { operation: "create_refund" });
    await send(owed);
    expect(await refund(owed)).toMatchObject({ state: "refused", transmissions: 2 });
  },
);

test("an operator asks again for a refund that was refused: once, under a new id, and its case closes when it is done", async () => {
  const owed = await owedBack();
  expect(await again(owed)).toMatchObject({ refused: "not-refused" });
  await engine.bank.arm({ kind: "status", status: 400, code: "invalid" }, { operation: "create_refund" });
  await send(owed);
  const fresh = { ...owed, refundId: String((await again(owed)).refund) };
  expect(await again(owed)).toMatchObject({ refused: "asked-already" });
  expect(await send(fresh)).toBe(true);
  expect(await refund(fresh)).toMatchObject({ state: "done", again_of: owed.refundId });
  expect(await casesOf(engine.db, owed.refundId)).not.toContain("refund-refused");
  expect(await payment(engine.db, owed.paymentId)).toMatchObject({ outcome: "returned" });
  expect(await paidOut(owed)).toBe(512_345);
});

test("what is disputed is not asked for again", async () => {
  const owed = await owedBack();
  await engine.bank.arm({ kind: "status", status: 400, code: "invalid" }, { operation: "create_refund" });
  await send(owed);
  const { charge_id: subject } = await refund(owed);
  await openCase(engine.db, { kind: "dispute", subject, detail: {} });
  expect(await again(owed)).toMatchObject({ refused: "disputed" });
});

async function again({ refundId }: Owed): Promise<{ readonly refund?: string; readonly refused?: string }> {
  const { rows } = await sql<{ answer: { refund?: string; refused?: string } }>`
    select again_refund(${refundId}, 'olga') as answer`.execute(engine.db);
  return rows[0]?.answer ?? {};
}

test("a refund with a key too old is proved absent by two scans before it gets a new key", async () => {
  // another refund that the list must show, or nobody knows that the list is not blind
  await send(await owedBack());
  const owed = await owedBack();
  await engine.bank.arm({ kind: "drop-before" }, { operation: "create_refund" });
  await send(owed);
  await engine.jump({ hours: 26 });
  await lookUp(owed);
  expect(await refund(owed)).toMatchObject({ state: "unknown", transmissions: 1 });
  await engine.jump({ hours: 2 });
  await lookUp(owed);
  expect(await refund(owed)).toMatchObject({ state: "requested", round: 2 });
  expect(await send(owed)).toBe(true);
  expect(await refund(owed)).toMatchObject({ state: "done" });
  expect(await paidOut(owed)).toBe(512_345);
});

test("never more goes back than was taken, whoever decides it", async () => {
  const owed = await owedBack();
  const again = sql`insert into refunds (payment_id, charge_id, amount_minor, currency, state, why)
    select payment_id, charge_id, 1, currency, 'requested', 'by mistake' from refunds where id = ${owed.refundId}`;
  await expect(again.execute(engine.db)).rejects.toThrow(/was taken/);
});

test("a refund's bytes leave only behind a committed row of its gate, and a frozen sender writes none", async () => {
  const owed = await owedBack();
  const frozen = {
    ...engine.gateway,
    refunds: {
      ...must(engine.gateway.refunds),
      send: async (request: { mayStillSend: () => boolean }) => {
        const passes = await sql<{
          n: number;
        }>`select count(*)::int as n from refund_passes where refund_id = ${owed.refundId}`.execute(
          engine.db,
        );
        expect(passes.rows).toEqual([{ n: 1 }]);
        expect(request.mayStillSend()).toBe(true);
        return { kind: "never-sent", detail: "asked too late" } as const;
      },
    },
  };
  await sendRefund(
    { ...engine.dependencies, gateways: new Map([["yookassa", frozen]]) },
    { refundId: owed.refundId },
  );
  expect(await refund(owed)).toMatchObject({ state: "unknown" });
  await lookUp(owed);
  expect(await refund(owed)).toMatchObject({ state: "done" });
});

test("a machine suspended for hours between the gate and the socket writes no byte of a refund", async () => {
  const owed = await owedBack();
  const refunds = must(engine.gateway.refunds);
  const suspended = {
    ...engine.gateway,
    refunds: {
      ...refunds,
      send: (request: Parameters<typeof refunds.send>[0]) => refunds.send(afterSuspension(request)),
    },
  };
  await sendRefund(
    { ...engine.dependencies, gateways: new Map([["yookassa", suspended]]) },
    { refundId: owed.refundId },
  );
  expect(await refund(owed)).toMatchObject({ state: "unknown" });
  expect(await paidOut(owed)).toBe(0);
});

/** What the gateway's news of a refund leads to, with no workflow alive; `shows` is what the gateway then says of it. */
async function tellOf(owed: Owed, shows?: RefundLookUp): Promise<{ readonly looks: number }> {
  let looks = 0;
  const parts = must(engine.gateway.refunds);
  const lookUpOnce: typeof parts.lookUp = (request) => {
    looks += 1;
    return shows === undefined ? parts.lookUp(request) : Promise.resolve(shows);
  };
  const gateway = { ...engine.gateway, refunds: { ...parts, lookUp: lookUpOnce } };
  const charging = { ...engine.dependencies, gateways: new Map([["yookassa", gateway]]) };
  const { object_id: objectId } = await refund(owed);
  const told = followRefundNews(
    { charging, starter: { wake: async () => false } },
    { gateway: "yookassa", objectId: objectId ?? "" },
  );
  expect(await told).toBe(true);
  return { looks };
}

async function bounced(owed: Owed): Promise<RefundLookUp> {
  const { object_id: objectId } = await refund(owed);
  const outcome = { kind: "refused", reason: "expired_card" } as const;
  const raw = new TextEncoder().encode("{}");
  return {
    kind: "seen",
    sighting: { objectId: objectId ?? "", createdAt: new Date().toISOString(), outcome, raw },
  };
}

test("a refund that comes back after it was done is noticed when the gateway speaks of it: the money is owed again", async () => {
  const owed = await owedBack();
  await send(owed);
  expect(await tellOf(owed)).toEqual({ looks: 1 });
  expect(await refund(owed), "the gateway says the same as before").toMatchObject({ state: "done" });
  const came = await bounced(owed);
  await tellOf(owed, came);
  await tellOf(owed, came);
  expect(await refund(owed)).toMatchObject({ state: "refused", reason: "expired_card" });
  expect(await casesOf(engine.db, owed.refundId)).toEqual(["refund-came-back"]);
  expect(await balanceOf(engine.db, "refunds-due", owed.paymentId)).toBe(-512_345);
});

test("news of a refund that ended stays news while the gateway cannot be asked", async () => {
  const owed = await owedBack();
  await send(owed);
  await expect(tellOf(owed, { kind: "unanswered", detail: "status 500" })).rejects.toThrow(/could not/);
  expect(await refund(owed)).toMatchObject({ state: "done" });
});

test("a refused refund that the gateway calls paid after all is shown to a person, and paid by no second road", async () => {
  const owed = await owedBack();
  await send(owed);
  await tellOf(owed, await bounced(owed));
  const { object_id: objectId } = await refund(owed);
  const told = { source: "look-up", rank: 1, hash: "paid after all", outcome: "done", objectId };
  await sql`select record_refund_evidence(${owed.refundId}, ${JSON.stringify(told)}::jsonb, 0, null)`.execute(
    engine.db,
  );
  expect(await refund(owed)).toMatchObject({ state: "refused" });
  expect(await casesOf(engine.db, owed.refundId)).toContain("gateway-alarm");
});

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the gateway cannot return money");
  return value;
}
