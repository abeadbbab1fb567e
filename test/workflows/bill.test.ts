import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BillOrders } from "../../activities/looking.ts";
import { wakeSignal } from "../../workflows/messages.ts";
import { until } from "../support/until.ts";
import { scriptedLooks } from "./scripted-activities.ts";
import { SkippingWorld } from "./time-skipping.ts";

let world: SkippingWorld;
beforeAll(async () => {
  world = await SkippingWorld.open();
});
afterAll(() => world.close());

const DAY_MS = 86_400_000;
const over: BillOrders = { ended: true, waitMs: 0 };
const next = (days: number): BillOrders => ({ ended: false, waitMs: days * DAY_MS });

describe("bill", () => {
  test("wakes at each reminder, and ends after the last", async () => {
    const script = scriptedLooks<BillOrders>([next(14), next(4), next(2), next(2), over]);
    const events = await world.run(
      { type: "bill", input: () => ({ billId: "KV-TEST-BILL-0001" }), rows: { lookAtBill: script.look } },
      async ({ handle, events }) => {
        await handle.result();
        return events();
      },
    );
    expect(script.calls).toHaveLength(5);
    expect(events.filter((event) => event === "timerFired")).toHaveLength(4);
  });

  test("paid in between: the ring ends its reminders at once", async () => {
    const script = scriptedLooks<BillOrders>([next(14), over]);
    const events = await world.run(
      { type: "bill", input: () => ({ billId: "KV-TEST-BILL-0002" }), rows: { lookAtBill: script.look } },
      async ({ handle, events }) => {
        await until(() => script.calls.length === 1);
        await handle.signal(wakeSignal);
        await handle.result();
        return events();
      },
    );
    expect(script.calls).toHaveLength(2);
    expect(events).not.toContain("timerFired");
  });
});
