import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  evolvePayment,
  PAYMENT_EVENTS,
  PAYMENT_STATES,
  type PaymentEvent,
  type PaymentState,
} from "../../domain/payment.ts";
import type { AfterNotCharged } from "../../domain/retry-policy.ts";
import { acceptNotices, confirmPayment, makePayer, payment, payNow, pushBill } from "../support/rows.ts";
import { closePayment } from "../../db/queries/looks.ts";
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

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const retryNow: AfterNotCharged = {
  next: "again",
  rule: { kind: "after-minutes", minutes: 0 },
  need: "confirm-again",
};
const giveUp: AfterNotCharged = { next: "gave-up", why: "nothing left" };

type Situation = Due & { readonly state: PaymentState; readonly stopMark: boolean };

/** A payment in a state, whose first charge ended without money: so that money may be found for it late. */
async function paymentIn(state: PaymentState): Promise<Situation> {
  const { db } = core;
  const due = await makeDue(core);
  await askGate(db, due.paymentId);
  await record(db, due.chargeId, seen.declined(), state === "needs-payer" ? askPayer : retryNow);
  if (state !== "needs-payer") {
    await acceptNotices(db, due.paymentId);
    await goOn(due, state);
  }
  const row = await payment(db, due.paymentId);
  expect(row.state).toBe(state);
  return { ...due, state, stopMark: row.stop_mark !== null };
}

/** From a retry that is due to the states behind it. */
async function goOn(due: Due, state: PaymentState): Promise<void> {
  const { db } = core;
  if (state === "scheduled") return;
  if (state === "closed") {
    await close(due, "stopped");
    return;
  }
  expect(await askGate(db, due.paymentId)).toMatchObject({ verdict: "passed" });
  if (state === "charging") return;
  if (state === "returning") await tellBill(due, { version: 2, status: "annulled" });
  await record(db, `${due.paymentId}-2`, seen.charged());
}

function tellBill(due: Due, news: { readonly version: number; readonly status: "issued" | "annulled" }) {
  return pushBill(core.db, { account: due.account, ...news });
}

function close(due: Due, outcome: string): Promise<boolean> {
  return closePayment(core.db, { paymentId: due.paymentId, outcome, reason: "test" });
}

/** Keeps the gate's answer out of the way of the payments of other tests: each has a biller's row in common. */
async function whileHeld(work: () => Promise<unknown>): Promise<void> {
  const hold = { scope: "biller", scope_id: "gorod-zhkh", reason: "test", placed_by: "test" };
  await core.db.insertInto("holds").values(hold).execute();
  await work();
  await core.db.deleteFrom("holds").where("scope_id", "=", "gorod-zhkh").execute();
}

async function withAnotherPayee(due: Due, work: () => Promise<unknown>): Promise<void> {
  const row = core.db.updateTable("bills").where("id", "=", due.billId);
  await row.set((set) => ({ payee_hash: set.fn("md5", ["payee_hash"]) })).execute();
  await work();
}

const lastCharge = async (due: Due) =>
  core.db
    .selectFrom("charges")
    .select(["id", "state"])
    .where("payment_id", "=", due.paymentId)
    .orderBy("ordinal", "desc")
    .executeTakeFirstOrThrow();

async function endWithoutMoney(due: Due, plan: AfterNotCharged): Promise<void> {
  await record(core.db, (await lastCharge(due)).id, seen.declined(), plan);
}

/** What brings about each event, through the functions that the engine calls. */
const happen: Record<PaymentEvent, (due: Situation) => Promise<unknown>> = {
  "gate-passed": (due) => askGate(core.db, due.paymentId),
  "gate-deferred": (due) => whileHeld(() => askGate(core.db, due.paymentId)),
  "person-needed": (due) => withAnotherPayee(due, () => askGate(core.db, due.paymentId)),
  stopped: (due) => close(due, "stopped"),
  "deadline-passed": (due) => close(due, "gave-up"),
  "taken-over": async ({ billId }) => {
    const { residentId, methodId } = await makePayer(core);
    await payNow(core.db, { billId, residentId, methodId });
  },
  "person-acted": ({ paymentId, residentId }) => confirmPayment(core.db, { paymentId, residentId }),
  "not-charged-again": (due) => endWithoutMoney(due, retryNow),
  "not-charged-ask": (due) => endWithoutMoney(due, askPayer),
  "not-charged-end": (due) => endWithoutMoney(due, giveUp),
  "money-kept": async (due) => {
    if (due.state === "returning") await tellBill(due, { version: 3, status: "issued" });
    await record(core.db, due.state === "charging" ? `${due.paymentId}-2` : due.chargeId, seen.charged());
  },
  "money-not-wanted": async (due) => {
    await tellBill(due, { version: 9, status: "annulled" });
    await record(core.db, due.state === "charging" ? `${due.paymentId}-2` : due.chargeId, seen.charged());
  },
  "refunded-in-full": (due) => close(due, "returned"),
};

const pairs = PAYMENT_STATES.flatMap((state) => PAYMENT_EVENTS.map((event) => ({ state, event })));
/** Nobody brings "refunded in full" to a payment that owes nothing back: closing would be another event. */
const possible = pairs.filter(
  ({ state, event }) =>
    event !== "refunded-in-full" || !["scheduled", "needs-payer", "charging"].includes(state),
);

describe("every event of a payment in every state", () => {
  test.each(possible)(
    "$event of a payment that is $state: the database moves it as the domain says",
    async ({ state, event }) => {
      const due = await paymentIn(state);
      const expected = evolvePayment(due, event);

      await happen[event](due);

      const after = await payment(core.db, due.paymentId);
      expect(after.state).toBe(expected.kind === "moved" ? expected.to : state);
      const charges = await core.db
        .selectFrom("charges")
        .select("id")
        .where("payment_id", "=", due.paymentId)
        .execute();
      const sentOne = event === "gate-passed" && expected.kind === "moved" ? 1 : 0;
      expect(charges, "nothing is sent but by a gate that passed").toHaveLength(
        (["charging", "paid", "returning"].includes(state) ? 2 : 1) + sentOne,
      );
    },
  );
});

describe("a stop or a deadline while a charge is under way (P9, P7)", () => {
  test.each(["stopped", "gave-up"])(
    "%s: marked, and after a charge without money it can only end",
    async (outcome) => {
      const due = await paymentIn("charging");
      expect(await close(due, outcome), "nothing is closed over a charge").toBe(false);
      expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "charging", stop_mark: outcome });
      await endWithoutMoney(due, retryNow);
      expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome });
    },
  );

  test.each([retryNow, askPayer])("whatever was planned next ($next): it is not done", async (plan) => {
    const due = await paymentIn("charging");
    await close(due, "stopped");
    await endWithoutMoney(due, plan);
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
    const living = await core.db
      .selectFrom("notices")
      .select("id")
      .where("payment_id", "=", due.paymentId)
      .where("state", "<>", "void")
      .execute();
    expect(living).toEqual([]);
  });

  test("a stop mark lets no charge out, and a late question ends the payment", async () => {
    const due = await paymentIn("scheduled");
    await core.db
      .updateTable("payments")
      .set({ stop_mark: "stopped" })
      .where("id", "=", due.paymentId)
      .execute();
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "ended", check: "claim" });
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
  });
});
