import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepNudge } from "../../db/queries/nudges.ts";
import { resolveCharge } from "../../db/queries/resolutions.ts";
import { readUnwatchedCharge } from "../../db/queries/charging.ts";
import { leaseNudges } from "../../db/queries/sweeping.ts";
import { nudgeGhosts } from "../../db/queries/charge-objects.ts";
import { balanceOf, casesOf, charge, makeResident, payment, payNow } from "../support/rows.ts";
import {
  askGate,
  askPayer,
  jump,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { brokenInvariants } from "./support/money-invariants.ts";

let core: MoneyCore;
let operators: readonly string[];
beforeAll(async () => {
  core = await openMoneyCore(8);
  operators = await Promise.all(Array.from({ length: 4 }, () => makeResident(core.db)));
});
afterAll(() => core.close());

type Verdict = "charged" | "not-charged";

function say(chargeId: string, operator: number, verdict: Verdict, amountMinor = 512_345) {
  const bytes = Buffer.from(verdict);
  const documentId = randomUUID();
  return resolveCharge(core.db, {
    chargeId,
    operatorId: operators[operator] ?? "",
    verdict,
    amountMinor: verdict === "charged" ? amountMinor : null,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    document: {
      documentId,
      mediaType: "text/plain",
      sizeBytes: bytes.length,
      sealed: core.sealer.seal(bytes, documentId),
    },
    plan: verdict === "charged" ? null : askPayer,
  });
}

async function pending() {
  const due = await makeDue(core);
  await askGate(core.db, due.paymentId);
  const own = `obj-${due.chargeId}`;
  await record(core.db, due.chargeId, { ...seen.pending(), objectId: own });
  return { ...due, own };
}

async function decided(amountMinor = 512_345) {
  const due = await pending();
  await say(due.chargeId, 0, "charged", amountMinor);
  await say(due.chargeId, 1, "charged", amountMinor);
  expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "charged" });
  return due;
}

const alarms = async (chargeId: string) =>
  (await casesOf(core.db, chargeId)).filter((kind) => kind !== "undecided-due-soon");

describe("what two operators decided and the gateway then shows", () => {
  test.each(["denied first", "shown first"])("is not taken back by hand any more (%s)", async (order) => {
    const { chargeId, own } = await decided();
    const denial = { ...seen.declined(), objectId: own };
    const success = { ...seen.charged(), objectId: own };
    for (const said of order === "denied first" ? [denial, success] : [success, denial]) {
      await record(core.db, chargeId, said);
    }
    expect(await say(chargeId, 2, "not-charged")).toEqual({
      refused: "charge-not-undecided",
      charge: "charged",
    });
    expect(await alarms(chargeId)).toEqual(order === "denied first" ? [] : ["denied-after-charged"]);
    expect(await readUnwatchedCharge(core.db, chargeId), "nobody has to look any more").toBeUndefined();
  });

  test("a second debit of its debt is not permitted after it was denied and shown", async () => {
    const due = await decided();
    await record(core.db, due.chargeId, { ...seen.declined(), objectId: due.own });
    await record(core.db, due.chargeId, { ...seen.charged(), objectId: due.own });
    await say(due.chargeId, 2, "not-charged");
    await say(due.chargeId, 3, "not-charged");
    const again = await payNow(core.db, {
      billId: due.billId,
      residentId: due.residentId,
      methodId: due.methodId,
    });
    expect(again.paymentId).toBeUndefined();
    expect(await brokenInvariants(core.db)).toEqual([]);
  });

  test("a denial of another object denies nothing", async () => {
    const due = await pending();
    await record(core.db, due.chargeId, { ...seen.declined(), objectId: `other-${due.chargeId}` });
    await say(due.chargeId, 0, "charged");
    await say(due.chargeId, 1, "charged");
    expect(await say(due.chargeId, 2, "not-charged")).toHaveProperty("refused");
  });

  test("money that was taken back by hand and is shown again by an old answer is booked again", async () => {
    const due = await decided();
    await record(core.db, due.chargeId, { ...seen.declined(), objectId: due.own });
    await say(due.chargeId, 2, "not-charged");
    await say(due.chargeId, 3, "not-charged");
    const success = { ...seen.charged(), objectId: due.own };
    // stored while it moved nothing, by whatever this engine did before
    await core.db
      .insertInto("evidence")
      .values({
        charge_id: due.chargeId,
        rank: 1,
        source: "look-up",
        outcome: "charged",
        hash: success.hash,
        facts: "{}",
        moved: false,
      })
      .execute();
    await record(core.db, due.chargeId, success);
    await record(core.db, due.chargeId, success);
    expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "charged", charged_minor: 512_345 });
    expect(await balanceOf(core.db, "biller:gorod-zhkh", due.paymentId)).toBe(-512_345);
    expect(await brokenInvariants(core.db)).toEqual([]);
  });
});

describe("sums", () => {
  test("more than was asked for is not decided by hand", async () => {
    const due = await pending();
    expect(await say(due.chargeId, 0, "charged", 600_000)).toMatchObject({ refused: "amount-above-most" });
  });

  test.each([
    [300_000, 512_345],
    [512_345, 300_000],
  ])("decided %i, shown %i: the books are corrected and a person hears of it", async (said, shown) => {
    const due = await decided(said);
    await record(core.db, due.chargeId, { ...seen.charged(shown), objectId: due.own });
    expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "charged", charged_minor: shown });
    expect(await balanceOf(core.db, "biller:gorod-zhkh", due.paymentId)).toBe(-shown);
    expect(await alarms(due.chargeId)).toEqual(
      shown < 512_345 ? ["amount-differs", "part-paid"] : ["amount-differs"],
    );
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "paid" });
    expect(await brokenInvariants(core.db)).toEqual([]);
  });

  test("money that goes back is corrected with the refund that is owed for it", async () => {
    const due = await pending();
    await core.db.updateTable("bills").set({ state: "annulled" }).where("id", "=", due.billId).execute();
    await say(due.chargeId, 0, "charged", 300_000);
    await say(due.chargeId, 1, "charged", 300_000);
    await record(core.db, due.chargeId, { ...seen.charged(), objectId: due.own });
    const refunds = await core.db
      .selectFrom("refunds")
      .select(["amount_minor", "state"])
      .where("charge_id", "=", due.chargeId)
      .orderBy("amount_minor")
      .execute();
    expect(refunds).toEqual([
      { amount_minor: 300_000, state: "withdrawn" },
      { amount_minor: 512_345, state: "requested" },
    ]);
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "returning" });
    expect(await brokenInvariants(core.db)).toEqual([]);
  });
});

describe("several objects of one charge", () => {
  const named = async (chargeId: string, objectId: string) => {
    await keepNudge(core.db, {
      gateway: "yookassa",
      event: "payment.succeeded",
      eventId: null,
      subject: "charge",
      objectId,
      chargeId,
    });
    return (await leaseNudges(core.db)).find((nudge) => nudge.objectId === objectId);
  };

  test("news of another object is looked at, of a charge that is charged and of one that is awaited", async () => {
    const due = await pending();
    expect(await named(due.chargeId, `early-${due.chargeId}`)).toMatchObject({
      paymentId: null,
      unwatchedChargeId: due.chargeId,
    });
    await record(core.db, due.chargeId, { ...seen.charged(), objectId: due.own });
    const second = `second-${due.chargeId}`;
    expect(await named(due.chargeId, second)).toMatchObject({ unwatchedChargeId: due.chargeId });
    expect(await readUnwatchedCharge(core.db, due.chargeId, second)).toMatchObject({ beside: true });
    expect(await named(due.chargeId, due.own)).toMatchObject({ paymentId: null, unwatchedChargeId: null });
    expect(await readUnwatchedCharge(core.db, due.chargeId, due.own)).toBeUndefined();
  });

  test("each ghost is looked at, and the debt is free when the last of them is final", async () => {
    const due = await pending();
    const other = `other-${due.chargeId}`;
    const tell = (said: ReturnType<typeof seen.pending>, objectId: string) =>
      record(core.db, due.chargeId, { ...said, objectId });
    const ghosts = async () => (await alarms(due.chargeId)).filter((kind) => kind === "ghost").length;
    await tell(seen.declined(), due.own);
    await tell(seen.pending(), due.own);
    await tell(seen.declined(), other);
    expect(await ghosts(), "a look at another object").toBe(1);
    await tell(seen.pending(), other);
    await nudgeGhosts(core.db);
    const looked = (await leaseNudges(core.db)).filter((one) => one.unwatchedChargeId === due.chargeId);
    expect(looked.map(({ objectId }) => objectId).toSorted()).toEqual([due.own, other].toSorted());
    await tell(seen.declined(), due.own);
    expect(await ghosts(), "the other one is unfinished").toBe(1);
    await tell(seen.declined(), other);
    expect(await ghosts()).toBe(0);
  });
});

describe("what the gateway calls there already", () => {
  const alreadyThere = async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.declined("duplicate_transaction"), {
      next: "look-up-first",
      need: "contact-bank",
    });
    await jump(core.db, "11 minutes");
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ reason: "already-there" });
    return due;
  };

  test("is explained by two operators, never by one", async () => {
    const due = await alreadyThere();
    expect(await say(due.chargeId, 0, "charged")).toHaveProperty("refused");
    expect(await say(due.chargeId, 0, "not-charged")).toMatchObject({ state: "proposed" });
    expect(await say(due.chargeId, 0, "not-charged")).toEqual({ refused: "two-operators-needed" });
    expect(await alarms(due.chargeId)).toContain("already-there");
    expect(await say(due.chargeId, 1, "not-charged")).toMatchObject({ state: "confirmed" });
    expect(await alarms(due.chargeId)).not.toContain("already-there");
    expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "not-charged", how: "declined" });
    expect(await say(due.chargeId, 2, "not-charged")).toHaveProperty("refused");
  });

  test("is explained by its money", async () => {
    const due = await alreadyThere();
    await record(core.db, due.chargeId, seen.charged());
    expect(await alarms(due.chargeId)).not.toContain("already-there");
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "paid" });
  });
});
