import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookAtWebhook } from "../../activities/webhooks.ts";
import { beginWebhookAttempt, settleWebhookAttempt } from "../../db/queries/webhook-deliveries.ts";
import { sweep } from "../../loops/sweeper.ts";
import { startOutboxDrainer } from "../../loops/outbox-drainer.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { recordingLog, recordingStarter } from "../support/engine-starter.ts";
import { type EngineTemporal, startEngineTemporal } from "../support/engine-temporal.ts";
import { makeEndpoint, openReceiver, type ReceiverUnderTest } from "../support/webhook-receiver.ts";
import { makePayer, stopMandate } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
let receiver: ReceiverUnderTest;
let temporal: EngineTemporal;
beforeAll(async () => {
  engine = await openEngine();
  receiver = await openReceiver();
  temporal = await startEngineTemporal(engine, new Set([receiver.host]));
});
afterAll(async () => {
  await temporal.close();
  await receiver.close();
  await engine.close();
});

async function deliveries(endpointId: string) {
  return engine.db
    .selectFrom("webhook_deliveries")
    .select(["state", "waits_for_turn"])
    .where("endpoint_id", "=", endpointId)
    .execute();
}

const stateOf = async (endpointId: string) => (await deliveries(endpointId)).map(({ state }) => state);

/** Turns at an endpoint that are taken now. */
async function turnsAt(endpointId: string): Promise<number> {
  const { rows } = await sql<{ taken: number }>`
    select webhook_turns_at_once() - free_webhook_turns(${endpointId}) as taken`.execute(engine.db);
  return rows[0]?.taken ?? 0;
}

/** Objects that wait for their turn at an endpoint. */
async function waitingAt(endpointId: string): Promise<number> {
  return (await deliveries(endpointId)).filter((one) => one.waits_for_turn).length;
}

test("one hangs with sixty objects: another integrator's event comes at once; the sixty come when it is back", async () => {
  const log = recordingLog();
  const drainer = startOutboxDrainer({ db: engine.db, starter: temporal.starter, log, gatherMs: 0 });
  const kind = ["mandate.created"];
  const hanging = await makeEndpoint(engine, receiver, { name: "hanging", types: kind });
  await receiver.arm({ kind: "hang", times: 1_000_000, about: "mandate.created" });
  await Promise.all(Array.from({ length: 60 }, () => makePayer(engine)));
  await until(async () => (await waitingAt(hanging)) > 40);
  const prompt = await makeEndpoint(engine, receiver, { name: "prompt", types: ["mandate.paused"] });
  const { mandateId } = await makePayer(engine);
  await stopMandate(engine.db, { mandateId, kind: "pause" });
  await until(async () => (await stateOf(prompt))[0] === "delivered");
  // the sixty stand in line before their own endpoint, not before the workers
  expect(await waitingAt(hanging)).toBeGreaterThan(20);
  expect(await turnsAt(hanging)).toBeLessThanOrEqual(16);
  await receiver.disarm();
  await sql`update sandbox_clock set business_anchor = business_now(), real_anchor = clock_timestamp(), scale = 600`.execute(
    engine.db,
  );
  await until(async () => (await stateOf(hanging)).every((state) => state === "delivered"), 60);
  expect(await receiver.events("hanging")).toHaveLength(61);
  await drainer.stop();
});

test("however many look at once, sixteen have a turn; each try that ends hands its turn to the oldest that waits", async () => {
  const endpoint = await makeEndpoint(engine, receiver, { name: "turns", types: [] });
  const objects = Array.from({ length: 40 }, (_, place) => `KV-TEST-TURN-${1_000 + place}`);
  for (const object of objects)
    await sql`select webhook_happened('webhook.test', 'endpoint', ${object}, null, '{}')`.execute(engine.db);
  const look = (objectId: string) => lookAtWebhook(engine.db, { endpointId: endpoint, objectId });
  const orders = await Promise.all(objects.map(look));
  const begun = orders.flatMap((one) => (one.do === "deliver" ? [one] : []));
  expect(begun).toHaveLength(16);
  const waiting = objects.filter((_, place) => orders[place]?.do === "wait");
  for (const [place, { deliveryId, attempt }] of begun.slice(0, 2).entries()) {
    expect(await beginWebhookAttempt(engine.db, { deliveryId, attempt })).not.toBeNull();
    const end = { deliveryId, attempt, end: "delivered", status: 200, error: null } as const;
    await settleWebhookAttempt(engine.db, end);
    const { rows } = await sql<{ rung: string }>`
      select subject_id as rung from outbox where done_at is null and subject_id like ${`${endpoint}/%`} order by id desc limit 1`.execute(
      engine.db,
    );
    expect(rows[0]?.rung).toBe(`${endpoint}/${waiting[place]}`);
    expect(await look(waiting[place] ?? "")).toMatchObject({ do: "deliver" });
  }
  expect(await look(waiting[2] ?? "")).toMatchObject({ do: "wait" });
  expect(await turnsAt(endpoint)).toBe(16);
  // nobody is left to hand on: every turn's time has passed, and the sweep rings the one that has waited longest
  await sql`update webhook_deliveries set turn_until = clock_timestamp() where endpoint_id = ${endpoint}`.execute(
    engine.db,
  );
  const [late] = begun.slice(2);
  expect(await beginWebhookAttempt(engine.db, late ?? { deliveryId: "", attempt: 1 })).toBeNull();
  const starter = recordingStarter();
  await sweep({ db: engine.db, starter, log: recordingLog() }, 0);
  const rung = starter.calls.filter((call) => waiting.slice(2).some((id) => call.endsWith(id)));
  expect(rung).toEqual([`ring-webhook/${endpoint}/${waiting[2]}`]);
});
