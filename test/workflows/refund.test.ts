import { afterAll, beforeAll, expect, test } from "vitest";
import type { RefundOrders } from "../../activities/refunding.ts";
import { wakeSignal } from "../../workflows/messages.ts";
import { until } from "../support/until.ts";
import { SkippingWorld, type UnderTest } from "./time-skipping.ts";

let world: SkippingWorld;
beforeAll(async () => {
  world = await SkippingWorld.open();
});
afterAll(() => world.close());

const HOUR_MS = 3_600_000;
const refundId = "KV-RFND-RFND-RFND";
const orders = (step: RefundOrders["step"], waitMs = 1_000, state = "unknown"): RefundOrders => ({
  step,
  waitMs,
  state,
  card: state,
});

/** Plays a refund against rows that say these orders one after another, the last for ever. */
function play<Result>(
  script: {
    readonly looks: readonly RefundOrders[];
    readonly sends?: readonly (boolean | Error)[];
    readonly calls: string[];
  },
  story: (under: UnderTest) => Promise<Result>,
): Promise<Result> {
  let look = 0;
  let sent = 0;
  return world.run(
    {
      type: "refund",
      input: (gateway) => ({ refundId, gateway }),
      rows: {
        async lookAtRefund({ asked }: { readonly asked: boolean }) {
          script.calls.push(asked ? "look!" : "look");
          const answer = script.looks[Math.min(look++, script.looks.length - 1)];
          if (answer === undefined) throw new Error("nobody scripted this");
          return answer;
        },
      },
      gateway: {
        async sendRefund() {
          script.calls.push("send");
          const answer = script.sends?.[sent++] ?? true;
          if (answer instanceof Error) throw answer;
          return answer;
        },
        async lookUpRefund() {
          script.calls.push("look-up");
        },
      },
    },
    story,
  );
}

const toEnd = async ({ handle }: UnderTest) => (await handle.result()) as unknown;

test("a refund is sent once and ends with what the rows say", async () => {
  const calls: string[] = [];
  const looks = [orders("send"), orders("end", 0, "done")];
  expect(await play({ looks, calls }, toEnd)).toBe("done");
  expect(calls).toEqual(["look", "send", "look"]);
});

test("a transmission that broke is not sent by the workflow again: the rows say look-up", async () => {
  const calls: string[] = [];
  const looks = [orders("send"), orders("wait"), orders("look-up"), orders("end", 0, "done")];
  expect(await play({ looks, sends: [new Error("the worker died")], calls }, toEnd)).toBe("done");
  expect(calls).toEqual(["look", "send", "look", "look", "look-up", "look"]);
});

test("an unknown refund is looked up day after day, without end", async () => {
  const calls: string[] = [];
  const day = orders("wait", 24 * HOUR_MS);
  const looks = [orders("look-up"), day, orders("look-up"), day, orders("look-up"), orders("end", 0, "done")];
  expect(await play({ looks, calls }, toEnd)).toBe("done");
  expect(calls.filter((call) => call === "look-up")).toHaveLength(3);
});

test("a notification of the gateway is followed at once", async () => {
  const calls: string[] = [];
  const looks = [orders("wait", 24 * HOUR_MS), orders("look-up"), orders("end", 0, "done")];
  const result = await play({ looks, calls }, async (under) => {
    await until(async () => (await under.events()).includes("timerStarted"));
    await under.handle.signal(wakeSignal);
    return toEnd(under);
  });
  expect(result).toBe("done");
  expect(calls).toEqual(["look", "look!", "look-up", "look"]);
});
