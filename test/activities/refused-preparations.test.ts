import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { listHolds, releaseHold } from "../../db/queries/holds.ts";
import { findPayment } from "../../db/queries/payments.ts";
import { casesOf, confirmPayment, payment, payNow, pushBill, toldTo } from "../support/rows.ts";
import { type Due, type IntentEngine, openIntentEngine, preparedOf } from "./support/intent-engine.ts";

let engine: IntentEngine;
beforeAll(async () => {
  engine = await openIntentEngine();
});
afterEach(async () => {
  engine.bank.next("prepare");
  await releaseHold(engine.db, {
    scope: "gateway",
    scopeId: "stripe",
    releasedBy: "operator",
    rate: "unlimited",
  });
  await sql`update cases set closed_at = business_now() where closed_at is null`.execute(engine.db);
});
afterAll(() => engine.close());

const REVOKED = { refused: 401, code: "api_key_expired" } as const;
const NO_CUSTOMER = { refused: 400, code: "resource_missing" } as const;

type Mine = Pick<Due, "residentId" | "methodId" | "billId" | "paymentId">;

/** A person pays by hand: the payment is due now. */
async function byHand(): Promise<Mine> {
  const { residentId, methodId, account } = await engine.payer();
  await engine.db.updateTable("mandates").set({ state: "ended" }).where("account", "=", account).execute();
  const { billId } = await pushBill(engine.db, { account, billerId: "upravdom" });
  const { paymentId } = await payNow(engine.db, { billId, residentId, methodId });
  return { residentId, methodId, billId, paymentId: paymentId ?? "" };
}

/** Looks as its workflow does, each time when the rows say, until nothing is charged any more. */
async function lookUntilItRests(paymentId: string, most: number): Promise<number> {
  for (let looks = 1; looks <= most; looks += 1) {
    await engine.charge(paymentId);
    if ((await payment(engine.db, paymentId)).state !== "scheduled") return looks;
    await engine.jumpToNextLook(paymentId);
  }
  return most;
}

const asked = ({ paymentId }: Pick<Due, "paymentId">) =>
  engine.bank.sent("prepare").filter(({ key }) => key.startsWith(paymentId));

/** What the newest message of an event says of the reason. */
async function reasonTold(residentId: string, event: string): Promise<unknown> {
  const rows = await engine.db
    .selectFrom("notifications")
    .select("args")
    .where("resident_id", "=", residentId)
    .where("event", "=", event)
    .execute();
  return (rows.at(-1)?.args as { because?: unknown } | undefined)?.because;
}

describe("our key is refused before anything is made", () => {
  test.each([REVOKED, { refused: 403, code: "permission_missing" }])(
    "$refused while a person pays: one request, a hold on the gateway, the payer is told whose fault it is",
    async (refusal) => {
      const { db, bank } = engine;
      const mine = await byHand();
      bank.next("prepare", ...Array.from({ length: 60 }, () => refusal));
      expect(await lookUntilItRests(mine.paymentId, 60)).toBe(1);
      expect(asked(mine)).toHaveLength(1);
      expect(await payment(db, mine.paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
      expect(await listHolds(db)).toMatchObject([{ scope: "gateway", scope_id: "stripe" }]);
      expect(await casesOf(db, "stripe")).toEqual(["gateway-refuses-us"]);
      expect(await toldTo(db, mine.residentId)).toContain("failed");
      expect(await reasonTold(mine.residentId, "failed")).toBe("our-fault");
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from cases where closed_at is null`.execute(db);
      expect(rows, "one case, whoever meets the refusal").toEqual([{ n: 1 }]);

      const stranger = await engine.payer();
      expect(
        await payNow(db, { ...stranger, billId: mine.billId }),
        "nobody is parked on the bill",
      ).not.toMatchObject({ refused: "bill-being-paid" });
    },
  );

  test("a mandate's debit waits behind the hold without another request, nobody is asked, and goes on with the same key", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("prepare", REVOKED);
    await engine.charge(due.paymentId);
    for (let looks = 0; looks < 3; looks += 1) {
      expect(await payment(db, due.paymentId)).toMatchObject({ state: "scheduled" });
      await engine.jumpToNextLook(due.paymentId);
      await engine.charge(due.paymentId);
    }
    expect(asked(due)).toHaveLength(1);
    expect(await toldTo(db, due.residentId)).not.toContain("needs-confirmation");
    expect(await casesOf(db, due.paymentId)).toEqual([]);
    await releaseHold(db, { scope: "gateway", scopeId: "stripe", releasedBy: "operator", rate: "unlimited" });
    await engine.jumpToNextLook(due.paymentId);
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(new Set(asked(due).map(({ key }) => key))).toEqual(new Set([`${due.paymentId}-pi-1`]));
    expect(bank.takenFor(due.paymentId)).toBe(512_345);
  });
});

describe("the gateway refuses what we ask for", () => {
  test("while a person pays: one request, one case, closed and told that it is our fault", async () => {
    const { db, bank } = engine;
    const mine = await byHand();
    bank.next("prepare", ...Array.from({ length: 60 }, () => NO_CUSTOMER));
    expect(await lookUntilItRests(mine.paymentId, 60)).toBe(1);
    expect(asked(mine)).toHaveLength(1);
    expect(await payment(db, mine.paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
    expect(await casesOf(db, mine.paymentId)).toEqual(["alarm"]);
    expect(await listHolds(db)).toEqual([]);
    expect(await reasonTold(mine.residentId, "failed")).toBe("our-fault");
    expect(await findPayment(db, mine), "and the page says so").toMatchObject({ unprepared: "our-fault" });
  });

  test("a mandate's debit asks its payer, once; another card has another object and is charged", async () => {
    const { db, bank } = engine;
    const due = await engine.due(await engine.payer(undefined, 2));
    bank.next("prepare", NO_CUSTOMER);
    expect(await lookUntilItRests(due.paymentId, 60)).toBe(1);
    expect(await payment(db, due.paymentId)).toMatchObject({ state: "needs-payer", need: "confirm-again" });
    expect(await casesOf(db, due.paymentId)).toEqual(["alarm"]);
    expect(await reasonTold(due.residentId, "needs-confirmation")).toBe("our-fault");
    const methodId = due.methods[1] ?? "";
    await confirmPayment(db, { paymentId: due.paymentId, residentId: due.residentId, methodId });
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(asked(due).map(({ key }) => key)).toEqual([`${due.paymentId}-pi-1`, `${due.paymentId}-pi-2`]);
    expect(await preparedOf(db, due.paymentId)).toMatchObject([{ state: "voided" }, { state: "used" }]);
  });

  test("before a second try: its object stays the payment's, and no other one is made behind it", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("confirm", { declined: "insufficient_funds" });
    await engine.charge(due.paymentId);
    await sql`update payments set next_look_at = business_now() where id = ${due.paymentId}`.execute(db);
    bank.next("read", NO_CUSTOMER);
    await engine.charge(due.paymentId);
    expect(await payment(db, due.paymentId)).toMatchObject({ state: "needs-payer", need: "confirm-again" });
    expect(await casesOf(db, due.paymentId)).toEqual(["alarm"]);
    const { paymentId, residentId, methodId } = due;
    await confirmPayment(db, { paymentId, residentId, methodId });
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(bank.intentsOf(due.paymentId)).toHaveLength(1);
  });
});

describe("nobody answers", () => {
  test("a person's payment: the same key each time, four looks over all rounds, then closed and told", async () => {
    const { db, bank } = engine;
    const mine = await byHand();
    bank.next("prepare", ...Array.from({ length: 60 }, () => "never-arrives" as const));
    expect(await lookUntilItRests(mine.paymentId, 60)).toBe(4);
    expect(new Set(asked(mine).map(({ key }) => key))).toEqual(new Set([`${mine.paymentId}-pi-1`]));
    expect(await payment(db, mine.paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
    expect(await reasonTold(mine.residentId, "failed")).toBe("not-sent");
  });

  test("counted over the payment: objects that are closed again and again give no new patience", async () => {
    const { db, bank } = engine;
    const mine = await byHand();
    let looks = 0;
    for (; looks < 60 && (await payment(db, mine.paymentId)).state === "scheduled"; looks += 1) {
      bank.next("prepare", "never-arrives");
      await engine.charge(mine.paymentId);
      await sql`update prepared_objects set state = 'voided' where payment_id = ${mine.paymentId}`.execute(
        db,
      );
      await engine.jumpToNextLook(mine.paymentId);
    }
    expect(looks).toBe(4);
  });
});

describe("what has grown too old is not prepared", () => {
  test("an instruction of more than an hour ago: a person's payment closes, without a request", async () => {
    const { db } = engine;
    const mine = await byHand();
    await engine.jump({ minutes: 61 });
    expect(await engine.charge(mine.paymentId)).toBeNull();
    expect(asked(mine)).toEqual([]);
    expect(await payment(db, mine.paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
    expect(await toldTo(db, mine.residentId)).toContain("failed");
  });

  test("a mandate's debit past its last safe instant: asked, with a day to decide, without a request", async () => {
    const { db } = engine;
    const due = await engine.due();
    await sql`update payments set give_up_at = business_now() - interval '1 minute' where id = ${due.paymentId}`.execute(
      db,
    );
    expect(await engine.charge(due.paymentId)).toBeNull();
    expect(asked(due)).toEqual([]);
    const { state, need, give_up_at, changed_at } = await payment(db, due.paymentId);
    expect({ state, need }).toEqual({ state: "needs-payer", need: "late-bill" });
    expect(Date.parse(give_up_at) - Date.parse(changed_at)).toBeGreaterThan(24 * 3_600_000 - 1_000);
  });
});
