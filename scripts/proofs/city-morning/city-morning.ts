import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { Chance } from "../chance.ts";
import { type Findings, type Proof, type ProofOrder, sizeOf } from "../proof.ts";
import { pushBills } from "../world/bills.ts";
import type { MakeWorld, World } from "../world/world.ts";
import { makeCity } from "./people.ts";
import { expectedOf, judgeMorning, type SentBill } from "./verdict.ts";

const BILLER = "gorod-zhkh";
/** Two bills for each resident. */
const PERIODS = ["2026-10", "2026-11"] as const;
const AMOUNT_MINOR = 512_345;
const PUSH = 500;
const LANES = 4;
/** Pushes that their sender repeats, unsure of the first. */
const REPEATED_PERCENT = 10;
const ENDS_WITHIN_MS = 3_600_000;
const TELL_EVERY_MS = 10_000;

/**
 * A city's morning: bills arrive for everybody, few of them are anybody's wish to pay or to be told. Exactly these start a workflow each, though workers and
 * Temporal are killed meanwhile.
 */
export const cityMorning: Proof<MakeWorld> = {
  name: "city-morning",
  sizes: {
    small: { bills: 4_000, residents: 2_000, interested: 200, workerKills: 2, temporalKills: 0 },
    full: { bills: 200_000, residents: 100_000, interested: 10_000, workerKills: 3, temporalKills: 1 },
  },
  async run(order) {
    const world = await order.needs();
    try {
      return await morning(world, order);
    } finally {
      await world.close();
    }
  },
};

async function morning(world: World, order: ProofOrder<MakeWorld>): Promise<Findings> {
  const { seed, sizes, say } = order;
  const chance = new Chance(seed);
  const accounts = await makeCity(world, {
    residents: sizeOf(sizes, "residents"),
    interested: sizeOf(sizes, "interested"),
    billerId: BILLER,
    token: await world.bank.bindCard(),
    chance,
  });
  const sent = expectedOf(accounts, PERIODS);
  if (sent.length !== sizeOf(sizes, "bills"))
    throw new Error(`${sent.length} bills are not ${sizeOf(sizes, "bills")}: two for each resident`);
  say(`the city is there, ${sent.length} bills begin to arrive`);
  const arrival = { pushes: 0, startedAt: Date.now(), arrivedAt: 0 };
  await Promise.all([arrive(world, { sent, chance, arrival, say }), killMeanwhile(world, order, arrival)]);
  await untilDrained(world, say);
  const runs = await world.runs(["payment", "bill"]);
  const { violations, bills } = await judgeMorning(world, { seed, sent, runs });
  return {
    violations,
    result: {
      bills,
      pushes: arrival.pushes,
      expected: sent.filter(({ wish }) => wish !== "nothing").length,
      workflows: {
        payment: runs.filter(({ type }) => type === "payment").length,
        bill: runs.filter(({ type }) => type === "bill").length,
      },
      workerKills: sizeOf(sizes, "workerKills"),
      temporalKills: sizeOf(sizes, "temporalKills"),
    },
  };
}

type Arrival = { pushes: number; readonly startedAt: number; arrivedAt: number };

/** Pushes everything in a drawn order over a few lanes; some pushes come twice. */
async function arrive(
  world: World,
  {
    sent,
    chance,
    arrival,
    say,
  }: {
    readonly sent: readonly SentBill[];
    readonly chance: Chance;
    readonly arrival: Arrival;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const waiting = pushesOf(sent, chance);
  const all = waiting.length;
  const lane = async () => {
    for (let push = waiting.pop(); push; push = waiting.pop()) {
      await pushBills(world, push);
      arrival.pushes += 1;
      if (arrival.pushes % 40 === 0) say(`${arrival.pushes} of ${all} pushes are taken`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  arrival.arrivedAt = Date.now();
}

function pushesOf(sent: readonly SentBill[], chance: Chance) {
  const drawn = sent
    .map((bill) => ({ bill, at: chance.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ bill: { account, period } }) => ({
      billerId: BILLER,
      account,
      period,
      amountMinor: AMOUNT_MINOR,
    }));
  const pushes = Array.from({ length: Math.ceil(drawn.length / PUSH) }, (_, index) =>
    drawn.slice(index * PUSH, (index + 1) * PUSH),
  );
  return [...pushes.filter(() => chance.percent(REPEATED_PERCENT)), ...pushes];
}

/** Kills in the middle of the work: whenever another share of the expected workflows has been asked for. */
async function killMeanwhile(
  world: World,
  { sizes, say }: ProofOrder<MakeWorld>,
  arrival: Arrival,
): Promise<void> {
  const workerKills = sizeOf(sizes, "workerKills");
  const temporalKills = sizeOf(sizes, "temporalKills");
  const expected = sizeOf(sizes, "interested") * PERIODS.length;
  const kills = [
    ...Array.from({ length: workerKills }, () => "worker" as const),
    ...Array.from({ length: temporalKills }, () => "temporal" as const),
  ];
  for (const [index, which] of kills.entries()) {
    await untilStarted(world, (expected * (index + 1)) / (kills.length + 1));
    if (which === "worker") await world.restartWorker();
    else await world.restartTemporal?.();
    say(
      `the ${which} was killed and is back, kill ${index + 1} of ${kills.length}, after ${arrival.pushes} pushes`,
    );
  }
}

async function untilStarted({ db }: World, count: number): Promise<void> {
  const deadline = Date.now() + ENDS_WITHIN_MS;
  for (;;) {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from outbox where kind in ('start-payment', 'start-bill')`.execute(db);
    if ((rows[0]?.n ?? 0) >= count) return;
    if (Date.now() > deadline) throw new Error("the middle of the morning does not come");
    await pause(50);
  }
}

/** Waits until nothing is left to decide or to tell Temporal. */
async function untilDrained({ db }: World, say: (line: string) => void): Promise<void> {
  const deadline = Date.now() + ENDS_WITHIN_MS;
  let told = Date.now();
  for (;;) {
    const { rows } = await sql<{ plans: number; starts: number }>`
      select count(*) filter (where kind = 'plan-bill')::int as plans, count(*) filter (where kind like 'start-%')::int as starts
      from outbox where done_at is null`.execute(db);
    const { plans = 0, starts = 0 } = rows[0] ?? {};
    if (plans + starts === 0) return;
    if (Date.now() > deadline) throw new Error(`${plans} plans and ${starts} starts are left`);
    if (Date.now() - told > TELL_EVERY_MS) {
      told = Date.now();
      say(`${plans} bills are to be planned, ${starts} workflows to be started`);
    }
    await pause(250);
  }
}
