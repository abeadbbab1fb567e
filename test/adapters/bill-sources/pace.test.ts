import { expect, test } from "vitest";
import { createPace, type PaceClock } from "../../../adapters/bill-sources/pace.ts";

/** Time that moves only by being moved. */
function handClock(): PaceClock & { move(ms: number): Promise<void> } {
  let nowMs = 0;
  let timers: { readonly at: number; readonly call: () => void }[] = [];
  return {
    now: () => nowMs,
    after: (ms, call) => void timers.push({ at: nowMs + ms, call }),
    move: async (ms) => {
      nowMs += ms;
      const ripe = timers.filter(({ at }) => at <= nowMs);
      timers = timers.filter(({ at }) => at > nowMs);
      for (const { call } of ripe) call();
      await settled();
    },
  };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

const never = new AbortController().signal;

test("a source is asked at its pace, and a quiet hour saves up no burst", async () => {
  const clock = handClock();
  const pace = createPace({ perSecond: 2, atOnce: 10 }, clock);
  await clock.move(3_600_000);
  let out = 0;
  for (let request = 0; request < 4; request += 1) void pace.enter(never).then(() => (out += 1));
  await settled();
  expect(out).toBe(1);
  await clock.move(499);
  expect(out).toBe(1);
  await clock.move(1);
  expect(out).toBe(2);
  await clock.move(500);
  await clock.move(500);
  expect(out).toBe(4);
});

test("no more requests are under way at once than the source allows, first come first served", async () => {
  const clock = handClock();
  const pace = createPace({ perSecond: 1000, atOnce: 2 }, clock);
  const order: number[] = [];
  const ends: (() => void)[] = [];
  for (let request = 0; request < 4; request += 1) {
    void pace.enter(never).then((turn) => {
      order.push(request);
      if (turn) ends.push(turn);
    });
  }
  for (let tick = 0; tick < 10; tick += 1) await clock.move(1);
  expect(order).toEqual([0, 1]);
  ends[0]?.();
  // The same request cannot end twice and let two others out.
  ends[0]?.();
  for (let tick = 0; tick < 10; tick += 1) await clock.move(1);
  expect(order).toEqual([0, 1, 2]);
});

test("what is urgent goes before all that wait, and takes no turn from what is under way", async () => {
  const clock = handClock();
  const pace = createPace({ perSecond: 1000, atOnce: 1 }, clock);
  const order: string[] = [];
  const ask = (name: string, urgent?: boolean): void =>
    void pace.enter(never, urgent).then((turn) => {
      order.push(name);
      clock.after(5, () => turn?.());
    });
  ask("first");
  ask("second");
  ask("person", true);
  for (let tick = 0; tick < 30; tick += 1) await clock.move(1);
  expect(order).toEqual(["first", "person", "second"]);
});

test("who gives up waiting gets no turn and takes nobody's", async () => {
  const clock = handClock();
  const pace = createPace({ perSecond: 1, atOnce: 10 }, clock);
  await pace.enter(never);
  const impatient = new AbortController();
  const given = pace.enter(impatient.signal);
  const patient = pace.enter(never);
  impatient.abort();
  expect(await given).toBeNull();
  await clock.move(1000);
  expect(await patient).toBeTypeOf("function");
  expect(await pace.enter(AbortSignal.abort())).toBeNull();
});

test("limits that would let nothing out are a defect", () => {
  expect(() => createPace({ perSecond: 0, atOnce: 1 })).toThrow(RangeError);
  expect(() => createPace({ perSecond: Number.NaN, atOnce: 1 })).toThrow(RangeError);
  expect(() => createPace({ perSecond: 1, atOnce: 0 })).toThrow(RangeError);
});
