import { sql } from "kysely";
import { type Client, createClient } from "../../../api/client.ts";
import { visit } from "../../../test/contracts/gateway/payer-visit.ts";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import type { WorldPayer } from "../world/payers.ts";
import { tellShop } from "./news.ts";

export const EVENTS = ["return", "webhook", "poll", "expiry", "cancel"] as const;
export type Event = (typeof EVENTS)[number];

export type CaseGateway = "yookassa" | "stripe";

/** A payer who stands on the bank's page, and the order in which five things happen to their payment. */
export type Case = {
  readonly gateway: CaseGateway;
  readonly order: readonly Event[];
  readonly payer: WorldPayer;
  readonly api: Client;
  readonly paymentId: string;
  readonly bankPage: string;
  /** What the stop's answer listed as under way. */
  listed: number | null;
};

/** Every order of the five. */
export function allOrders(events: readonly Event[] = EVENTS): readonly (readonly Event[])[] {
  if (events.length === 0) return [[]];
  return events.flatMap((first) =>
    allOrders(events.filter((event) => event !== first)).map((rest) => [first, ...rest]),
  );
}

/** One step of time for all cases: what happens to each in it. */
export type Step = "expiry" | ReadonlyMap<Case, Exclude<Event, "expiry">>;

/**
 * The clock is one for all, so the expiry is one moment: what comes before it in an order takes the last steps before that moment, what comes after it the
 * first ones behind.
 */
export function stepsOf(cases: readonly Case[]): readonly Step[] {
  const beside = EVENTS.length - 1;
  const steps: Step[] = [];
  for (let step = -beside; step <= beside; step += 1) {
    if (step === 0) steps.push("expiry");
    else steps.push(new Map(cases.flatMap((subject) => entryOf(subject, step))));
  }
  return steps;
}

function entryOf(subject: Case, step: number): readonly (readonly [Case, Exclude<Event, "expiry">])[] {
  const event = subject.order[subject.order.indexOf("expiry") + step];
  return event === undefined || event === "expiry" ? [] : [[subject, event]];
}

export async function clientOf(world: WholeWorld, payer: WorldPayer): Promise<Client> {
  return createClient({ baseUrl: world.api, token: await world.token(payer.residentId) });
}

/** Lets one thing happen to each of these cases, side by side. */
export async function happen(world: WholeWorld, events: Exclude<Step, "expiry">): Promise<void> {
  const polled = [...events].filter(([, event]) => event === "poll").map(([{ paymentId }]) => paymentId);
  await Promise.all([
    poll(world, polled),
    ...[...events].map(([subject, event]) =>
      event === "poll" ? undefined : happenTo(world, subject, event),
    ),
  ]);
}

/** The time of these payments' next look has come, and the sweeper finds it. */
export async function poll(world: WholeWorld, paymentIds: readonly string[]): Promise<void> {
  if (paymentIds.length === 0) return;
  await sql`update payments set next_look_at = business_now() where id = any(${paymentIds})
    and state = 'charging'`.execute(world.db);
  await world.sweep();
}

const TYPED_CARD = { number: "5555 5555 5555 4477", expiry: "12/39", csc: "737" };

async function happenTo(
  world: WholeWorld,
  subject: Case,
  event: "return" | "webhook" | "cancel",
): Promise<void> {
  switch (event) {
    case "return":
      // the page may be gone: then the payer comes back with nothing
      await visit(subject.bankPage, "confirm", TYPED_CARD).catch(() => undefined);
      await subject.api.returnFromBank(subject.paymentId);
      return;
    case "webhook":
      return tellShop(world, subject);
    case "cancel": {
      const stop = await subject.api.cancelMandate(subject.payer.mandateId, {});
      subject.listed = stop.inFlight.length;
      return;
    }
  }
}
