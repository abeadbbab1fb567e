import { randomUUID } from "node:crypto";
import type { WorkflowHandleWithFirstExecutionRunId } from "@temporalio/client";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MandateOrders } from "../../activities/looking.ts";
import { findTemporalProgram } from "../../processes/dev/temporal-binary.ts";
import { developmentServer } from "../../processes/dev/temporal-releases.ts";
import { registerSearchAttributes } from "../../processes/search-attributes.ts";
import { gatewayTaskQueue, payerReturnedUpdate, wakeSignal } from "../../workflows/messages.ts";
import { testWorkflowBundle } from "../support/engine-bundle.ts";
import { dataConverter } from "../support/engine-temporal.ts";
import { until } from "../support/until.ts";
import { orders } from "./scripted-activities.ts";

/** A server that suggests a new run after so many events; a real one after thousands. */
const MOST_EVENTS = 40;

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  const path = await findTemporalProgram(developmentServer, () => undefined);
  env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: "existing-path", path },
      log: { format: "pretty", level: "error" },
      extraArgs: ["--dynamic-config-value", `limit.historyCount.suggestContinueAsNew=${MOST_EVENTS}`],
    },
    client: { dataConverter },
  });
  await registerSearchAttributes(env.nativeConnection, env.namespace ?? "default");
});
afterAll(() => env.teardown());

type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

async function play(
  parts: { readonly type: string; readonly input: object; readonly activities: Activities },
  story: (handle: WorkflowHandleWithFirstExecutionRunId) => Promise<void>,
): Promise<void> {
  const taskQueue = randomUUID();
  const shared = { connection: env.nativeConnection, dataConverter, activities: parts.activities };
  const worker = await Worker.create({ ...shared, taskQueue, workflowBundle: await testWorkflowBundle() });
  const charges = await Worker.create({ ...shared, taskQueue: gatewayTaskQueue(taskQueue) });
  await worker.runUntil(
    charges.runUntil(async () => {
      const args = [{ ...parts.input, gateway: taskQueue }];
      await story(await env.client.workflow.start(parts.type, { workflowId: taskQueue, taskQueue, args }));
    }),
  );
}

describe("a workflow that lives for years", () => {
  test("mandate: continues as a new run with the same input before its history grows long, and loses no ring", async () => {
    let reads = 0;
    let now: MandateOrders = { ended: false, waitMs: null, card: "**active** · terms v1" };
    const lookAtMandate = async (request: { readonly mandateId: string }) => {
      expect(request).toMatchObject({ mandateId: "KV-TEST-MAND-ATE1" });
      reads += 1;
      return now;
    };
    await play(
      { type: "mandate", input: { mandateId: "KV-TEST-MAND-ATE1" }, activities: { lookAtMandate } },
      async ({ workflowId, firstExecutionRunId }) => {
        const current = env.client.workflow.getHandle(workflowId);
        for (let ring = 1; (await current.describe()).runId === firstExecutionRunId; ring += 1) {
          const before = reads;
          await current.signal(wakeSignal);
          await until(() => reads > before);
          expect(ring, "it should have continued by now").toBeLessThan(MOST_EVENTS);
        }
        expect((await current.describe()).historyLength).toBeLessThan(MOST_EVENTS);
        now = { ended: true, waitMs: null, card: "**ended** · cancelled · terms v1" };
        await current.signal(wakeSignal);
        await current.result();
        expect((await current.describe()).status.name).toBe("COMPLETED");
      },
    );
  });

  test("payment: a charge that stays unknown is looked up in run after run; every payer's return is answered, also between two runs", async () => {
    let lookUps = 0;
    let settled = false;
    const unknown = { payment: "charging", charge: "unknown", waitMs: 600_000 };
    const activities = {
      lookAtPayment: async () =>
        orders(
          { do: "look-up", chargeId: "KV-TEST-1" },
          { card: { state: "charging", chargeState: "unknown" } },
        ),
      lookUpCharge: async () => {
        lookUps += 1;
        return settled ? { payment: "paid", charge: "charged", waitMs: 0 } : unknown;
      },
    };
    await play(
      { type: "payment", input: { paymentId: "KV-TEST", waitMs: 0 }, activities },
      async ({ workflowId, firstExecutionRunId }) => {
        const current = env.client.workflow.getHandle(workflowId);
        const returns: Promise<unknown>[] = [];
        for (let ring = 1; (await current.describe()).runId === firstExecutionRunId; ring += 1) {
          const before = lookUps;
          // the second return comes while the first is being answered: at the end of a run it must not be forgotten
          returns.push(current.executeUpdate(payerReturnedUpdate));
          await until(() => lookUps > before);
          returns.push(current.executeUpdate(payerReturnedUpdate));
          expect(ring, "it should have continued by now").toBeLessThan(MOST_EVENTS);
        }
        for (const answer of await Promise.all(returns)) {
          expect(answer).toEqual({ payment: "charging", charge: "unknown" });
        }
        settled = true;
        expect(await current.executeUpdate(payerReturnedUpdate)).toEqual({
          payment: "paid",
          charge: "charged",
        });
        expect(await current.result()).toBe("paid");
      },
    );
  });
});
