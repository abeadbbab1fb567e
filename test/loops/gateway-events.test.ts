import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { keepNudge } from "../../db/queries/nudges.ts";
import { leaseNudges } from "../../db/queries/sweeping.ts";
import { startGatewayEvents } from "../../loops/gateway-events.ts";
import type { Loop } from "../../loops/loop.ts";
import { askGate, makeDue, type MoneyCore, openMoneyCore, record, seen } from "../db/support/money-core.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { casesOf, makeMethod, makeResident } from "../support/rows.ts";
import { until } from "../support/until.ts";

let core: MoneyCore;
let loop: Loop | undefined;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterEach(() => loop?.stop());
afterAll(() => core.close());

type Told = Parameters<typeof keepNudge>[1];
const tell = (change: Partial<Told>) =>
  keepNudge(core.db, {
    gateway: "yookassa",
    event: "e",
    eventId: null,
    subject: "binding",
    objectId: "",
    chargeId: null,
    ...change,
  });

function start(change: Partial<Parameters<typeof startGatewayEvents>[0]> = {}) {
  const refreshed: string[] = [];
  loop = startGatewayEvents({
    db: core.db,
    lookAtMethod: async ({ methodId }) => refreshed.push(methodId),
    lookAtRefund: async () => false,
    log: recordingLog(),
    ...change,
  });
  return refreshed;
}

const isDone = async (name: string) => {
  const { rows } = await sql`
    select 1 from gateway_nudges where coalesce(object_key, object_id) = ${name} and done_at is not null`.execute(
    core.db,
  );
  return rows.length > 0;
};

/** A method of somebody, known to the gateway's news by this key. */
async function methodOf(key: string): Promise<string> {
  const residentId = await makeResident(core.db);
  const methodId = await makeMethod(core, { residentId, token: "t" });
  await sql`update methods set gateway_key = ${key} where id = ${methodId}`.execute(core.db);
  return methodId;
}

const dueNow = (key: string) =>
  sql`update gateway_nudges set not_before = clock_timestamp() where object_key = ${key}`.execute(core.db);

test("news of a binding has it looked up, for the person whose it is; a payer need not come back from the bank", async () => {
  const methodId = await methodOf("pm-1");
  await tell({ objectKey: "pm-1" });
  const refreshed = start();
  await until(() => isDone("pm-1"));
  expect(refreshed).toEqual([methodId]);
});

test("when the gateway cannot be asked now, the news stays and is followed later", async () => {
  await methodOf("pm-2");
  await tell({ objectKey: "pm-2" });
  let asked = 0;
  start({
    lookAtMethod: async () => {
      asked += 1;
      if (asked === 1) throw new Error("the gateway is away");
    },
  });
  await until(() => asked === 1);
  expect(await isDone("pm-2")).toBe(false);
  await dueNow("pm-2");
  loop?.ring();
  await until(() => isDone("pm-2"));
});

test("what could not be followed for most of a day is a case, and is not asked for again", async () => {
  const methodId = await methodOf("pm-lost");
  await tell({ objectKey: "pm-lost", permissionId: "mandate-1" });
  await sql`update gateway_nudges set attempts = 19 where object_key = 'pm-lost'`.execute(core.db);
  const asked: unknown[] = [];
  start({
    lookAtMethod: async (news) => {
      asked.push(news);
      throw new Error("the gateway is away");
    },
  });
  await until(() => isDone("pm-lost"));
  expect(asked).toMatchObject([{ methodId, permissionId: "mandate-1" }]);
  expect(await casesOf(core.db, methodId)).toEqual(["news-unfollowed"]);
});

test("a binding whose row does not know its object yet is asked for again before it counts as a stranger's", async () => {
  await tell({ objectKey: "pm-3" });
  const refreshed = start();
  await until(async () => {
    const { rows } =
      await sql`select 1 from gateway_nudges where object_key = 'pm-3' and attempts = 1`.execute(core.db);
    return rows.length === 1;
  });
  const methodId = await methodOf("pm-3");
  await dueNow("pm-3");
  loop?.ring();
  await until(() => isDone("pm-3"));
  expect(refreshed).toEqual([methodId]);
});

test("a dispute, and a refund that nobody here made, are cases for a person; a refund of ours is looked at", async () => {
  await tell({ subject: "dispute", objectId: "dp-1", event: "charge.dispute.created" });
  await tell({ subject: "refund", objectId: "re-ours", event: "refund.succeeded" });
  await tell({ subject: "refund", objectId: "re-strange", event: "refund.succeeded" });
  start({ lookAtRefund: async ({ objectId }) => objectId === "re-ours" });
  for (const id of ["dp-1", "re-ours", "re-strange"]) await until(() => isDone(id));
  expect(await casesOf(core.db, "yookassa/dp-1")).toEqual(["dispute"]);
  expect(await casesOf(core.db, "yookassa/re-strange")).toEqual(["refund-at-gateway"]);
  expect(await casesOf(core.db, "yookassa/re-ours")).toEqual([]);
});

test("news of a charge is the nudger's: it rings the payment whose charge is undecided", async () => {
  const due = await makeDue(core);
  await askGate(core.db, due.paymentId);
  await record(core.db, due.chargeId, { ...seen.pending(), objectId: "object-1" });
  await tell({ subject: "charge", objectId: "object-1", event: "payment.succeeded" });
  const [nudge] = (await leaseNudges(core.db)).filter(({ objectId }) => objectId === "object-1");
  expect(nudge).toMatchObject({ paymentId: due.paymentId, unwatchedChargeId: null });
});
