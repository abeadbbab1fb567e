import { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MandateOrders } from "../../activities/looking.ts";
import { findTemporalProgram } from "../../processes/dev/temporal-binary.ts";
import { developmentServer } from "../../processes/dev/temporal-releases.ts";
import { wakeSignal } from "../../workflows/messages.ts";
import { testWorkflowBundle } from "../support/engine-bundle.ts";
import { dataConverter } from "../support/engine-temporal.ts";
import { until } from "../support/until.ts";
import { scriptedLooks } from "./scripted-activities.ts";
import { SkippingWorld } from "./time-skipping.ts";

const mandateId = "KV-TEST-MAND-ATE1";
const asleep: MandateOrders = { ended: false, waitMs: null, card: "**active** · terms v1" };
const paused: MandateOrders = { ended: false, waitMs: 30 * 86_400_000, card: "**paused** · terms v1" };
const over: MandateOrders = { ended: true, waitMs: null, card: "**ended** · cancelled · terms v1" };

describe("mandate", () => {
  let world: SkippingWorld;
  beforeAll(async () => {
    world = await SkippingWorld.open();
  });
  afterAll(() => world.close());

  const play = <Result>(
    script: { readonly look: () => Promise<MandateOrders> },
    story: Parameters<typeof world.run<Result>>[1],
  ) =>
    world.run({ type: "mandate", input: () => ({ mandateId }), rows: { lookAtMandate: script.look } }, story);

  test("sleeps without a timer until somebody rings, and ends when its row has ended", async () => {
    const script = scriptedLooks<MandateOrders>([asleep, over]);
    const events = await play(script, async ({ handle, events }) => {
      await until(() => script.calls.length === 1);
      expect(await events()).not.toContain("timerStarted");
      await handle.signal(wakeSignal);
      await handle.result();
      return events();
    });
    expect(script.calls).toEqual(["look", "look"]);
    expect(events.at(-1)).toBe("workflowExecutionCompleted");
  });

  test("a pause with a date is a timer: the row is read again when it comes", async () => {
    const script = scriptedLooks<MandateOrders>([paused, over]);
    const events = await play(script, async ({ handle, events }) => {
      await handle.result();
      return events();
    });
    expect(events.filter((event) => event === "timerFired")).toHaveLength(1);
  });

  test("a pause that is lifted before its date does not wait for it", async () => {
    const script = scriptedLooks<MandateOrders>([paused, over]);
    await play(script, async ({ handle }) => {
      await until(() => script.calls.length === 1);
      await handle.signal(wakeSignal);
      return handle.result();
    });
    expect(script.calls).toEqual(["look", "look"]);
  });

  test("rows that cannot be read now are read until they can: the mandate does not die of it", async () => {
    let reads = 0;
    await play(
      {
        look: async () => {
          reads += 1;
          if (reads < 4) throw new Error("the database is away");
          return over;
        },
      },
      ({ handle }) => handle.result(),
    );
    expect(reads).toBe(4);
  });
});

describe("a mandate that lives for years", () => {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    const path = await findTemporalProgram(developmentServer, () => undefined);
    env = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: "existing-path", path },
        log: { format: "pretty", level: "error" },
        extraArgs: ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=40"],
      },
      client: { dataConverter },
    });
  });
  afterAll(() => env.teardown());

  test("continues as a new run with the same input before its history grows long, and loses no ring", async () => {
    let reads = 0;
    let last: MandateOrders = asleep;
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: mandateId,
      workflowBundle: await testWorkflowBundle(),
      dataConverter,
      activities: {
        lookAtMandate: async (request: { readonly mandateId: string }) => {
          expect(request).toEqual({ mandateId });
          reads += 1;
          return last;
        },
      },
    });
    await worker.runUntil(async () => {
      const handle = await env.client.workflow.start("mandate", {
        workflowId: `mandate/${mandateId}`,
        taskQueue: mandateId,
        args: [{ mandateId }],
      });
      const current = env.client.workflow.getHandle(`mandate/${mandateId}`);
      for (let ring = 1; (await current.describe()).runId === handle.firstExecutionRunId; ring += 1) {
        const before = reads;
        await current.signal(wakeSignal);
        await until(() => reads > before);
        expect(ring, "it should have continued by now").toBeLessThan(40);
      }
      const { historyLength } = await current.describe();
      expect(historyLength).toBeLessThan(40);
      last = over;
      await current.signal(wakeSignal);
      await current.result();
      expect((await current.describe()).status.name).toBe("COMPLETED");
    });
  });
});
