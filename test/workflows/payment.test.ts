import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ended, orders, type Script, scriptedGateway, scriptedRows, waiting } from "./scripted-activities.ts";
import { SkippingWorld, type UnderTest } from "./time-skipping.ts";
import { payerReturnedUpdate, wakeSignal } from "../../workflows/messages.ts";
import { until } from "../support/until.ts";

let world: SkippingWorld;
beforeAll(async () => {
  world = await SkippingWorld.open();
});
afterAll(() => world.close());

const paymentId = "KV-TEST-TEST-TEST";
const paid = { payment: "paid", charge: "charged", waitMs: 0 } as const;
const challenged = { payment: "charging", charge: "challenged", waitMs: 60_000 } as const;
const unknown = { payment: "charging", charge: "unknown", waitMs: 5_000 } as const;
const declined = { payment: "scheduled", charge: "not-charged", waitMs: 900_000 } as const;
const lookUp = orders({ do: "look-up", chargeId: `${paymentId}-1` }, { card: { state: "charging" } });
const HOUR_MS = 3_600_000;

function play<Result>(
  script: Script,
  story: (under: UnderTest) => Promise<Result>,
  waitMs = 12 * HOUR_MS,
): Promise<Result> {
  return world.run(
    {
      type: "payment",
      input: (gateway) => ({ paymentId, waitMs, gateway }),
      rows: scriptedRows(script),
      gateway: scriptedGateway(script),
    },
    story,
  );
}

const toEnd = async ({ handle, events }: UnderTest) => ({
  result: (await handle.result()) as unknown,
  events: await events(),
});

describe("the happy path", () => {
  test("waits out the notice window, charges once, ends: 16 events in exactly this order, no look at the rows", async () => {
    const script: Script = { calls: [], looks: [], charges: [paid] };
    const { result, events } = await play(script, toEnd);
    expect(result).toBe("paid");
    expect(script.calls).toEqual(["charge"]);
    expect(events).toEqual([
      "workflowExecutionStarted",
      "workflowTaskScheduled",
      "workflowTaskStarted",
      "workflowTaskCompleted",
      "timerStarted",
      "timerFired",
      "workflowTaskScheduled",
      "workflowTaskStarted",
      "workflowTaskCompleted",
      "activityTaskScheduled",
      "activityTaskStarted",
      "activityTaskCompleted",
      "workflowTaskScheduled",
      "workflowTaskStarted",
      "workflowTaskCompleted",
      "workflowExecutionCompleted",
    ]);
  });

  test("a planned question starts with a look at the rows, not with a charge", async () => {
    const script: Script = { calls: [], looks: [waiting("payer", 24 * HOUR_MS), ended("closed")] };
    const { result } = await play(script, toEnd, 0);
    expect(result).toBe("closed");
    expect(script.calls).toEqual(["look", "look"]);
  });
});

test("put off because the source of its bill is silent: it sleeps on a timer, asks the rows, and charges again", async () => {
  const script: Script = {
    calls: [],
    looks: [waiting("source", HOUR_MS), waiting("source", 2 * HOUR_MS), orders({ do: "charge" })],
    charges: [null, paid],
  };
  const { result, events } = await play(script, toEnd);
  expect(result).toBe("paid");
  expect(script.calls).toEqual(["charge", "look", "look", "look", "charge"]);
  expect(events.filter((event) => event === "timerFired")).toHaveLength(3);
});

describe("the bell", () => {
  test("rung during the notice window: the rows are read, and a stop found there ends it without a charge", async () => {
    const script: Script = {
      calls: [],
      looks: [orders({ do: "close", outcome: "stopped" }), ended("closed")],
    };
    const { result } = await play(script, async (under) => {
      await under.handle.signal(wakeSignal);
      return toEnd(under);
    });
    expect(result).toBe("closed");
    expect(script.calls).toEqual(["look", "end stopped", "look"]);
  });

  test("rung while it waits for the bank: asks at once, and says that somebody asked", async () => {
    const script: Script = {
      calls: [],
      looks: [waiting("bank", 6 * HOUR_MS), lookUp],
      charges: [null],
      lookUps: [paid],
    };
    const { result } = await play(script, async (under) => {
      await world.env.sleep(13 * HOUR_MS);
      await until(() => script.calls.includes("look"));
      await under.handle.signal(wakeSignal);
      return toEnd(under);
    });
    expect(result).toBe("paid");
    expect(script.calls).toEqual(["charge", "look", "look!", "look-up"]);
  });
});

describe("the payer's return from 3-D Secure", () => {
  test("is answered after the look-up that it asked for, with what the rows say then", async () => {
    const script: Script = { calls: [], looks: [lookUp], charges: [challenged], lookUps: [paid] };
    const { answer, result } = await play(
      script,
      async (under) => {
        await until(() => script.calls.includes("charge"));
        const answer: unknown = await under.handle.executeUpdate(payerReturnedUpdate);
        return { answer, ...(await toEnd(under)) };
      },
      1,
    );
    expect(answer).toEqual({ payment: "paid", charge: "charged" });
    expect(result).toBe("paid");
    expect(script.calls).toEqual(["charge", "look!", "look-up"]);
  });

  test("that proved nothing is answered all the same, and the payment goes on waiting", async () => {
    const script: Script = {
      calls: [],
      looks: [lookUp, lookUp],
      charges: [challenged],
      lookUps: [challenged, paid],
    };
    const { answer, result } = await play(
      script,
      async (under) => {
        await until(() => script.calls.includes("charge"));
        const answer: unknown = await under.handle.executeUpdate(payerReturnedUpdate);
        return { answer, ...(await toEnd(under)) };
      },
      1,
    );
    expect(answer).toEqual({ payment: "charging", charge: "challenged" });
    expect(result).toBe("paid");
  });

  test("on two devices at once: both are answered with the same", async () => {
    const script: Script = { calls: [], looks: [lookUp], charges: [challenged], lookUps: [paid] };
    const answers = await play(
      script,
      async ({ handle }) => {
        await until(() => script.calls.includes("charge"));
        return Promise.all<unknown>([
          handle.executeUpdate(payerReturnedUpdate),
          handle.executeUpdate(payerReturnedUpdate),
        ]);
      },
      1,
    );
    expect(answers).toEqual([
      { payment: "paid", charge: "charged" },
      { payment: "paid", charge: "charged" },
    ]);
  });
});

describe("a charge that breaks", () => {
  test("says nothing: the rows are read and asked for the next step, never charged a second time", async () => {
    const script: Script = {
      calls: [],
      looks: [waiting("bank", 60_000), lookUp],
      charges: [new Error("the worker was killed")],
      lookUps: [unknown, paid],
    };
    const { result } = await play(script, toEnd);
    expect(result).toBe("paid");
    expect(script.calls.filter((call) => call === "charge")).toHaveLength(1);
    expect(script.calls.slice(0, 3)).toEqual(["charge", "look", "look"]);
  });

  test("a look-up that breaks is made again by the ladder of the rows", async () => {
    const script: Script = {
      calls: [],
      looks: [lookUp],
      charges: [unknown],
      lookUps: [new Error("time-out"), unknown, paid],
    };
    expect((await play(script, toEnd)).result).toBe("paid");
    expect(script.calls.filter((call) => call === "charge")).toHaveLength(1);
  });

  test("the gate refuses twice running: the rows are given time to settle, the workflow does not spin", async () => {
    const script: Script = {
      calls: [],
      looks: [orders({ do: "charge" })],
      charges: [null, null, null, paid],
    };
    const { result, events } = await play(script, toEnd);
    expect(result).toBe("paid");
    expect(events.filter((event) => event === "timerStarted").length).toBeGreaterThanOrEqual(3);
  });
});

describe("after a charge", () => {
  test("declined with a next try: waits for it and charges again, for days without end", async () => {
    const script: Script = {
      calls: [],
      looks: [
        waiting("notice", 24 * HOUR_MS),
        orders({ do: "charge" }),
        waiting("notice", 72 * HOUR_MS),
        orders({ do: "charge" }),
      ],
      charges: [declined, declined, paid],
    };
    expect((await play(script, toEnd)).result).toBe("paid");
    expect(script.calls).toEqual(["charge", "look", "look", "charge", "look", "look", "charge"]);
  });

  test("declined and nobody answers: the payer's deadline ends it as given up", async () => {
    const script: Script = {
      calls: [],
      looks: [
        waiting("payer", 72 * HOUR_MS),
        orders({ do: "close", outcome: "gave-up" }, { card: { state: "needs-payer" } }),
        ended("closed"),
      ],
      charges: [{ payment: "needs-payer", charge: "not-charged", waitMs: 0 }],
    };
    expect((await play(script, toEnd)).result).toBe("closed");
    expect(script.calls).toEqual(["charge", "look", "look", "end gave-up", "look"]);
  });

  test("taken but not wanted: the run ends as returning", async () => {
    const script: Script = {
      calls: [],
      looks: [ended("returning")],
      charges: [{ payment: "returning", charge: "charged", waitMs: 0 }],
    };
    expect((await play(script, toEnd)).result).toBe("returning");
  });
});

describe("what operators see", () => {
  test("attention is written when it changes and never on the happy path", async () => {
    const happy: Script = { calls: [], looks: [], charges: [paid] };
    const { events } = await play(happy, toEnd);
    expect(events).not.toContain("upsertWorkflowSearchAttributes");

    const troubled: Script = {
      calls: [],
      looks: [
        orders(
          { do: "wait", until: "2026-11-25T10:00:00.000Z", why: "payer" },
          { waitMs: HOUR_MS, card: { state: "needs-payer" } },
        ),
        orders(
          { do: "wait", until: "2026-11-25T10:00:00.000Z", why: "payer" },
          { waitMs: HOUR_MS, card: { state: "needs-payer" } },
        ),
        ended("closed"),
      ],
    };
    const seen = await play(troubled, toEnd, 0);
    expect(seen.events.filter((event) => event === "upsertWorkflowSearchAttributes")).toHaveLength(2);
  });
});
