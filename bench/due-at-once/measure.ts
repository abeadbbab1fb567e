import { setTimeout as pause } from "node:timers/promises";
import { type RawBuilder, sql } from "kysely";
import { gatewayLimits } from "../../adapters/gateways/limits.ts";
import { createClient } from "../../api/client.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { makeAttacker } from "../../scripts/proofs/one-debt/attackers.ts";
import { pushBills } from "../../scripts/proofs/world/bills.ts";
import { jump } from "../../scripts/proofs/world/clock.ts";
import { makePayers } from "../../scripts/proofs/world/payers.ts";
import { startStackWorld } from "../../scripts/proofs/world/stack-world.ts";
import type { World } from "../../scripts/proofs/world/world.ts";

/** What a morning on which everything is due at one instant looks like from the bank's side. Times are of the machine's clock. */
export type DueAtOnce = {
  readonly payments: number;
  readonly paid: number;
  readonly limitPerSecond: number;
  readonly seconds: number;
  /** Requests that take money in each second in which there were any. */
  readonly perSecond: { readonly mean: number; readonly most: number };
  /** From the instant at which they were due, or from the press of the button, to the bank. */
  readonly dueMs: Waits;
  readonly payerWaitsMs: Waits;
};

export type Waits = { readonly count: number; readonly p50: number; readonly most: number };

const GATEWAY = "yookassa";
const AMOUNT_MINOR = 512_345;
const HOURS_AHEAD = 3;
const PERSON = "boris";
/** A person who waits presses the button so often while the others drain. */
const PRESSES = 10;
const PRESS_EVERY_MS = 1_500;
const STANDS_STILL_AFTER_MS = 90_000;

export async function measureDueAtOnce(options: {
  readonly payments: number;
  readonly portBase: number;
  readonly say: (line: string) => void;
}): Promise<DueAtOnce> {
  const world = await startStackWorld(options.portBase);
  try {
    return await measure(world, options);
  } finally {
    await world.close();
  }
}

async function measure(
  world: World,
  { payments, say }: { readonly payments: number; readonly say: (line: string) => void },
): Promise<DueAtOnce> {
  const { db, bank } = world;
  const billerId = world.billers[0]?.id ?? "";
  const token = await bank.bindCard();
  const payers = await makePayers(world, {
    count: payments,
    billerId,
    gateway: GATEWAY,
    token,
    terms: { noticePack: { ...NOTICE_PACKS.demo, leadSeconds: HOURS_AHEAD * 3_600 } },
  });
  say(`${payments} bills are announced`);
  await pushBills(
    world,
    payers.map(({ account }) => ({ billerId, account, amountMinor: AMOUNT_MINOR })),
  );
  await untilCount(db, sql`select count(*)::int as n from notices where state = 'accepted'`, payments);
  const waiting = await prepareWaiting(world, { billerId, token });
  say("all of them are due at once");
  const seen = (await bank.journal()).at(-1)?.seq ?? 0;
  await jump(world, (HOURS_AHEAD + 1) * 3_600);
  const dueAt = Date.now();
  const pressed = await press(world, waiting);
  await untilCount(
    db,
    sql`select count(*)::int as n from payments where route = 'mandate' and state = 'paid'`,
    payments,
  );
  return told({ payments, dueAt, pressed, arrivals: await arrivalsSince(world, seen) });
}

type Waiting = { readonly methodIds: readonly string[]; readonly billIds: readonly string[] };

async function prepareWaiting(
  world: World,
  of: { readonly billerId: string; readonly token: string },
): Promise<Waiting> {
  const accounts = Array.from({ length: PRESSES }, (_, index) => `${Date.now()}9${index}`);
  const { methodIds } = await makeAttacker(world, {
    login: PERSON,
    cards: 2,
    bankToken: of.token,
    billerId: of.billerId,
    accounts,
  });
  const billIds = await pushBills(
    world,
    accounts.map((account) => ({ billerId: of.billerId, account, amountMinor: AMOUNT_MINOR })),
  );
  return { methodIds, billIds };
}

/** When the button was pressed, by payment. */
async function press(world: World, { methodIds, billIds }: Waiting): Promise<ReadonlyMap<string, number>> {
  const api = createClient({ baseUrl: world.api, token: await world.token(PERSON), channel: "web" });
  const pressed = new Map<string, number>();
  for (const [index, billId] of billIds.entries()) {
    const at = Date.now();
    const methodId = methodIds[index % methodIds.length] ?? "";
    const { id } = await api.payBill({
      billId,
      methodId,
      amount: { amountMinor: AMOUNT_MINOR, currency: "RUB" },
    });
    pressed.set(id, at);
    await pause(PRESS_EVERY_MS);
  }
  return pressed;
}

type Arrival = { readonly paymentId: string; readonly at: number };

async function arrivalsSince({ bank }: World, seq: number): Promise<readonly Arrival[]> {
  const entries = await bank.journal(seq);
  return entries.flatMap(({ kind, operation, chargeId, real }) =>
    kind === "request" && operation === "create_payment" && chargeId !== undefined && real !== undefined
      ? [{ paymentId: chargeId.replace(/-\d+$/, ""), at: Date.parse(real) }]
      : [],
  );
}

function told(of: {
  readonly payments: number;
  readonly dueAt: number;
  readonly pressed: ReadonlyMap<string, number>;
  readonly arrivals: readonly Arrival[];
}): DueAtOnce {
  const { payments, dueAt, pressed, arrivals } = of;
  const byPerson = arrivals.filter(({ paymentId }) => pressed.has(paymentId));
  const due = arrivals.filter(({ paymentId }) => !pressed.has(paymentId));
  const seconds = new Map<number, number>();
  for (const { at } of arrivals) {
    const second = Math.floor(at / 1000);
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  const last = Math.max(...arrivals.map(({ at }) => at));
  return {
    payments,
    paid: new Set(due.map(({ paymentId }) => paymentId)).size,
    limitPerSecond: gatewayLimits(GATEWAY).perSecond,
    seconds: Math.round((last - dueAt) / 1000),
    perSecond: {
      mean: Math.round((arrivals.length / Math.max(1, seconds.size)) * 10) / 10,
      most: Math.max(...seconds.values()),
    },
    dueMs: waitsOf(due.map(({ at }) => at - dueAt)),
    payerWaitsMs: waitsOf(byPerson.map(({ paymentId, at }) => at - (pressed.get(paymentId) ?? at))),
  };
}

function waitsOf(milliseconds: readonly number[]): Waits {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return { count: sorted.length, p50: sorted[Math.floor(sorted.length / 2)] ?? 0, most: sorted.at(-1) ?? 0 };
}

async function untilCount(
  db: World["db"],
  question: RawBuilder<{ n: number }>,
  wanted: number,
): Promise<void> {
  let [most, deadline] = [-1, 0];
  for (;;) {
    const { rows } = await question.execute(db);
    const found = rows[0]?.n ?? 0;
    if (found >= wanted) return;
    if (found > most) [most, deadline] = [found, Date.now() + STANDS_STILL_AFTER_MS];
    if (Date.now() > deadline) throw new Error(`it stands still at ${found} of ${wanted}`);
    await pause(500);
  }
}

/** As a table for people; the press of a button stands beside what was due before it. */
export function printDueAtOnce(bench: DueAtOnce): string {
  const { payments, seconds, perSecond, limitPerSecond, dueMs, payerWaitsMs } = bench;
  const row = (name: string, { count, p50, most }: Waits) => `| ${name} | ${count} | ${p50} | ${most} |`;
  return [
    `${payments} payments due at one instant: drained in ${seconds} s, ${perSecond.mean} requests a second, ${perSecond.most} at most (the gateway's limit: ${limitPerSecond})`,
    "",
    "| | requests | p50 ms to the bank | most |",
    "|---|---|---|---|",
    row("due", dueMs),
    row("a person waits", payerWaitsMs),
    "",
    `A person waits ${Math.round((payerWaitsMs.p50 / Math.max(1, dueMs.p50)) * 100) / 100} of what a due payment waits.`,
    "",
  ].join("\n");
}
