import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { recordEvidence } from "../../db/queries/charging.ts";
import { pruneOldWork } from "../../db/queries/outbox.ts";
import { readTimeline } from "../../db/queries/payment-record.ts";
import { withdrawMethod } from "../../db/queries/withdrawals.ts";
import { charge } from "../support/rows.ts";
import {
  askGate,
  askPayer,
  type Due,
  jump,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
  setClock,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());
beforeEach(() => setClock(core.db, "2026-11-02T09:00:00Z"));

const APPEND_ONLY = { code: "23001" };
const raw = Buffer.from("a raw answer");

async function sent(): Promise<Due> {
  const due = await makeDue(core);
  expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  return due;
}

async function decided(): Promise<Due> {
  const due = await sent();
  await recordEvidence(core.db, {
    chargeId: due.chargeId,
    evidence: seen.declined(),
    plan: askPayer,
    nextLookSeconds: 0,
    raw,
  });
  return due;
}

async function bytesOf({ chargeId }: Due) {
  const { request, request_hash } = await charge(core.db, chargeId);
  return { request: request?.toString() ?? null, hash: request_hash };
}

const kept = { request: "the exact bytes", hash: "hash of the bytes" };
const gone = { request: null, hash: "hash of the bytes" };

async function rawOf({ chargeId }: Due): Promise<string | null> {
  const row = await core.db
    .selectFrom("evidence")
    .select("raw")
    .where("charge_id", "=", chargeId)
    .executeTakeFirstOrThrow();
  return row.raw?.toString() ?? null;
}

describe("request bytes", () => {
  test("are kept thirty days after the decision, then only their hash", async () => {
    const due = await decided();
    await jump(core.db, "29 days");
    await pruneOldWork(core.db);
    expect(await bytesOf(due)).toEqual(kept);
    await jump(core.db, "2 days");
    await pruneOldWork(core.db);
    expect(await bytesOf(due)).toEqual(gone);
  });

  test("of a charge that nobody has decided stay, however old: only they can be sent again", async () => {
    const due = await sent();
    await record(core.db, due.chargeId, seen.unanswered());
    await jump(core.db, "400 days");
    await pruneOldWork(core.db);
    expect(await bytesOf(due)).toEqual(kept);
  });

  test("go at once with the method that they name", async () => {
    const due = await decided();
    await withdrawMethod(core.db, due);
    expect(await bytesOf(due)).toEqual(gone);
  });

  test("of a charge under way outlive its method's withdrawal, and go with the decision", async () => {
    const due = await sent();
    await withdrawMethod(core.db, due);
    expect(await bytesOf(due)).toEqual(kept);
    await record(core.db, due.chargeId, seen.charged());
    expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "charged" });
    expect(await bytesOf(due)).toEqual(gone);
  });

  test("that somebody held at the moment of the withdrawal go with the next pruning", async () => {
    const due = await decided();
    await core.db.transaction().execute(async (holding) => {
      await sql`select 1 from charges where id = ${due.chargeId} for update`.execute(holding);
      await withdrawMethod(core.db, due);
    });
    expect(await bytesOf(due)).toEqual(kept);
    await pruneOldWork(core.db);
    expect(await bytesOf(due)).toEqual(gone);
  });

  test("of a refund go thirty days after it is done, and with the method of its charge", async () => {
    const old = await refunded();
    const withdrawn = await refunded();
    const fresh = await refunded();
    await withdrawMethod(core.db, withdrawn);
    expect(await Promise.all([old, withdrawn, fresh].map(refundBytes))).toEqual(["bytes", null, "bytes"]);
    await sql`update refunds set decided_at = business_now() - interval '31 days' where payment_id = ${old.paymentId}`.execute(
      core.db,
    );
    await pruneOldWork(core.db);
    expect(await Promise.all([old, withdrawn, fresh].map(refundBytes))).toEqual([null, null, "bytes"]);
  });

  async function refunded(): Promise<Due> {
    const due = await sent();
    await record(core.db, due.chargeId, seen.charged(600_000));
    await sql`update refunds set state = 'done', first_sent_at = business_now(), decided_at = business_now(), request = 'bytes', request_hash = 'hash'
      where charge_id = ${due.chargeId}`.execute(core.db);
    return due;
  }

  async function refundBytes({ chargeId }: Due): Promise<string | null> {
    const row = await core.db
      .selectFrom("refunds")
      .select(["request", "request_hash"])
      .where("charge_id", "=", chargeId)
      .executeTakeFirstOrThrow();
    expect(row.request_hash).toBe("hash");
    return row.request?.toString() ?? null;
  }
});

describe("raw answers", () => {
  test("are cut after 180 days; the evidence stays as it was written", async () => {
    const due = await decided();
    const rows = () =>
      core.db.selectFrom("evidence").selectAll().where("charge_id", "=", due.chargeId).execute();
    const before = await rows();
    await jump(core.db, "179 days");
    await pruneOldWork(core.db);
    expect(await rawOf(due)).toBe(raw.toString());
    await jump(core.db, "2 days");
    await pruneOldWork(core.db);
    expect(await rows()).toEqual(before.map((row) => ({ ...row, raw: null })));
  });

  test.each([
    ["a raw answer that is not old enough", "raw = null", "1 day"],
    ["another raw answer", "raw = 'another'", "200 days"],
    ["something else beside it", "raw = null, moved = not moved", "200 days"],
    ["the hash", "hash = 'another'", "200 days"],
    ["what came later", "how = 'another'", "200 days"],
  ])("nobody rewrites the evidence: %s", async (_, change, age) => {
    const due = await decided();
    await jump(core.db, age);
    const rewriting = sql`update evidence set ${sql.raw(change)} where charge_id = ${due.chargeId}`;
    await expect(rewriting.execute(core.db)).rejects.toMatchObject(APPEND_ONLY);
    // nor does the pruning itself
    const pruning = core.db.transaction().execute(async (transaction) => {
      await sql`set local kvitok.prunes = 'on'`.execute(transaction);
      await rewriting.execute(transaction);
    });
    await expect(pruning).rejects.toMatchObject(APPEND_ONLY);
  });

  test("nobody but the pruning cuts them, not even when they are old enough", async () => {
    const due = await decided();
    await jump(core.db, "200 days");
    const cutting = sql`update evidence set raw = null where charge_id = ${due.chargeId}`;
    await expect(cutting.execute(core.db)).rejects.toMatchObject(APPEND_ONLY);
  });

  test("nobody deletes the evidence, however old", async () => {
    const due = await decided();
    await jump(core.db, "400 days");
    const deleting = sql`delete from evidence where charge_id = ${due.chargeId}`;
    await expect(deleting.execute(core.db)).rejects.toMatchObject(APPEND_ONLY);
  });
});

test("the payer's timeline says that an operator acted, and neither who nor with which document", async () => {
  const due = await decided();
  const audit = (actor: string, action: string, detail: object) =>
    core.db
      .insertInto("audit")
      .values({ actor, action, subject: due.chargeId, detail: JSON.stringify(detail) })
      .execute();
  const secret = { resolution: "KV-RESOLUTION", sha256: "document-hash", proposedBy: "KV-OPERATOR-ONE" };
  await audit("KV-OPERATOR-ONE", "resolution.propose", { ...secret, verdict: "charged" });
  await audit("KV-OPERATOR-TWO", "resolution.confirm", {
    ...secret,
    verdict: "charged",
    amountMinor: 512_345,
  });
  await audit("KV-OPERATOR-TWO", "resolution.of-tomorrow", { ...secret, note: "unlisted" });
  await audit(due.residentId, "payment.other-method", { charge: due.chargeId });
  await audit("engine", "charge.charged", { wanted: true, why: "wanted", stopped: false, inner: "unlisted" });
  const told = await readTimeline(core.db, due.paymentId);
  expect(JSON.stringify(told)).not.toMatch(/KV-OPERATOR|KV-RESOLUTION|document-hash|unlisted/);
  expect(JSON.stringify(told)).not.toContain(due.residentId);
  const detailOf = (what: string) => told.find((row) => row.what === what)?.detail;
  expect(detailOf("resolution.propose")).toEqual({ by: "operator" });
  expect(detailOf("resolution.confirm")).toEqual({
    by: "operator",
    verdict: "charged",
    amountMinor: 512_345,
  });
  expect(detailOf("resolution.of-tomorrow")).toEqual({ by: "operator" });
  expect(detailOf("payment.other-method")).toEqual({ by: "payer", charge: due.chargeId });
  expect(detailOf("charge.charged")).toEqual({ by: "engine", wanted: true, why: "wanted", stopped: false });
});
