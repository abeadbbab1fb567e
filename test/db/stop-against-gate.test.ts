import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/database.ts";
import { withdrawMethod } from "../../db/queries/withdrawals.ts";
import { stopMandate } from "../../db/queries/mandates.ts";
import { placeHold, releaseHold } from "../../db/queries/holds.ts";
import { skipPayment } from "../../db/queries/payments.ts";
import { confirmPayment, payment, pushBill } from "../support/rows.ts";
import {
  askGate,
  askPayer,
  askReplay,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { atOnce, inOrder, pick, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

type Stop = (
  db: Database,
  due: Due,
) => Promise<{ readonly inFlight: readonly { readonly charge: string }[] } | null>;

/** The stops of a payer, as the API calls them. */
const stops: Readonly<Record<string, Stop>> = {
  cancel: (db, { mandateId, residentId }) =>
    stopMandate(db, { mandateId, residentId, kind: "cancel", until: null, why: null }),
  pause: (db, { mandateId, residentId }) =>
    stopMandate(db, { mandateId, residentId, kind: "pause", until: null, why: null }),
  skip: (db, { paymentId, residentId }) => skipPayment(db, { paymentId, residentId }),
  withdraw: (db, { methodId, residentId }) => withdrawMethod(db, { methodId, residentId }),
};
const kinds = Object.keys(stops);
const stopNow = (kind: string, db: Database, due: Due) => stops[kind]!(db, due);

async function chargesOf(due: Due): Promise<readonly string[]> {
  const rows = await core.db
    .selectFrom("charges")
    .select("id")
    .where("payment_id", "=", due.paymentId)
    .execute();
  return rows.map(({ id }) => id);
}

const listed = (answer: Awaited<ReturnType<Stop>>) => answer?.inFlight.map(({ charge }) => charge);

describe.each(kinds)("%s and the gate: the one that commits first decides", (kind) => {
  test("the gate first: the charge stands in the stop's answer", async () => {
    const due = await makeDue(core);
    const { first, second } = await inOrder(
      core.db,
      (transaction) => askGate(transaction, due.paymentId),
      () => stopNow(kind, core.db, due),
    );
    expect(first).toMatchObject({ verdict: "passed" });
    expect(listed(second)).toEqual([due.chargeId]);
  });

  test("the stop first: the gate that waited for it lets nothing out", async () => {
    const due = await makeDue(core);
    const { first, second } = await inOrder(
      core.db,
      (transaction) => stopNow(kind, transaction, due),
      () => askGate(core.db, due.paymentId),
    );
    expect(listed(first)).toEqual([]);
    expect(second.verdict).not.toBe("passed");
    expect(await chargesOf(due)).toEqual([]);
  });

  test("the stop first: the same bytes are not sent again", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.unanswered());
    const { first, second } = await inOrder(
      core.db,
      (transaction) => stopNow(kind, transaction, due),
      () => askReplay(core.db, due.chargeId),
    );
    expect(listed(first), "what may have been sent is listed").toEqual([due.chargeId]);
    expect(second).toMatchObject({ verdict: "no-replay" });
  });

  test("the payer had confirmed by hand what the stop then takes back: nothing is sent", async () => {
    const due = await waitingForPayer();
    expect(await confirmPayment(core.db, due)).toMatchObject({ state: "scheduled" });
    const { first, second } = await inOrder(
      core.db,
      (transaction) => stopNow(kind, transaction, due),
      () => askGate(core.db, due.paymentId),
    );
    expect(listed(first)).toEqual([]);
    expect(second.verdict).not.toBe("passed");
    expect(await chargesOf(due)).toEqual([due.chargeId]);
  });

  test("whichever was faster: a charge is in the stop's answer, or there is no charge", async () => {
    await race(kind, async (random) => {
      const due = await makeDue(core);
      const gates = Array.from({ length: pick(random, [1, 2]) }, () => () => askGate(core.db, due.paymentId));
      const [stop, ...answers] = await atOnce(core.db, random, [
        () => stopNow(kind, core.db, due),
        ...gates,
      ] as const);
      expect(listed(stop)).toEqual(await chargesOf(due));
      const passed = answers.filter(({ verdict }) => verdict === "passed");
      expect(passed).toHaveLength((await chargesOf(due)).length);
    });
  });
});

/** A debit that was declined and waits for its payer, with a card chosen by hand. */
async function waitingForPayer(): Promise<Due> {
  const due = await makeDue(core);
  await askGate(core.db, due.paymentId);
  await record(core.db, due.chargeId, seen.declined(), askPayer);
  return due;
}

describe("a stop and the payer's own confirmation", () => {
  test.each(["cancel", "pause"])("after %s nothing waits for a confirmation any more", async (kind) => {
    const due = await waitingForPayer();
    await stopNow(kind, core.db, due);
    expect(await confirmPayment(core.db, due)).toMatchObject({ refused: "payment-not-waiting" });
    expect((await payment(core.db, due.paymentId)).state).toBe("needs-payer");
  });

  test("nor after a skip of this one", async () => {
    const due = await waitingForPayer();
    await stopNow("skip", core.db, due);
    expect(await confirmPayment(core.db, due)).toMatchObject({ refused: "payment-not-waiting" });
  });
});

describe("a hold and the gate", () => {
  const hold = { scope: "biller", scopeId: "gorod-zhkh" } as const;

  test("the gate first: the hold waits until its charge is written, and lists it", async () => {
    const due = await makeDue(core);
    const { first, second } = await inOrder(
      core.db,
      (transaction) => askGate(transaction, due.paymentId),
      () => placeHold(core.db, { ...hold, reason: "test", placedBy: "olga" }),
    );
    expect(first).toMatchObject({ verdict: "passed" });
    expect(
      second.inFlight.map(({ charge }) => charge),
      "and its answer names it",
    ).toContain(due.chargeId);
    await releaseHold(core.db, { ...hold, releasedBy: "olga", rate: "unlimited" });
  });

  test("after the answer of the hold no gate passes, and its list is what had passed", async () => {
    await race("hold", async (random) => {
      const dues = [await makeDue(core), await makeDue(core)];
      const charges = async () => (await Promise.all(dues.map(chargesOf))).flat().toSorted();
      const [whenHeld] = await atOnce(core.db, random, [
        async () => {
          const answer = await placeHold(core.db, { ...hold, reason: "test", placedBy: "olga" });
          const listed = answer.inFlight.filter(({ payment: id }) =>
            dues.some((due) => due.paymentId === id),
          );
          expect(listed.map(({ charge }) => charge).toSorted()).toEqual(await charges());
          return listed.length;
        },
        ...dues.map(
          ({ paymentId }) =>
            () =>
              askGate(core.db, paymentId),
        ),
      ]);
      expect(await charges()).toHaveLength(whenHeld);
      await releaseHold(core.db, { ...hold, releasedBy: "olga", rate: "unlimited" });
    });
  });
});

describe("the bill changes while its gate passes", () => {
  const news = {
    amended: { version: 2, amountMinor: 600_000 },
    annulled: { version: 2, status: "annulled" },
    "paid elsewhere": { version: 2, status: "paid" },
  } as const;

  test.each(Object.keys(news) as readonly (keyof typeof news)[])(
    "%s: a charge exists only if its gate was before the news, and then of the old amount",
    async (kind) => {
      await race(kind, async (random) => {
        const due = await makeDue(core);
        const [gate, push] = await atOnce(core.db, random, [
          () => askGate(core.db, due.paymentId),
          () => pushBill(core.db, { account: due.account, ...news[kind] }),
        ] as const);
        const { rows: charges } = await sql<{ sent: number; before: boolean }>`
          select c.amount_minor as sent, g.business_at <= v.received_at as before
          from charges c join gate_passes g on g.charge_id = c.id, bill_versions v
          where c.payment_id = ${due.paymentId} and v.bill_id = ${due.billId} and v.version = 2`.execute(
          core.db,
        );
        expect(charges).toHaveLength(gate.verdict === "passed" ? 1 : 0);
        if (charges.length > 0) expect(charges).toEqual([{ sent: 512_345, before: true }]);
        // an amendment stops nothing; both others answer with what was under way
        const inFlight = push.stop?.inFlight.map(({ charge }) => charge);
        expect(inFlight).toEqual(
          kind === "amended" ? undefined : gate.verdict === "passed" ? [due.chargeId] : [],
        );
        if (kind === "paid elsewhere") {
          expect(push.result, "our own charge may be what the source shows").toBe(
            gate.verdict === "passed" ? "echo" : "paid-elsewhere",
          );
        }
      });
    },
  );
});
