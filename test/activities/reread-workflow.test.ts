import { afterAll, beforeAll, expect, test } from "vitest";
import { startOutboxDrainer } from "../../loops/outbox-drainer.ts";
import { sweep } from "../../loops/sweeper.ts";
import { paymentWorkflowId } from "../../workflows/messages.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { type EngineTemporal, startEngineTemporal } from "../support/engine-temporal.ts";
import { payment } from "../support/rows.ts";
import { until } from "../support/until.ts";
import { openRereadWorld, type RereadWorld } from "./support/reread-world.ts";

let world: RereadWorld;
let temporal: EngineTemporal;
beforeAll(async () => {
  world = await openRereadWorld();
  temporal = await startEngineTemporal(world.engine);
});
afterAll(async () => {
  await temporal.close();
  await world.close();
});

/** How many timers a payment's workflow has started. */
async function timersOf(paymentId: string): Promise<number> {
  const { events } = await temporal.client.workflow.getHandle(paymentWorkflowId(paymentId)).fetchHistory();
  return (events ?? []).filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes).length;
}

test("a payment whose source is silent sleeps as one run on a durable timer, and is debited once when the source is back", async () => {
  const { engine, registry } = world;
  const { paymentId } = await world.fine();
  await registry.bench.arm({ kind: "dead" }, 1_000);
  const drainer = startOutboxDrainer({ db: engine.db, starter: temporal.starter, log: recordingLog() });
  try {
    await until(async () => (await payment(engine.db, paymentId)).remark === "source silent");
    await until(async () => (await timersOf(paymentId)) > 0);
    expect(await engine.bank.posts(paymentId)).toEqual([]);
    await world.heal();
    await world.toNextLook(paymentId);
    await sweep({ db: engine.db, starter: temporal.starter, log: recordingLog() }, 0);
    await until(async () => (await payment(engine.db, paymentId)).state === "paid");
  } finally {
    await drainer.stop();
  }
  const handle = temporal.client.workflow.getHandle(paymentWorkflowId(paymentId));
  expect(await handle.result()).toBe("paid");
  expect(await temporal.runs(paymentWorkflowId(paymentId))).toBe(1);
  expect(await engine.bank.debits(paymentId)).toHaveLength(1);
});
