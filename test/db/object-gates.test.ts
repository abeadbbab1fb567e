import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginPreparation, notePrepared, passObjectGate } from "../../db/queries/charge-objects.ts";
import { closePayment } from "../../db/queries/looks.ts";
import { readStoppedPayments } from "../../db/queries/sweeping.ts";
import {
  casesOf,
  charge,
  confirmPayment,
  makeMethod,
  payment,
  skipPayment,
  stopMandate,
} from "../support/rows.ts";
import {
  askGate,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { brokenInvariants } from "./support/money-invariants.ts";
import { atOnce, inOrder, pick, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(async () => {
  expect(await brokenInvariants(core.db)).toEqual([]);
  await core.close();
});

/** A charge whose money the gateway holds. */
async function held(): Promise<Due> {
  const due = await makeDue(core);
  await askGate(core.db, due.paymentId);
  await record(core.db, due.chargeId, { ...seen.held(), objectId: `object of ${due.chargeId}` });
  return due;
}

/** A charge that waits for its payer where the gateway can end it. */
async function challenged(): Promise<Due> {
  const due = await makeDue(core);
  await askGate(core.db, due.paymentId, { canVoid: true, confirmMinutes: 60 });
  await record(core.db, due.chargeId, seen.challenged());
  return due;
}

function ask(chargeId: string, kind: "capture" | "void", db = core.db) {
  return passObjectGate(db, {
    chargeId,
    kind,
    why: kind === "void" ? "stopped" : null,
    gateway: "yookassa",
    merchantAccount: "shop-1",
  });
}

describe("held money against a stop", () => {
  test("the stop first: the capture that waited for it is not wanted any more, the void passes", async () => {
    const due = await held();
    const { second } = await inOrder(
      core.db,
      (transaction) => stopMandate(transaction, { mandateId: due.mandateId, kind: "cancel" }),
      () => ask(due.chargeId, "capture"),
    );
    expect(second).toMatchObject({ verdict: "unwanted", reason: "stopped" });
    expect(await ask(due.chargeId, "void")).toMatchObject({ verdict: "passed", transmission: 1 });
  });

  test("whichever was faster: a capture that passed is in the stop's answer; after the stop none passes", async () => {
    await race("capture against stop", async (random) => {
      const due = await held();
      const kind = pick(random, ["cancel", "pause"] as const);
      const [stop, capture] = await atOnce(core.db, random, [
        () => stopMandate(core.db, { mandateId: due.mandateId, kind }),
        () => ask(due.chargeId, "capture"),
      ] as const);
      expect(stop.inFlight).toMatchObject([{ payment: due.paymentId, state: "held" }]);
      expect(["passed", "unwanted"]).toContain(capture.verdict);
      expect(await ask(due.chargeId, "capture")).toMatchObject({ verdict: "unwanted" });
    });
  });

  test("after a void was asked for nothing is captured, although the payment would want it", async () => {
    const due = await held();
    expect(await ask(due.chargeId, "void")).toMatchObject({ verdict: "passed", voidWhy: "stopped" });
    expect(await ask(due.chargeId, "capture")).toMatchObject({ verdict: "unwanted", reason: "voided" });
  });

  test.each(["charged", "not-charged"] as const)("%s: neither is asked for again", async (outcome) => {
    const due = await held();
    await record(core.db, due.chargeId, outcome === "charged" ? seen.charged() : seen.declined());
    for (const kind of ["capture", "void"] as const) {
      expect((await ask(due.chargeId, kind)).verdict).toBe("again");
    }
  });

  test("another merchant account, another gateway, no object: no permission", async () => {
    const due = await held();
    const request = { chargeId: due.chargeId, kind: "void", why: "stopped" } as const;
    const strange = [
      { gateway: "yookassa", merchantAccount: "shop-2" },
      { gateway: "stripe", merchantAccount: "shop-1" },
    ];
    for (const where of strange) {
      expect((await passObjectGate(core.db, { ...request, ...where })).verdict).toBe("again");
    }
    const unknown = await makeDue(core);
    await askGate(core.db, unknown.paymentId);
    await record(core.db, unknown.chargeId, seen.unanswered());
    expect((await ask(unknown.chargeId, "void")).verdict).toBe("again");
  });
});

describe("everything about one challenge at once", () => {
  test("stop, skip, another method, void and evidence in any order: one outcome, no deadlock, nothing left half done", async () => {
    await race("challenge", async (random) => {
      const due = await challenged();
      const other = await makeMethod(core, { residentId: due.residentId, token: "another token" });
      const outcome = pick(random, [seen.charged(), seen.declined()]);
      const works = [
        () => stopMandate(core.db, { mandateId: due.mandateId, kind: "cancel" }),
        () => skipPayment(core.db, due.paymentId, due.residentId),
        () => confirmPayment(core.db, { ...due, methodId: other }),
        () => ask(due.chargeId, "void"),
        () => record(core.db, due.chargeId, outcome),
      ];
      await atOnce(
        core.db,
        random,
        works.toSorted(() => random() - 0.5),
      );
      await record(core.db, due.chargeId, outcome);
      for (const { paymentId, outcome: ends } of await readStoppedPayments(core.db)) {
        await closePayment(core.db, { paymentId, outcome: ends, reason: "stopped" });
      }
      const { state } = await charge(core.db, due.chargeId);
      expect(state).toBe(outcome.outcome);
      expect((await payment(core.db, due.paymentId)).state).toBe(state === "charged" ? "paid" : "closed");
    });
  });
});

describe("a prepared object", () => {
  const gateway = { gateway: "yookassa", merchantAccount: "shop-1" };

  const begun = (paymentId: string) =>
    beginPreparation(core.db, {
      paymentId,
      chargeId: `${paymentId}-1`,
      initiatedBy: "mit",
      instructionId: null,
      ...gateway,
    });

  async function prepared(due: Due, objectId: string) {
    const row = await begun(due.paymentId);
    if (row === null) throw new Error("the payment wants no charge");
    const about = { paymentId: due.paymentId, round: row.round };
    await notePrepared(core.db, { ...about, objectId, attemptBefore: null, closed: false });
    return { ...row, objectId };
  }

  test("two gates with one object: one charge", async () => {
    await race("two gates, one object", async (random) => {
      const due = await makeDue(core);
      const { round, objectId } = await prepared(due, `pi of ${due.paymentId}`);
      const gate = () =>
        askGate(core.db, due.paymentId, {
          prepares: true,
          preparedRound: round,
          objectId,
          attemptBefore: null,
        });
      const answers = await atOnce(core.db, random, [gate, gate, gate]);
      expect(answers.filter(({ verdict }) => verdict === "passed")).toHaveLength(1);
    });
  });

  test("two preparations at once: one round", async () => {
    await race("two preparations", async (random) => {
      const due = await makeDue(core);
      const begin = () => begun(due.paymentId);
      const rows = await atOnce(core.db, random, [begin, begin, begin]);
      expect(rows.map((row) => row?.round)).toEqual([1, 1, 1]);
    });
  });

  test("closed, of another amount, not the one of the row, or none at all: the gate permits nothing", async () => {
    const due = await makeDue(core);
    const { round, objectId } = await prepared(due, `pi of ${due.paymentId}`);
    const asked = { prepares: true, preparedRound: round, objectId };
    expect((await askGate(core.db, due.paymentId, { prepares: true })).verdict).toBe("again");
    expect((await askGate(core.db, due.paymentId, { ...asked, objectId: "another" })).verdict).toBe("again");
    expect((await askGate(core.db, due.paymentId, { ...asked, preparedRound: 2 })).verdict).toBe("again");
    await core.db
      .updateTable("prepared_objects")
      .set({ amount_minor: 1 })
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect((await askGate(core.db, due.paymentId, asked)).verdict).toBe("again");
    const next = await prepared(due, `another pi of ${due.paymentId}`);
    expect(next.round).toBe(2);
    expect(
      await askGate(core.db, due.paymentId, { ...asked, preparedRound: 2, objectId: next.objectId }),
    ).toMatchObject({ verdict: "passed" });
  });

  test("its money is told to the newest charge on it only: an older one books nothing", async () => {
    const due = await makeDue(core);
    const { round, objectId } = await prepared(due, `pi of ${due.paymentId}`);
    const asked = { prepares: true, preparedRound: round, objectId };
    await askGate(core.db, due.paymentId, asked);
    await record(core.db, due.chargeId, { ...seen.declined(), objectId });
    const own = { paymentId: due.paymentId, residentId: due.residentId, methodId: due.methodId };
    await confirmPayment(core.db, own);
    await askGate(core.db, due.paymentId, asked);
    await record(core.db, `${due.paymentId}-2`, { ...seen.charged(), objectId });
    expect(await record(core.db, due.chargeId, { ...seen.charged(), objectId })).toMatchObject({
      moved: false,
    });
    expect((await charge(core.db, due.chargeId)).state).toBe("not-charged");
    expect(await casesOf(core.db, due.chargeId)).toEqual([]);
  });
});
