import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MandateOrders } from "../../activities/looking.ts";
import { wakeSignal } from "../../workflows/messages.ts";
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
