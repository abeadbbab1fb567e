import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import { percentilesOf } from "../percentiles.ts";
import { type Findings, type Proof, type ProofOrder, sizeOf } from "../proof.ts";
import { pushBills } from "../world/bills.ts";
import { jump } from "../world/clock.ts";
import { makePayers, type WorldPayer } from "../world/payers.ts";
import type { MakeWorld, World } from "../world/world.ts";
import { armFaults, DELAY_SECONDS } from "./faults.ts";
import { judge } from "./verdict.ts";

const AMOUNT_MINOR = 512_345;
/** Bills are pushed in handfuls, so that some hundreds are under way at any moment and none waits for long. */
const HANDFUL = 50;
const POLL_MS = 200;
/** When nothing ends for so long although something should, the run is stuck: itself a violation. */
const STUCK_AFTER_MS = 180_000;
const MOST_JUMPS = 200;
/** Looks come with jitter: a jump takes those of the next minutes together. */
const SHORTEST_JUMP_SECONDS = 90;

/**
 * The bank loses answers after it took the money, answers 500, tells twice and late, and is silent about some charges until
 * their keys are long dead. Debits must be debts, and every unknown must end with evidence.
 */
export const unknownOutcomes: Proof<MakeWorld> = {
  name: "unknown-outcomes",
  sizes: {
    small: { payments: 80, inFlight: 80, patience: 1, stripePercent: 0 },
    full: { payments: 10_000, inFlight: 250, patience: 2, stripePercent: 30 },
  },
  async run(order) {
    const world = await order.needs();
    try {
      return await play(world, order);
    } finally {
      await world.close();
    }
  },
};

async function play(world: World, order: ProofOrder<MakeWorld>): Promise<Findings> {
  const { seed, say } = order;
  const payments = sizeOf(order.sizes, "payments");
  const payers = await mixedPayers(world, payments, sizeOf(order.sizes, "stripePercent"));
  const { endSilence } = await armFaults(world.bank, seed);
  say(`${payments} payers are ready, the bank is armed`);

  const startedAt = Date.now();
  const flow = { payers, inFlight: sizeOf(order.sizes, "inFlight"), say };
  const billIds = await flowIn(world, flow);
  const openAtLast = await untilOnlySilentAreOpen(world.db, sizeOf(order.sizes, "patience"), say);
  const seconds = (Date.now() - startedAt) / 1000;
  const latencies = await readLatencies(world.db);
  say(`${(payments / seconds).toFixed(1)} payments/s; ${openAtLast} wait for what the bank is silent about`);

  await endSilence();
  await jump(world, DELAY_SECONDS);
  const jumps = 1 + (await drain(world, say));
  await untilToldByBank(world);
  const findings = await judge(world, { seed, billIds, amountMinor: AMOUNT_MINOR });
  return {
    ...findings,
    result: {
      ...findings.result,
      silentUntilJump: openAtLast,
      jumpsOfTheClock: jumps,
      paymentsPerSecond: Math.round((payments / seconds) * 10) / 10,
    },
    percentiles: { pushedToPaidMs: percentilesOf(latencies) },
  };
}

/** Payers of both gateways, evenly mixed. */
async function mixedPayers(
  world: World,
  count: number,
  stripePercent: number,
): Promise<readonly WorldPayer[]> {
  const atStripe = world.stripe === undefined ? 0 : Math.round((count * stripePercent) / 100);
  const yooKassa = await makePayers(world, {
    count: count - atStripe,
    billerId: "gorod-zhkh",
    gateway: "yookassa",
    token: await world.bank.bindCard(),
  });
  if (world.stripe === undefined || atStripe === 0) return yooKassa;
  const { billerId, savedCard } = world.stripe;
  const token = await savedCard();
  const stripe = await makePayers(world, { count: atStripe, billerId, gateway: "stripe", token });
  return [...yooKassa, ...stripe]
    .map((payer, index) => {
      const first = index < yooKassa.length;
      const place = first ? index / yooKassa.length : (index - yooKassa.length) / stripe.length;
      return { payer, place };
    })
    .toSorted((a, b) => a.place - b.place)
    .map(({ payer }) => payer);
}

/** One push is of one biller. */
async function pushHandful(world: World, payers: readonly WorldPayer[]): Promise<readonly string[]> {
  const billers = new Set(payers.map(({ billerId }) => billerId));
  const ids: string[] = [];
  for (const biller of billers) {
    const orders = payers
      .filter(({ billerId }) => billerId === biller)
      .map(({ billerId, account }) => ({ billerId, account, amountMinor: AMOUNT_MINOR }));
    ids.push(...(await pushBills(world, orders)));
  }
  return ids;
}

/** Pushes bills as fast as they are paid, so many in flight. */
async function flowIn(
  world: World,
  {
    payers,
    inFlight,
    say,
  }: {
    readonly payers: readonly WorldPayer[];
    readonly inFlight: number;
    readonly say: (line: string) => void;
  },
): Promise<readonly string[]> {
  const billIds: string[] = [];
  const handful = Math.min(HANDFUL, inFlight);
  let told = Date.now();
  while (billIds.length < payers.length) {
    const { open, silent } = await countOpen(world.db);
    if (Date.now() - told > 10_000) {
      told = Date.now();
      say(`${billIds.length} bills pushed, ${open} under way, ${silent} of them unknown`);
    }
    if (open - silent + handful > inFlight && billIds.length > 0) {
      await pause(POLL_MS);
      continue;
    }
    billIds.push(...(await pushHandful(world, payers.slice(billIds.length, billIds.length + handful))));
  }
  return billIds;
}

type Open = {
  readonly open: number;
  /** A second transmission has ended without an answer, too. */
  readonly silent: number;
};

/** Bills that are not settled yet, planned or not. */
async function countOpen(db: Database): Promise<Open> {
  const { rows } = await sql<Open>`
    select (select count(*)::int from bills where state = 'owed') as open,
      (select count(*)::int from charges where state = 'unknown' and (unanswered > 1 or looks > 1)) as silent`.execute(
    db,
  );
  return rows[0] ?? { open: 0, silent: 0 };
}

/**
 * Everything is paid but what the bank is silent about; answers how many those are.
 *
 * @param patience more lost answers in a row than so many count as silence
 */
async function untilOnlySilentAreOpen(
  db: Database,
  patience: number,
  say: (line: string) => void,
): Promise<number> {
  let last = "";
  let changedAt = Date.now();
  for (;;) {
    const { rows } = await sql<{ open: number; silent: number; later: number; restless: number }>`
      select (select count(*)::int from bills where state = 'owed') as open,
        -- a slow machine let the gate's five seconds pass: nothing was sent, and the next try is a later one of the city's clock
        (select count(*)::int from payments y where y.state = 'scheduled' and y.next_look_at > business_now() + interval '1 minute'
          and exists (select 1 from charges c where c.payment_id = y.id)) as later,
        (select count(*)::int from charges where state = 'unknown'
          and (unanswered > ${patience} or (gateway = 'stripe' and looks > ${patience}))) as silent,
        (select count(*)::int from charges where state = 'sending' or (state = 'unknown'
          and unanswered <= ${patience} and not (gateway = 'stripe' and looks > ${patience}))) as restless`.execute(
      db,
    );
    const { open = 0, silent = 0, later = 0, restless = 0 } = rows[0] ?? {};
    if (open === silent + later && restless === 0) return open;
    const now = `${open}/${silent}/${later}/${restless}`;
    if (now !== last) changedAt = Date.now();
    last = now;
    if (Date.now() - changedAt > STUCK_AFTER_MS) {
      say(
        `stuck: ${open} bills are owed, ${silent} charges silent, ${later} to be tried later, ${restless} under way`,
      );
      return open;
    }
    await pause(POLL_MS);
  }
}

/**
 * Lets everything end: waits until nothing is due any more, then jumps to the next moment at which something is. Answers how many jumps it took; stops
 * when nothing is open or nothing moves.
 */
async function drain(world: World, say: (line: string) => void): Promise<number> {
  for (let jumps = 0; jumps < MOST_JUMPS; jumps += 1) {
    const { open, seconds } = await untilNothingIsDue(world.db);
    if (open === 0) return jumps;
    say(`${open} payments are open, the next looks in ${Math.round(seconds)} s of the city's time`);
    await jump(world, Math.max(SHORTEST_JUMP_SECONDS, seconds + 1));
  }
  return MOST_JUMPS;
}

async function untilNothingIsDue(db: Database): Promise<{ readonly open: number; readonly seconds: number }> {
  const deadline = Date.now() + STUCK_AFTER_MS;
  for (;;) {
    const { rows } = await sql<{ open: number; seconds: number | null; owed: number; queued: number }>`
      select count(*)::int as open, extract(epoch from min(next_look_at) - business_now())::float8 as seconds,
        (select count(*)::int from bills b where b.state = 'owed') as owed,
        (select count(*)::int from notifications where state in ('queued', 'sending') and notice_id is not null) as queued
      from payments where state in ('scheduled', 'needs-payer', 'charging')`.execute(db);
    const { open = 0, seconds = null, owed = 0, queued = 0 } = rows[0] ?? {};
    if (open === 0 && owed === 0) return { open, seconds: 0 };
    const settled = seconds !== null && seconds > 0 && queued === 0;
    if (settled || Date.now() > deadline) return { open: Math.max(open, owed), seconds: seconds ?? 60 };
    await pause(POLL_MS);
  }
}

/** Late webhooks are let go by the jump and must do no harm: the bank has told everything before we judge. */
async function untilToldByBank({ bank }: World): Promise<void> {
  const deadline = Date.now() + STUCK_AFTER_MS;
  while ((await bank.undelivered()) > 0 && Date.now() < deadline) await pause(POLL_MS);
}

async function readLatencies(db: Database): Promise<readonly number[]> {
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from y.paid_at - b.received_at) * 1000)::float8 as ms
    from payments y join bills b on b.id = y.bill_id where y.state = 'paid'`.execute(db);
  return rows.map(({ ms }) => ms);
}
