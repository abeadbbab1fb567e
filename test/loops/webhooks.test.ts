import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { sweep } from "../../loops/sweeper.ts";
import { startOutboxDrainer } from "../../loops/outbox-drainer.ts";
import { webhookWorkflowId } from "../../workflows/messages.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { recordingLog, recordingStarter } from "../support/engine-starter.ts";
import { type EngineTemporal, startEngineTemporal } from "../support/engine-temporal.ts";
import {
  makeEndpoint,
  openReceiver,
  type ReceiverUnderTest,
  testSecret,
} from "../support/webhook-receiver.ts";
import { makePayer, resumeMandate, stopMandate } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
let receiver: ReceiverUnderTest;
let temporal: EngineTemporal;
let drainer: ReturnType<typeof startOutboxDrainer>;
const log = recordingLog();
beforeAll(async () => {
  engine = await openEngine();
  receiver = await openReceiver();
  temporal = await startEngineTemporal(engine, new Set([receiver.host]));
  // rings are not heard here: it looks by itself once a second, and after each batch at once
  drainer = startOutboxDrainer({ db: engine.db, starter: temporal.starter, log, gatherMs: 0 });
});
afterEach(async () => {
  await receiver.disarm();
  await sql`update sandbox_clock set business_anchor = business_now(), real_anchor = clock_timestamp(), scale = 1`.execute(
    engine.db,
  );
  await sql`select disable_webhook(id, 'the test is over', 'operator') from webhook_endpoints`.execute(
    engine.db,
  );
});
afterAll(async () => {
  await drainer.stop();
  await temporal.close();
  await receiver.close();
  await engine.close();
});

const typesOf = (arrivals: readonly { readonly body: string }[]) =>
  arrivals.map(({ body }) => (JSON.parse(body) as { type: string }).type);
const about = <Item extends { readonly body: string }>(arrivals: readonly Item[], id: string) =>
  arrivals.filter(({ body }) => body.includes(id));

async function scale(pace: number): Promise<void> {
  await sql`update sandbox_clock set business_anchor = business_now(), real_anchor = clock_timestamp(), scale = ${pace}`.execute(
    engine.db,
  );
}

async function deliveries(endpointId: string) {
  return engine.db
    .selectFrom("webhook_deliveries")
    .selectAll()
    .where("endpoint_id", "=", endpointId)
    .orderBy("event_seq")
    .execute();
}

const stateOf = async (endpointId: string) => (await deliveries(endpointId)).map(({ state }) => state);

/** A mandate that is paused and resumed: four events of one object, in a known order. */
async function livelyMandate(): Promise<string> {
  const { mandateId } = await makePayer(engine);
  await stopMandate(engine.db, { mandateId, kind: "pause" });
  await resumeMandate(engine.db, mandateId);
  await stopMandate(engine.db, { mandateId, kind: "cancel" });
  return mandateId;
}
const lively = ["mandate.created", "mandate.paused", "mandate.resumed", "mandate.ended"];
const types = [...lively, "mandate.changed"];

describe("events reach their receiver", () => {
  test("in order, verified by the library, once each, and the workflow ends", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "plain", types });
    const mandateId = await livelyMandate();
    await until(async () => (await receiver.events("plain")).length === 4);
    const arrivals = await receiver.arrivals("plain");
    expect(typesOf(arrivals)).toEqual(lively);
    expect(arrivals.every(({ verifiedBy }) => verifiedBy.length === 1)).toBe(true);
    await temporal.client.workflow.getHandle(webhookWorkflowId(`${endpoint}/${mandateId}`)).result();
    expect(await stateOf(endpoint)).toEqual(Array(4).fill("delivered"));
  });

  test("down for two days: every event comes, in order per object, once each by its id", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "down", types });
    await receiver.arm({ kind: "status", status: 500, times: 1_000_000 });
    // two days pass in ten seconds
    await scale(17_280);
    const { rows: began } = await sql<{ at: string }>`select business_now() as at`.execute(engine.db);
    const mandates = [await livelyMandate(), await livelyMandate(), await livelyMandate()];
    await until(async () => {
      const { rows } = await sql<{ over: boolean }>`
        select business_now() > ${began[0]?.at}::timestamptz + interval '2 days' as over`.execute(engine.db);
      return rows[0]?.over === true;
    });
    expect(await receiver.events("down")).toEqual([]);
    const tries = (await receiver.arrivals("down")).length;
    expect(tries, "each object's first event is tried, and no later one").toBeGreaterThan(9);
    await receiver.disarm();
    await until(async () => (await receiver.events("down")).length === 12, 90);
    for (const mandateId of mandates)
      expect(typesOf(about(await receiver.events("down"), mandateId))).toEqual(lively);
    const ids = (await receiver.events("down")).map(({ id }) => id);
    expect(new Set(ids).size).toBe(12);
    await until(async () => (await stateOf(endpoint)).every((state) => state === "delivered"));
  });

  test("an answer that was lost makes a repetition by the same id, and the receiver takes it once", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "lost", types: ["mandate.created"] });
    await receiver.arm({ kind: "drop", keep: true, times: 2 });
    await scale(60);
    await makePayer(engine);
    await until(async () => (await stateOf(endpoint))[0] === "delivered");
    const arrivals = await receiver.arrivals("lost");
    expect(arrivals.map(({ repeated, taken }) => [taken, repeated])).toEqual([
      [true, false],
      [true, true],
      [true, true],
    ]);
    expect(new Set(arrivals.map(({ id }) => id)).size).toBe(1);
    expect(await receiver.events("lost")).toHaveLength(1);
  });

  test("one object's trouble holds no other one up", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "trouble", types });
    const { mandateId: stuck } = await makePayer(engine);
    await receiver.arm({ kind: "hang", times: 1_000, about: stuck });
    await stopMandate(engine.db, { mandateId: stuck, kind: "pause" });
    const others = [await livelyMandate(), await livelyMandate()];
    await until(async () => {
      const events = await receiver.events("trouble");
      return others.every((id) => about(events, id).length === 4);
    });
    const events = await receiver.events("trouble");
    for (const id of others) expect(typesOf(about(events, id))).toEqual(lively);
    expect(
      (await deliveries(endpoint)).filter(({ object_id }) => object_id === stuck).map(({ state }) => state),
    ).not.toContain("dead");
  });
});

describe("what a receiver may say", () => {
  test("410 disables the endpoint; what was queued is cancelled, and comes by a replay", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "gone", types });
    await receiver.arm({ kind: "status", status: 410 });
    const mandateId = await livelyMandate();
    await until(async () => (await stateOf(endpoint)).every((state) => state === "cancelled"));
    const row = await engine.db
      .selectFrom("webhook_endpoints")
      .select(["state", "why"])
      .where("id", "=", endpoint)
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ state: "disabled", why: "gone" });
    expect(await receiver.arrivals("gone")).toHaveLength(1);
    await sql`update webhook_endpoints set state = 'active', why = null where id = ${endpoint}`.execute(
      engine.db,
    );
    await sql`select replay_webhooks(${endpoint}, null, business_now() - interval '1 hour', 'operator')`.execute(
      engine.db,
    );
    await until(async () => (await receiver.events("gone")).length === 4);
    expect(typesOf(about(await receiver.events("gone"), mandateId))).toEqual(lively);
  });

  test("two objects hear 410 at once: neither waits for the other, and all of it is cancelled", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "both-gone", types: ["mandate.created"] });
    await receiver.arm({ kind: "status", status: 410, times: 1_000 });
    await Promise.all(Array.from({ length: 8 }, () => makePayer(engine)));
    await until(async () => {
      const states = await stateOf(endpoint);
      return states.length === 8 && states.every((state) => state === "cancelled");
    });
    const { rows } = await sql<{ deadlocks: number }>`
      select deadlocks::int from pg_stat_database where datname = current_database()`.execute(engine.db);
    expect(rows[0]?.deadlocks).toBe(0);
  });

  test("429 with Retry-After waits as long as it was asked to", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "slow-down", types: ["mandate.created"] });
    await receiver.arm({ kind: "status", status: 429, retryAfter: "1800" });
    await makePayer(engine);
    await until(async () => (await deliveries(endpoint))[0]?.last_status === 429);
    const { rows } = await sql<{ seconds: number }>`
      select extract(epoch from next_try_at - business_now())::int as seconds from webhook_deliveries where endpoint_id = ${endpoint}`.execute(
      engine.db,
    );
    expect(rows[0]?.seconds).toBeGreaterThan(1_700);
  });

  test("a redirect is a failure and is not followed", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "redirect", types: ["mandate.created"] });
    await receiver.arm({ kind: "redirect", location: `${receiver.url}/in/elsewhere` });
    await makePayer(engine);
    await until(async () => (await deliveries(endpoint))[0]?.last_status === 302);
    expect(await receiver.arrivals("elsewhere")).toEqual([]);
  });

  test("after the tenth try a delivery is a dead letter, and the next event of the object goes out", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "dead", types });
    await receiver.arm({ kind: "status", status: 500, times: 10, about: "mandate.created" });
    await scale(100_000);
    const { mandateId } = await makePayer(engine);
    await stopMandate(engine.db, { mandateId, kind: "pause" });
    await until(async () => (await receiver.events("dead")).length === 1);
    expect(typesOf(await receiver.events("dead"))).toEqual(["mandate.paused"]);
    await until(async () => (await stateOf(endpoint))[1] === "delivered");
    expect((await deliveries(endpoint)).map(({ state, attempts }) => [state, attempts])).toEqual([
      ["dead", 10],
      ["delivered", 1],
    ]);
  });
});

describe("secrets and addresses", () => {
  test("while a secret is replaced both verify; afterwards only the new one", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "rotate", types: ["mandate.created"] });
    await sql`update webhook_endpoints set previous_secret = secret, previous_until = business_now() + interval '24 hours',
      secret = ${engine.sealer.seal(testSecret(2), endpoint)} where id = ${endpoint}`.execute(engine.db);
    await receiver.secrets("rotate", [testSecret(2), testSecret(1)]);
    await makePayer(engine);
    await until(async () => (await receiver.events("rotate")).length === 1);
    expect((await receiver.events("rotate"))[0]?.verifiedBy).toEqual([0, 1]);
    await engine.jump({ hours: 25 });
    await makePayer(engine);
    await until(async () => (await receiver.events("rotate")).length === 2);
    expect((await receiver.events("rotate"))[1]?.verifiedBy).toEqual([0]);
  });

  test("an address that leads into our own house is refused when it is connected to", async () => {
    const { id } = await engine.db
      .insertInto("webhook_endpoints")
      .values({ url: "http://127.0.0.1:5432/in", secret: Buffer.alloc(1), created_by: "operator" })
      .returning("id")
      .executeTakeFirstOrThrow();
    await sql`update webhook_endpoints set secret = ${engine.sealer.seal(testSecret(1), id)}, types = '{mandate.created}' where id = ${id}`.execute(
      engine.db,
    );
    await makePayer(engine);
    await until(async () => (await deliveries(id))[0]?.last_error === "not-public");
    expect((await deliveries(id))[0]).toMatchObject({ state: "queued", last_status: null });
  });
});

describe("nothing is lost between rows and workflows", () => {
  test("events that follow close on one another are delivered once each, in order", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "close", types });
    const { mandateId } = await makePayer(engine);
    for (let turn = 0; turn < 20; turn += 1) {
      await stopMandate(engine.db, { mandateId, kind: "pause" });
      await temporal.starter.ringOrStart("webhook", `${endpoint}/${mandateId}`);
      await resumeMandate(engine.db, mandateId);
      await temporal.starter.ringOrStart("webhook", `${endpoint}/${mandateId}`);
    }
    await until(async () => (await receiver.events("close")).length === 41);
    const turns = Array.from({ length: 20 }, () => ["mandate.paused", "mandate.resumed"]).flat();
    expect(typesOf(await receiver.arrivals("close"))).toEqual(["mandate.created", ...turns]);
  });

  test("a queued delivery without a workflow is found by the sweep", async () => {
    const endpoint = await makeEndpoint(engine, receiver, { name: "swept", types: ["mandate.created"] });
    const { mandateId } = await makePayer(engine);
    const starter = recordingStarter();
    await sweep({ db: engine.db, starter, log: recordingLog() }, 0);
    expect(starter.calls).toContain(`ring-webhook/${endpoint}/${mandateId}`);
    const early = recordingStarter();
    await sweep({ db: engine.db, starter: early, log: recordingLog() }, 60_000);
    expect(early.calls).not.toContain(`ring-webhook/${endpoint}/${mandateId}`);
  });
});
