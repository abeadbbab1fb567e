import { afterAll, beforeAll, expect, test } from "vitest";
import { payment } from "../support/rows.ts";
import { openRereadWorld, type RereadWorld } from "./support/reread-world.ts";

const DEBITS = 100;
const limits = { perSecond: 25, atOnce: 4 } as const;

let world: RereadWorld;
beforeAll(async () => {
  world = await openRereadWorld({ limits });
});
afterAll(() => world.close());

test("a hundred debits at once: each asks its source once, none faster than the source allows, and each is made once", async () => {
  const { engine, registry } = world;
  const fines = await world.fines(DEBITS);
  let open = fines;
  for (let round = 0; open.length > 0 && round < 12; round += 1) {
    await Promise.all(open.map(({ paymentId }) => engine.charge(paymentId)));
    const rows = await Promise.all(open.map(({ paymentId }) => payment(engine.db, paymentId)));
    open = open.filter((_, place) => rows[place]?.state === "scheduled");
    await engine.jump({ minutes: 21 });
  }
  expect(open).toEqual([]);
  for (const { paymentId } of fines) expect(await engine.bank.debits(paymentId)).toHaveLength(1);

  const response = await fetch(`${registry.controlUrl}/requests?since=0`);
  const asked = (await response.json()) as { at: string; question?: object }[];
  const own = asked.filter(
    ({ question }) => fines.filter(({ uin }) => JSON.stringify(question).includes(uin)).length === 1,
  );
  expect(own).toHaveLength(DEBITS);
  const at = own.map((one) => Date.parse(one.at)).toSorted((a, b) => a - b);
  for (let place = limits.perSecond; place < at.length; place += 1) {
    // loopback and a busy machine blur the instants a little
    const span = (at[place] ?? 0) - (at[place - limits.perSecond] ?? 0);
    expect(span, `questions ${place - limits.perSecond} to ${place}`).toBeGreaterThan(800);
  }
});
