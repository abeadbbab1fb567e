import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePayment } from "../../db/queries/looks.ts";
import {
  confirmPayment,
  makePayer,
  makeResident,
  payment,
  payNow,
  planAll,
  pushBill,
  toldTo,
} from "../support/rows.ts";
import {
  askGate,
  askPayer,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { atOnce, pick, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

async function openPayments(billId: string) {
  return core.db
    .selectFrom("payments")
    .select(["id", "state", "resident_id", "route"])
    .where("bill_id", "=", billId)
    .where("state", "in", ["scheduled", "needs-payer", "charging"])
    .execute();
}

async function count(
  table: "claims" | "notices" | "instructions" | "charges",
  paymentIds: readonly string[],
) {
  const living = table === "notices" ? sql`and state <> 'void'` : sql``;
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}
    where payment_id = any(${paymentIds}::text[]) ${living}`.execute(core.db);
  return rows[0]?.n ?? 0;
}

describe("paying by hand", () => {
  test("while the bill is planned: one of both holds the debt, the other has ended or never began", async () => {
    await race("pay now and planner", async (random) => {
      const payer = await makePayer(core);
      const stranger = await makePayer(core);
      const { billId } = await pushBill(core.db, payer);
      const [answer] = await atOnce(core.db, random, [
        () => payNow(core.db, { billId, residentId: stranger.residentId, methodId: stranger.methodId }),
        () => planAll(core.db),
      ] as const);
      await planAll(core.db);
      expect(answer.paymentId, "a planned debit gives way to a person").toBeDefined();
      const open = await openPayments(billId);
      expect(open).toEqual([
        { id: answer.paymentId, state: "scheduled", resident_id: stranger.residentId, route: "manual" },
      ]);
      const freed = sql<{
        n: number;
      }>`select count(*) as n from limit_use l join payments y on y.id = l.payment_id
        where y.bill_id = ${billId} and l.state = 'reserved'`;
      expect((await freed.execute(core.db)).rows[0]?.n).toBe(0);
    });
  });

  test("while the gate of the planned debit passes: taken over before any charge, or refused because of it", async () => {
    await race("pay now and gate", async (random) => {
      const due = await makeDue(core);
      const stranger = await makePayer(core);
      const [answer, gate] = await atOnce(core.db, random, [
        () =>
          payNow(core.db, {
            billId: due.billId,
            residentId: stranger.residentId,
            methodId: stranger.methodId,
          }),
        () => askGate(core.db, due.paymentId),
      ] as const);
      const row = await payment(core.db, due.paymentId);
      if (gate.verdict === "passed") {
        expect(answer).toMatchObject({ refused: "bill-being-paid" });
        expect(row.state).toBe("charging");
      } else {
        expect(answer.paymentId).toBeDefined();
        expect(row).toMatchObject({ state: "closed", outcome: "taken-over" });
      }
      expect(await openPayments(due.billId)).toHaveLength(1);
    });
  });

  test("two people at once: one pays, the other hears that it is being paid", async () => {
    await race("two people", async (random) => {
      const { account } = await makePayer(core);
      const { billId } = await pushBill(core.db, { account });
      const residents = [
        await makeResident(core.db),
        await makeResident(core.db),
        await makeResident(core.db),
      ];
      const answers = await atOnce(
        core.db,
        random,
        residents.map((residentId) => () => payNow(core.db, { billId, residentId })),
      );
      expect(answers.filter(({ paymentId }) => paymentId !== undefined)).toHaveLength(1);
      expect(answers.filter(({ refused }) => refused === "bill-being-paid")).toHaveLength(2);
    });
  });

  test("confirmed on two devices at once, and asked by two workers at once: one instruction, one charge", async () => {
    await race("two devices", async (random) => {
      const due = await makeDue(core);
      await askGate(core.db, due.paymentId);
      await record(core.db, due.chargeId, seen.declined(), askPayer);
      const confirm = () => confirmPayment(core.db, due);
      const answers = await atOnce(core.db, random, [confirm, confirm]);
      expect(answers).toMatchObject([{ state: "scheduled" }, { state: "scheduled" }]);
      expect(await count("instructions", [due.paymentId])).toBe(1);
      const gate = () => askGate(core.db, due.paymentId);
      const gates = await atOnce(core.db, random, [gate, gate, gate]);
      expect(gates.filter(({ verdict }) => verdict === "passed")).toHaveLength(1);
      expect(await count("charges", [due.paymentId])).toBe(2);
    });
  });

  test("confirmed while its deadline closes it: it goes on or it has ended, and then nothing is sent", async () => {
    await race("confirm and deadline", async (random) => {
      const due = await makeDue(core);
      await askGate(core.db, due.paymentId);
      await record(core.db, due.chargeId, seen.declined(), askPayer);
      await atOnce(core.db, random, [
        () => confirmPayment(core.db, due),
        () => closePayment(core.db, { paymentId: due.paymentId, outcome: "gave-up", reason: "deadline" }),
        () => askGate(core.db, due.paymentId),
      ]);
      const { state } = await payment(core.db, due.paymentId);
      const holds = await count("claims", [due.paymentId]);
      expect(holds).toBe(state === "closed" ? 0 : 1);
      expect((await count("charges", [due.paymentId])) - 1).toBe(state === "charging" ? 1 : 0);
    });
  });
});

describe("closing", () => {
  test.each(["stopped", "gave-up"])(
    "%s while the gate passes: closed without a charge, or marked over one",
    async (outcome) => {
      await race(`close ${outcome}`, async (random) => {
        const due = await makeDue(core);
        const close = () => closePayment(core.db, { paymentId: due.paymentId, outcome, reason: "test" });
        const [first, second, gate] = await atOnce(core.db, random, [
          close,
          close,
          () => askGate(core.db, due.paymentId),
        ] as const);
        const row = await payment(core.db, due.paymentId);
        if (gate.verdict === "passed") {
          expect([first, second]).toEqual([false, false]);
          expect(row).toMatchObject({ state: "charging", stop_mark: outcome });
          expect(await count("claims", [due.paymentId])).toBe(1);
        } else {
          expect([first, second].filter(Boolean)).toHaveLength(1);
          expect(row).toMatchObject({ state: "closed", outcome });
          expect(await count("charges", [due.paymentId])).toBe(0);
          expect(await count("claims", [due.paymentId])).toBe(0);
        }
      });
    },
  );
});

describe("evidence", () => {
  const ledger = async ({ paymentId }: Due) => {
    const { rows } = await sql<{ kind: string }>`select kind from ledger_transactions
      where payment_id = ${paymentId} order by kind`.execute(core.db);
    return rows.map(({ kind }) => kind);
  };

  test("the same at once from answer, look-up and list: booked once, told once", async () => {
    await race("same evidence", async (random) => {
      const due = await makeDue(core);
      await askGate(core.db, due.paymentId);
      const said = seen.charged();
      const write = () => record(core.db, due.chargeId, said);
      const answers = await atOnce(core.db, random, [write, write, write]);
      expect(answers.filter(({ moved }) => moved)).toHaveLength(1);
      expect(await ledger(due)).toEqual(["L1"]);
      expect((await toldTo(core.db, due.residentId)).filter((event) => event === "paid")).toHaveLength(1);
    });
  });

  test("of every kind at once: money wins, booked once, whoever came first", async () => {
    await race("different evidence", async (random) => {
      const due = await makeDue(core);
      await askGate(core.db, due.paymentId);
      const others = [seen.declined(), seen.pending(), seen.unanswered(), seen.challenged(), seen.held()];
      await atOnce(core.db, random, [
        () => record(core.db, due.chargeId, seen.charged()),
        () => record(core.db, due.chargeId, pick(random, others)),
        () => record(core.db, due.chargeId, pick(random, others)),
        () => record(core.db, due.chargeId, seen.charged()),
      ]);
      const row = await payment(core.db, due.paymentId);
      expect(row).toMatchObject({ state: "paid", paid_minor: 512_345 });
      expect(await ledger(due)).toEqual(["L1"]);
      const living = await count("notices", [due.paymentId]);
      expect(living, "no further debit stays announced beside a paid one").toBeLessThanOrEqual(1);
    });
  });

  test("money while a stop, a deadline and an annulment arrive: kept or owed back, never both, never neither", async () => {
    await race("money and ends", async (random) => {
      const due = await makeDue(core);
      await askGate(core.db, due.paymentId);
      await atOnce(core.db, random, [
        () => record(core.db, due.chargeId, seen.charged()),
        () => closePayment(core.db, { paymentId: due.paymentId, outcome: "gave-up", reason: "deadline" }),
        () => pushBill(core.db, { account: due.account, version: 2, status: "annulled" }),
        () => planAll(core.db),
      ]);
      const { state } = await payment(core.db, due.paymentId);
      expect(await ledger(due)).toEqual([state === "paid" ? "L1" : "L5"]);
      expect(["paid", "returning"]).toContain(state);
    });
  });
});
