import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { withdrawMethod } from "../../../db/queries/withdrawals.ts";
import { brokenCaps, type Sent } from "../../../test/domain/retry-budget-oracle.ts";
import type { Chance } from "../chance.ts";
import type { Violation } from "../proof.ts";
import { pushBills } from "../world/bills.ts";
import { jump } from "../world/clock.ts";
import { makePayers, type WorldPayer } from "../world/payers.ts";
import type { World } from "../world/world.ts";

const AMOUNT_MINOR = 512_345;
/** So many mandates, of as many payers, stand on one card. */
const PAYERS_OF_A_CARD = 5;
const UNLINKED_PERCENT = 20;
const SETTLES_WITHIN_MS = 60_000;
const MOST_JUMPS = 120;
/** Tries come with jitter: a jump takes those of the next hours together. */
const SHORTEST_JUMP_SECONDS = 3 * 3_600;

/** What the issuers answer, in percent of all charges; the rest goes through. */
const DECLINES = [
  ["insufficient_funds", 40],
  ["general_decline", 20],
  ["issuer_unavailable", 10],
  ["card_expired", 4],
] as const;

type Unlinked = { readonly methodId: string; readonly acknowledgedAt: string };

export type EngineRun = {
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
};

/** Debits over shared cards that decline a lot, over weeks of the city's time; cards are unlinked at random moments. */
export async function proveOnEngine(
  world: World,
  order: { readonly seed: number; readonly payments: number; readonly chance: Chance },
  say: (line: string) => void,
): Promise<EngineRun> {
  const { seed, payments, chance } = order;
  const billerId = "gorod-zhkh";
  const token = await world.bank.bindCard();
  const payers = await makePayers(world, { count: payments, billerId, gateway: "yookassa", token });
  await shareCards(world, payers);
  await armDeclines(world, seed);
  const orders = payers.map(({ account }) => ({ billerId, account, amountMinor: AMOUNT_MINOR }));
  const billIds = await pushBills(world, orders);
  const unlinked: Unlinked[] = [];
  const toUnlink = payers.filter(() => chance.percent(UNLINKED_PERCENT));
  for (let jumps = 0; jumps < MOST_JUMPS; jumps += 1) {
    // at any moment: before the first try, between two, while one is under way
    while (toUnlink.length > 0 && chance.percent(50)) unlinked.push(await unlink(world, toUnlink));
    const seconds = await untilNothingIsDue(world);
    if (seconds === null) break;
    if (jumps % 10 === 0)
      say(`jump ${jumps}, the next try in ${Math.round(seconds / 60)} min of the city's time`);
    await jump(world, Math.max(SHORTEST_JUMP_SECONDS, seconds + 1));
  }
  return judge(world, { seed, billIds, unlinked });
}

/** Several payers' saved methods are copies of one card: its budget is one. */
async function shareCards({ db }: World, payers: readonly WorldPayer[]): Promise<void> {
  for (let first = 0; first < payers.length; first += PAYERS_OF_A_CARD) {
    const methods = payers.slice(first, first + PAYERS_OF_A_CARD).map(({ methodId }) => methodId);
    await db
      .updateTable("methods")
      .set({ card_key: `proof-card-${methods[0] ?? ""}`, brand: first % 2 === 0 ? "visa" : "mastercard" })
      .where("id", "in", methods)
      .execute();
  }
}

async function armDeclines({ bank }: World, seed: number): Promise<void> {
  let fromPercent = 0;
  for (const [reason, percent] of DECLINES) {
    await bank.arm({
      match: { operation: "create_payment" },
      chance: { seed, fromPercent, percent },
      fault: { kind: "decline", reason },
    });
    fromPercent += percent;
  }
}

async function unlink(world: World, left: WorldPayer[]): Promise<Unlinked> {
  const payer = left.pop();
  if (!payer) throw new Error("nobody is left to unlink a card");
  const { methodId, residentId } = payer;
  await withdrawMethod(world.db, { methodId, residentId });
  const { rows } = await sql<{ at: string }>`select clock_timestamp()::text as at`.execute(world.db);
  return { methodId, acknowledgedAt: rows[0]?.at ?? "" };
}

/** Seconds of the city's time until something is due; null when nothing ever is. */
async function untilNothingIsDue({ db }: World): Promise<number | null> {
  const deadline = Date.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const { rows } = await sql<{ seconds: number | null; busy: number }>`
      select extract(epoch from min(next_look_at) filter (where state = 'scheduled') - business_now())::float8 as seconds,
        (count(*) filter (where state = 'charging') + (select count(*) from outbox where kind = 'plan-bill' and done_at is null)
          + (select count(*) from notifications where state in ('queued', 'sending') and notice_id is not null and due_at <= business_now()))::int as busy
      from payments`.execute(db);
    const { seconds = null, busy = 0 } = rows[0] ?? {};
    if (busy === 0 && (seconds === null || seconds > 0)) return seconds;
    if (Date.now() > deadline) return seconds === null ? null : Math.max(1, seconds);
    await pause(100);
  }
}

type ChargeRow = {
  readonly id: string;
  readonly paymentId: string;
  readonly methodId: string;
  readonly cardKey: string;
  readonly brand: string;
  readonly atMs: number;
  readonly endedMs: number | null;
  readonly state: string;
  readonly how: string | null;
  readonly reason: string | null;
};

async function judge(
  { db }: World,
  run: { readonly seed: number; readonly billIds: readonly string[]; readonly unlinked: readonly Unlinked[] },
): Promise<EngineRun> {
  const { seed, unlinked } = run;
  const { rows: charges } = await sql<ChargeRow>`
    select c.id, c.payment_id as "paymentId", c.method_id as "methodId", m.card_key as "cardKey", m.brand,
      (extract(epoch from c.first_sent_at) * 1000)::float8 as "atMs", (extract(epoch from c.decided_at) * 1000)::float8 as "endedMs",
      c.state, c.how, c.reason
    from charges c join payments y on y.id = c.payment_id join methods m on m.id = c.method_id
    where y.bill_id = any(${run.billIds}) order by c.first_sent_at`.execute(db);
  const caps = brokenCaps(sentOf(charges));
  const late: string[] = [];
  for (const { methodId, acknowledgedAt } of unlinked)
    late.push(...(await passesAfter(db, methodId, acknowledgedAt)));
  const violations = [
    ...caps.map((words) => ({ invariant: `no cap is broken: ${words}`, seed, events: [] })),
    ...late.map((words) => ({
      invariant: `nothing is sent after the acknowledgement: ${words}`,
      seed,
      events: [],
    })),
  ];
  return {
    violations,
    counts: {
      payments: run.billIds.length,
      charges: charges.length,
      declined: charges.filter(({ how }) => how === "declined").length,
      unlinked: unlinked.length,
      capsBroken: caps.length,
      sentAfterUnlink: late.length,
    },
  };
}

/** The engine's rows in the words of the judge, who knows nothing of the engine. */
function sentOf(charges: readonly ChargeRow[]): readonly Sent[] {
  const numbers = new Map<string, number>();
  const numberOf = (name: string) => numbers.get(name) ?? (numbers.set(name, numbers.size), numbers.size - 1);
  return charges.map((row) => ({
    card: numberOf(row.cardKey),
    network: row.brand,
    atMs: row.atMs,
    initiatedBy: "mit",
    amountMinor: AMOUNT_MINOR,
    payment: numberOf(row.paymentId),
    method: numberOf(row.methodId),
    end:
      row.endedMs === null
        ? null
        : {
            how: row.state === "charged" ? "charged" : ((row.how ?? "declined") as "declined"),
            reason: row.reason ?? "",
            advice: {},
            atMs: row.endedMs,
          },
  }));
}

async function passesAfter(db: World["db"], methodId: string, instant: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string; passed: string }>`
    select c.id, g.passed_at::text as passed from gate_passes g join charges c on c.id = g.charge_id
    where c.method_id = ${methodId} and g.passed_at > ${instant}::timestamptz`.execute(db);
  return rows.map(({ id, passed }) => `${id} passed the gate at ${passed}, unlinked at ${instant}`);
}
