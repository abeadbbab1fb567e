import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { mailsOf } from "../orders/truth.ts";
import type { Violation } from "../proof.ts";
import type { Debit, JournalEntry } from "../world/bank-view.ts";
import type { Stopped } from "./deeds.ts";

/** Requests that can take money. */
const TAKING = ["create_payment", "capture", "stripe_confirm", "stripe_capture"];

type ChargeRow = {
  readonly billId: string;
  readonly paymentId: string;
  readonly id: string;
  /** Null: a card that the payer types at the bank. */
  readonly methodId: string | null;
  readonly state: string;
  readonly paymentState: string;
  /** Moments at which the gate let it through, of the machine's clock in milliseconds. */
  readonly passes: readonly number[];
  readonly decidedAt: number | null;
};

type Facts = {
  readonly seed: number;
  readonly charges: readonly ChargeRow[];
  readonly requests: readonly (JournalEntry & { readonly real: string })[];
  readonly debits: readonly Debit[];
};

/** Holds every stop against the bank's own journal and the rows. */
export async function judgeStops(
  world: WholeWorld,
  stops: readonly Stopped[],
  seed: number,
): Promise<{ readonly violations: readonly Violation[]; readonly counts: Readonly<Record<string, number>> }> {
  const [journal, debits, charges] = await Promise.all([
    world.bank.journal(),
    world.bank.debits(),
    readCharges(world),
  ]);
  const requests = journal.filter(isTaking);
  const violations: Violation[] = [];
  const told = new Map<string, number>();
  for (const stop of stops) {
    const own = charges.filter((charge) => isMeant(stop, charge));
    const facts = { seed, charges: own, requests, debits };
    violations.push(...brokenBy(stop, facts), ...(await brokenWords(world, stop, facts, told)));
  }
  return {
    violations,
    counts: { ...countsOf(stops, { charges, debits, requests }), ...Object.fromEntries(told) },
  };
}

/** Whoever withdraws a card may still pay the bill with another one: what they confirm at the bank is their own wish. */
function isMeant({ billId, deed, payer }: Stopped, charge: ChargeRow): boolean {
  return charge.billId === billId && (deed !== "withdraw" || charge.methodId === payer.methodId);
}

function isTaking(entry: JournalEntry): entry is JournalEntry & { readonly real: string } {
  return entry.kind === "request" && TAKING.includes(entry.operation ?? "") && entry.chargeId !== undefined;
}

async function readCharges({ db }: WholeWorld): Promise<readonly ChargeRow[]> {
  const { rows } = await sql<ChargeRow>`
    select y.bill_id as "billId", y.id as "paymentId", c.id, c.method_id as "methodId", c.state, y.state as "paymentState",
      coalesce((select jsonb_agg(extract(epoch from g.passed_at) * 1000 order by g.passed_at) from gate_passes g
        where g.charge_id = c.id and g.kind = 'charge'), '[]') as passes,
      (extract(epoch from c.decided_at) * 1000)::float8 as "decidedAt"
    from charges c join payments y on y.id = c.payment_id`.execute(db);
  return rows;
}

function brokenBy(stop: Stopped, { seed, charges, requests, debits }: Facts): readonly Violation[] {
  const broken: string[] = [];
  let taken = 0;
  for (const charge of charges) {
    const isListed = stop.listed.includes(charge.id);
    const late = requests.filter(
      ({ chargeId, real }) => chargeId === charge.id && Date.parse(real) > stop.answeredAt,
    );
    const after = charge.passes.filter((pass) => pass > stop.answeredAt);
    if (after.length > 0) broken.push(`nothing passes the gate after the acknowledgement: ${charge.id} did`);
    if (late.length > 0 && !isListed)
      broken.push(`the bank is asked for nothing that was not listed: ${charge.id}`);
    if (late.length > 1) broken.push(`what was on its way arrives once: ${charge.id} ${late.length} times`);
    if (isUnderWay(charge, stop) && !isListed)
      broken.push(`the answer lists what is under way: ${charge.id} is missing`);
    if (charge.state !== "charged" && charge.state !== "not-charged")
      broken.push(`every charge is followed to its end: ${charge.id} is ${charge.state}`);
    taken += debits.filter(({ chargeId, reversed }) => chargeId === charge.id && reversed !== true).length;
  }
  if (taken > 1) broken.push(`one debit at most: ${taken}`);
  const strangers = stop.listed.filter((id) => !charges.some((charge) => charge.id === id));
  if (strangers.length > 0) broken.push(`the answer lists the payer's own charges: ${strangers.join(", ")}`);
  return broken.map((invariant) => ({ invariant, seed, events: eventsOf(stop, { charges, requests }) }));
}

/** It had left before the payer asked, and was decided when they had been answered. The city's clock is the machine's until the proof moves it on. */
function isUnderWay({ passes, decidedAt }: ChargeRow, { askedAt, answeredAt }: Stopped): boolean {
  return (passes[0] ?? Number.POSITIVE_INFINITY) < askedAt && (decidedAt === null || decidedAt > answeredAt);
}

/** What was listed is told: the debit as one that came after the stop, and its absence too. */
async function brokenWords(
  world: WholeWorld,
  stop: Stopped,
  { seed, charges, debits, requests }: Facts,
  told: Map<string, number>,
): Promise<readonly Violation[]> {
  const broken: string[] = [];
  for (const id of stop.listed) {
    const charge = charges.find((one) => one.id === id);
    if (charge === undefined) continue;
    const mails = await mailsOf(world, charge.paymentId, stop.payer.residentId);
    const debited = debits.some(({ chargeId, reversed }) => chargeId === id && reversed !== true);
    const key = `${debited ? "debited" : "not debited"}, told: ${mails.toSorted().join(" ")}`;
    told.set(key, (told.get(key) ?? 0) + 1);
    const afterStop = mails.filter((event) => event === "charged-after-stop").length;
    if (afterStop !== (debited ? 1 : 0))
      broken.push(`money after the stop is told as such: ${id}, ${mails.join(" ")}`);
    const nothing = mails.filter((event) => event === "nothing-taken").length;
    if (charge.state === "not-charged" && nothing !== 1)
      broken.push(`that nothing was taken is told once: ${id}, ${mails.join(" ") || "no letter"}`);
    if (debited && nothing > 0) broken.push(`nobody is told that nothing was taken when it was: ${id}`);
  }
  return broken.map((invariant) => ({ invariant, seed, events: eventsOf(stop, { charges, requests }) }));
}

function eventsOf(
  stop: Stopped,
  { charges, requests }: Pick<Facts, "charges" | "requests">,
): readonly string[] {
  const since = (at: number) => `${Math.round(at - stop.answeredAt)} ms`;
  return [
    `${stop.deed} ${stop.waitedMs} ms after ${stop.after}, asked at ${since(stop.askedAt)}; listed: ${stop.listed.join(", ") || "nothing"}`,
    ...charges.flatMap((charge) => [
      `${charge.id} is ${charge.state} of a ${charge.paymentState} payment; gate at ${charge.passes.map(since).join(", ")}`,
      ...requests
        .filter(({ chargeId }) => chargeId === charge.id)
        .map(({ operation = "", real }) => `  bank: ${operation} at ${since(Date.parse(real))}`),
    ]),
  ];
}

function countsOf(
  stops: readonly Stopped[],
  { charges, debits, requests }: Omit<Facts, "seed">,
): Readonly<Record<string, number>> {
  const of = (deed: string) => stops.filter((stop) => stop.deed === deed).length;
  return {
    stops: stops.length,
    cancelled: of("cancel"),
    paused: of("pause"),
    withdrawn: of("withdraw"),
    skipped: of("skip"),
    charges: charges.length,
    listed: stops.reduce((sum, { listed }) => sum + listed.length, 0),
    arrivedAfterTheAnswer: stops.reduce(
      (sum, { listed, answeredAt }) =>
        sum +
        requests.filter(
          ({ chargeId = "", real }) => listed.includes(chargeId) && Date.parse(real) > answeredAt,
        ).length,
      0,
    ),
    debits: debits.filter(({ reversed }) => reversed !== true).length,
    beforeAnythingWasSent: stops.filter(({ billId }) => !charges.some((charge) => charge.billId === billId))
      .length,
  };
}
