import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { judgeProbes, listCircuits, noteGateway } from "../../db/queries/circuits.ts";
import { readHealth } from "../../db/queries/health.ts";
import { casesOf, charge, payment, payNow } from "../support/rows.ts";
import {
  askGate,
  askReplay,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { atOnce, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
beforeEach(async () => {
  await sql`delete from gateway_circuits`.execute(core.db);
  await sql`update cases set closed_at = business_now() where kind = 'circuit-open' and closed_at is null`.execute(
    core.db,
  );
});
afterAll(() => core.close());

const limits = { failures: 5, windowSeconds: 60, pauseSeconds: 20 };
const note = (failed: number, answered = 0) =>
  noteGateway(core.db, { gateway: "yookassa", failed, answered, ...limits });
const stateNow = async () => (await listCircuits(core.db))[0]?.state ?? "closed";
const pauseOver = () => sql`update gateway_circuits set probe_at = clock_timestamp()`.execute(core.db);

describe("when it opens", () => {
  test("at five failures within a minute that are at least half of all, and a person is told", async () => {
    expect(await note(4)).toBe("closed");
    expect(await note(1)).toBe("open");
    expect(await casesOf(core.db, "yookassa")).toEqual(["circuit-open"]);
  });

  test("not while most are answered, and not for old failures", async () => {
    await note(0, 40);
    expect(await note(20)).toBe("closed");
    await sql`update gateway_circuits set window_from = clock_timestamp() - interval '61 seconds'`.execute(
      core.db,
    );
    expect(await note(4)).toBe("closed");
  });

  test("counted over all workers, in whatever order they tell: exactly once", async () => {
    await race("counts", async (random) => {
      await sql`delete from gateway_circuits`.execute(core.db);
      const opened = await atOnce(
        core.db,
        random,
        Array.from({ length: 8 }, () => () => note(1)),
      );
      expect(opened.filter((state) => state === "open")).toHaveLength(4);
    });
  });
});

describe("while it is open", () => {
  test("a mandate's charge waits as scheduled, its notice and claim untouched, and goes out when it has closed", async () => {
    const due = await makeDue(core);
    await note(5);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({
      verdict: "not-now",
      check: "hours",
      reason: "gateway-unavailable",
    });
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "scheduled", tries: 0 });
    await sql`select close_circuit('yookassa', 'test')`.execute(core.db);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("after the pause one charge goes as a probe, and only one", async () => {
    const [first, second] = [await makeDue(core), await makeDue(core)];
    await note(5);
    await pauseOver();
    const verdicts = await Promise.all([first, second].map((due) => askGate(core.db, due.paymentId)));
    expect(verdicts.map(({ verdict }) => verdict).toSorted()).toEqual(["not-now", "passed"]);
  });

  test("a probe that is answered closes it, whatever the answer; its case is closed with it", async () => {
    const due = await makeDue(core);
    await note(5);
    await pauseOver();
    await askGate(core.db, due.paymentId);
    expect(await judgeProbes(core.db)).toBe(1);
    await record(core.db, due.chargeId, seen.declined());
    expect(await judgeProbes(core.db)).toBe(0);
    expect(await stateNow()).toBe("closed");
    expect(await casesOf(core.db, "yookassa")).toEqual([]);
  });

  test("a probe without an answer leaves it open until the next one", async () => {
    const [first, second] = [await makeDue(core), await makeDue(core)];
    await note(5);
    await pauseOver();
    await askGate(core.db, first.paymentId);
    await record(core.db, first.chargeId, seen.unanswered());
    expect(await judgeProbes(core.db)).toBe(1);
    expect(await askGate(core.db, second.paymentId)).toMatchObject({ verdict: "not-now" });
    await pauseOver();
    expect(await askGate(core.db, second.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("replays of what was sent are never stopped", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.unanswered());
    await note(5);
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "passed" });
    expect(await charge(core.db, due.chargeId)).toMatchObject({ transmissions: 2 });
  });

  test("a payer who waits may be the probe at once; the next one is told that the bank does not answer, and parks on nothing", async () => {
    const [first, second] = [await makeDue(core), await makeDue(core)];
    await note(5);
    const paid = await payNow(core.db, { billId: first.billId, residentId: first.residentId });
    expect(await askGate(core.db, String(paid.paymentId))).toMatchObject({ verdict: "passed" });
    const refused = await payNow(core.db, { billId: second.billId, residentId: second.residentId });
    expect(await askGate(core.db, String(refused.paymentId))).toMatchObject({
      verdict: "ended",
      outcome: "gave-up",
    });
    expect(await payment(core.db, String(refused.paymentId))).toMatchObject({
      state: "closed",
      remark: "gateway-unavailable",
    });
  });

  test("a gate that refuses for another reason takes no probe", async () => {
    const due = await makeDue(core);
    await note(5);
    await pauseOver();
    await sql`insert into holds (scope, scope_id, reason, placed_by) values ('gateway', 'yookassa', 'test', 'test')`.execute(
      core.db,
    );
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "not-now", check: "holds" });
    await sql`delete from holds`.execute(core.db);
    expect(await stateNow()).toBe("half-open");
  });

  test("health is degraded and names the gateway", async () => {
    await note(5);
    expect((await readHealth(core.db)).circuits).toMatchObject([{ gateway: "yookassa", state: "open" }]);
  });
});

test("one that opens again soon waits twice as long", async () => {
  const pause = async () => {
    const { rows } = await sql<{ pause: number }>`
      select round(extract(epoch from probe_at - opened_at))::int as pause from gateway_circuits`.execute(
      core.db,
    );
    return rows[0]?.pause;
  };
  await note(5);
  expect(await pause()).toBe(20);
  await sql`select close_circuit('yookassa', 'test')`.execute(core.db);
  await note(5);
  expect(await pause()).toBe(40);
});
