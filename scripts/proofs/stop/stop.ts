import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { Chance } from "../chance.ts";
import type { InWorld } from "../orders/orders.ts";
import { untilQuiet } from "../orders/quiet.ts";
import { percentilesOf } from "../percentiles.ts";
import { type Findings, type Proof, type ProofOrder, sizeOf } from "../proof.ts";
import type { BankView } from "../world/bank-view.ts";
import { pushBills } from "../world/bills.ts";
import { jump } from "../world/clock.ts";
import { makePayers, type WorldPayer } from "../world/payers.ts";
import { type Stopped, stopAtSomeMoment } from "./deeds.ts";
import { Moments } from "./moments.ts";
import { judgeStops } from "./verdict.ts";

const AMOUNT_MINOR = 512_345;
/** So many debits and stops are under way at a time. */
const HANDFUL = 40;
/** What nobody knows is looked at for more than a day of the city. */
const JUMP_SECONDS = 4 * 3_600;
const ENDS_WITHIN_MS = 120_000;
/** At Stripe's face of the bank, in percent. */
const STRIPE_PERCENT = 30;

/** What the bank does beside its work, in percent of the requests that take money. */
const SLOW_PERCENT = 45;
const SLOW = { kind: "delay", ms: 1_200, when: "after" };
/** What is not answered stays under way until it is looked up: a stop finds it there on a busy machine, too. */
const DROPPED_PERCENT = 15;
const LOST_PERCENT = 15;
const ASKING_PERCENT = 20;

/**
 * People stop at any moment of a debit: they cancel or pause the mandate, withdraw the card, skip the bill, while the bank is slow, loses answers and asks for
 * the payer. Nothing may reach the bank after the acknowledgement that it does not list, and what it lists is followed and told.
 */
export const stop: Proof<InWorld> = {
  name: "stop",
  sizes: { small: { stops: 40 }, full: { stops: 2_000 } },
  run: (order) => order.needs((world) => play(world, order)),
};

async function play(world: WholeWorld, order: ProofOrder<InWorld>): Promise<Findings> {
  const { seed, say } = order;
  const count = sizeOf(order.sizes, "stops");
  await makeBankSlow(world.bank, seed);
  const payers = await mixedPayers(world, count);
  const stops: Stopped[] = [];
  while (stops.length < count) {
    stops.push(
      ...(await stopHandful(world, payers.slice(stops.length, stops.length + HANDFUL), {
        seed,
        places: payers,
      })),
    );
    say(`${stops.length} of ${count} have stopped`);
  }
  await world.bank.disarm();
  await untilDecided(world, say);
  const { violations, counts } = await judgeStops(world, stops, seed);
  const answered = stops.map(({ askedAt, answeredAt }) => answeredAt - askedAt);
  return { violations, result: counts, percentiles: { stopMs: percentilesOf(answered) } };
}

async function makeBankSlow(bank: BankView, seed: number): Promise<void> {
  for (const operation of ["create_payment", "stripe_confirm"]) {
    const match = { operation };
    const asking = { percent: ASKING_PERCENT, fault: { kind: "decline", reason: "3d_secure_failed" } };
    const bands: readonly { readonly percent: number; readonly fault: { readonly kind: string } }[] = [
      { percent: SLOW_PERCENT, fault: SLOW },
      { percent: DROPPED_PERCENT, fault: { kind: "commit-then-drop" } },
      { percent: LOST_PERCENT, fault: { kind: "drop-before" } },
      ...(operation === "create_payment" ? [asking] : []),
    ];
    let fromPercent = 0;
    for (const { percent, fault } of bands) {
      await bank.arm({ match, chance: { seed, fromPercent, percent }, fault });
      fromPercent += percent;
    }
  }
}

async function mixedPayers(world: WholeWorld, count: number): Promise<readonly WorldPayer[]> {
  const { stripe, issuer } = world;
  if (stripe === undefined) throw new Error("this proof needs a world with Stripe");
  const atStripe = Math.round((count * STRIPE_PERCENT) / 100);
  const first = await makePayers(world, {
    count: count - atStripe,
    billerId: world.billers[0]?.id ?? "",
    gateway: "yookassa",
    token: await world.bank.bindCard(),
    issuer,
  });
  const second: WorldPayer[] = [];
  // A card of their own for each: one that its holder withdraws is gone at Stripe too.
  while (second.length < atStripe) {
    const { billerId } = stripe;
    const order = { count: 1, billerId, gateway: "stripe", token: await stripe.savedCard(), issuer };
    second.push(...(await makePayers(world, order)));
  }
  return [...first, ...second].toSorted((a, b) => (a.residentId < b.residentId ? -1 : 1));
}

async function stopHandful(
  world: WholeWorld,
  payers: readonly WorldPayer[],
  { seed, places }: { readonly seed: number; readonly places: readonly WorldPayer[] },
): Promise<readonly Stopped[]> {
  const billers = [...new Set(payers.map(({ billerId }) => billerId))];
  const stops = billers.map(async (billerId) => {
    const group = payers.filter((payer) => payer.billerId === billerId);
    const orders = group.map(({ account }) => ({ billerId, account, amountMinor: AMOUNT_MINOR }));
    const billIds = await pushBills(world, orders);
    const moments = new Moments(world.db, billIds);
    const watching = moments.watch();
    const stopped = await Promise.all(
      group.map((payer, index) => {
        const chance = new Chance(seed * 100_003 + places.indexOf(payer));
        return stopAtSomeMoment(world, { payer, billId: billIds[index] ?? "", moments, chance });
      }),
    );
    moments.end();
    await watching;
    return stopped;
  });
  return (await Promise.all(stops)).flat();
}

/** The looks go on by themselves; the clock is helped along until every charge is decided and every message sent. */
async function untilDecided(world: WholeWorld, say: (line: string) => void): Promise<void> {
  let [fewest, deadline] = [Number.POSITIVE_INFINITY, 0];
  for (;;) {
    const { rows } = await sql<{
      open: number;
    }>`select ((select count(*) from charges where state not in ('charged', 'not-charged'))
      + (select count(*) from payments where state in ('scheduled', 'charging')))::int as open`.execute(
      world.db,
    );
    const open = rows[0]?.open ?? 0;
    if (open === 0) return untilQuiet(world);
    if (open < fewest) [fewest, deadline] = [open, Date.now() + ENDS_WITHIN_MS];
    // what never ends is a violation of its own
    if (Date.now() > deadline) return;
    say(`${open} charges and payments are open`);
    await jump(world, JUMP_SECONDS);
    await pause(500);
  }
}
