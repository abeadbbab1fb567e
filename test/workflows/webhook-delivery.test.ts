import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WebhookOrders } from "../../db/queries/webhook-deliveries.ts";
import { wakeSignal, workflowTypes } from "../../workflows/messages.ts";
import { SkippingWorld, type UnderTest } from "./time-skipping.ts";

let world: SkippingWorld;
beforeAll(async () => {
  world = await SkippingWorld.open();
});
afterAll(() => world.close());

const end: WebhookOrders = { do: "end" };
const wait = (waitMs: number): WebhookOrders => ({ do: "wait", waitMs, attempts: 1 });
const deliver = (attempt: number): WebhookOrders => ({
  do: "deliver",
  deliveryId: "KV-TEST-DLVR-0001",
  attempt,
});

/** Plays looks one after another; before it answers a look it does what the test wants to happen in that moment. */
async function play(
  looks: readonly WebhookOrders[],
  parts: {
    readonly meanwhile?: (look: number, under: UnderTest) => Promise<void>;
    readonly deliver?: (attempt: number) => Promise<boolean>;
  } = {},
) {
  const calls: string[] = [];
  let looked = 0;
  let begun: (under: UnderTest) => void = () => undefined;
  const running = new Promise<UnderTest>((resolve) => {
    begun = resolve;
  });
  return world.run(
    {
      type: workflowTypes.webhook,
      input: () => ({ endpointId: "KV-TEST-HOOK-0001", objectId: "KV-TEST-BILL-0001" }),
      rows: {
        async lookAtWebhook() {
          const look = looked;
          looked += 1;
          calls.push("look");
          await parts.meanwhile?.(look, await running);
          return looks[Math.min(look, looks.length - 1)] ?? end;
        },
      },
      webhooks: {
        async deliverWebhook({ attempt }: { readonly attempt: number }) {
          calls.push(`deliver ${attempt}`);
          return (await parts.deliver?.(attempt)) ?? true;
        },
      },
    },
    async (under) => {
      begun(under);
      await under.handle.result();
      return { calls, events: await under.events() };
    },
  );
}

describe("webhook-delivery", () => {
  test("tries, waits for the rows' next date, tries again, and ends when nothing is queued", async () => {
    const { calls, events } = await play([
      deliver(1),
      wait(5_000),
      deliver(2),
      wait(86_400_000),
      deliver(3),
      end,
    ]);
    expect(calls).toEqual([
      "look",
      "deliver 1",
      "look",
      "look",
      "deliver 2",
      "look",
      "look",
      "deliver 3",
      "look",
    ]);
    expect(events.filter((event) => event === "timerFired")).toHaveLength(2);
  });

  test("an event that commits after the last look and rings before the end is looked at", async () => {
    const { calls } = await play([end, deliver(1), end], {
      // the look has read "nothing"; now the next event commits and its ring arrives
      meanwhile: async (look, { handle }) => {
        if (look === 0) await handle.signal(wakeSignal);
      },
    });
    expect(calls).toEqual(expect.arrayContaining(["deliver 1"]));
  });

  test("a try that breaks (worker killed, time-out) is no end: the rows are asked again", async () => {
    const { calls } = await play([deliver(1), deliver(2), end], {
      deliver: async (attempt) => {
        if (attempt === 1) throw new Error("the worker is gone");
        return true;
      },
    });
    expect(calls).toEqual(["look", "deliver 1", "look", "deliver 2", "look"]);
  });
});
