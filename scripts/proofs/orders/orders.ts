import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { Chance } from "../chance.ts";
import { type Findings, type Proof, type ProofOrder, sizeOf, type Violation } from "../proof.ts";
import { jump } from "../world/clock.ts";
import { allOrders, type Case, type Event, EVENTS, happen, poll, stepsOf } from "./case.ts";
import { untilEnded, untilQuiet } from "./quiet.ts";
import { standOnBankPages } from "./standing.ts";
import { isTaken, judgeCases } from "./truth.ts";

const CONFIRMATION_SECONDS = 61 * 60;
/** Half a minute of looks; what is not ended then is a violation, and the cases tell which. */
const MOST_ROUNDS = 150;

/** Lends a world for one run. */
export type InWorld = <Result>(work: (world: WholeWorld) => Promise<Result>) => Promise<Result>;

/**
 * A payer stands on the bank's page, and return, webhook, poll, expiry and cancel come in every order, at both gateways. At
 * YooKassa nobody can end what waits for its payer; Stripe's intent is ended by the stop and by the end of the payer's time.
 */
export const orders: Proof<InWorld> = {
  name: "orders",
  sizes: { small: { orders: 40, atStripe: 10 }, full: { orders: 120, atStripe: 120 } },
  run: (order) => order.needs((world) => play(world, order)),
};

async function play(world: WholeWorld, order: ProofOrder<InWorld>): Promise<Findings> {
  const cases = [
    ...(await standOnBankPages(world, "yookassa", choose(sizeOf(order.sizes, "orders"), order.seed))),
    ...(await standOnBankPages(world, "stripe", choose(sizeOf(order.sizes, "atStripe"), order.seed + 1))),
  ];
  order.say(`${cases.length} payers stand on the bank's page`);
  for (const [place, step] of stepsOf(cases).entries()) {
    await (step === "expiry" ? endTheTime(world) : happen(world, step));
    await untilQuiet(world);
    order.say(
      `step ${place + 1}: ${step === "expiry" ? "the time is over" : `${step.size} things happened`}`,
    );
  }
  await untilEnded(world, cases);
  const violations: readonly Violation[] = await judgeCases(world, cases, order.seed);
  return { violations, result: resultOf(cases) };
}

/**
 * The payers' time is over. A look that was under way in that moment may have seen, an instant before, that somebody is still waited for: the next one ends what can be ended, and only then does
 * the next thing happen.
 */
async function endTheTime(world: WholeWorld): Promise<void> {
  await jump(world, CONFIRMATION_SECONDS);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await untilQuiet(world);
    const { rows } = await sql<{ id: string }>`select payment_id as id from charges
      where state = 'pending' and can_void and confirm_by <= business_now()`.execute(world.db);
    if (rows.length === 0) return;
    await poll(
      world,
      rows.map(({ id }) => id),
    );
    await pause(200);
  }
}

function resultOf(cases: readonly Case[]): Findings["result"] {
  const at = (gateway: string) => cases.filter((subject) => subject.gateway === gateway);
  return {
    orders: at("yookassa").length,
    atStripe: at("stripe").length,
    ofOrders: allOrders().length,
    captures: cases.filter(isTaken).length,
    capturesAtStripe: at("stripe").filter(isTaken).length,
  };
}

/** A part of all orders that holds as many of each place of the expiry. */
function choose(count: number, seed: number): readonly (readonly Event[])[] {
  const chance = new Chance(seed);
  const drawn = EVENTS.map((_, place) =>
    allOrders()
      .filter((events) => events.indexOf("expiry") === place)
      .map((events) => ({ events, at: chance.next() }))
      .toSorted((a, b) => a.at - b.at)
      .slice(0, Math.ceil(count / EVENTS.length))
      .map(({ events }) => events),
  );
  return drawn.flat().slice(0, count);
}
