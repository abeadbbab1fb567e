import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import { addDays, type Weekday } from "../../../domain/calendar.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import type { Terms } from "../../../domain/terms.ts";
import type { Schedule } from "../../../domain/schedule.ts";
import { paysBills, type Trigger } from "../../../domain/trigger.ts";
import { askGate, record, seen } from "../../../test/db/support/money-core.ts";
import {
  type Ground,
  makeMandate,
  makeMethod,
  makeResident,
  payNow,
  pushBill,
  rub,
} from "../../../test/support/rows.ts";
import type { Chance } from "../chance.ts";

/** One payer with their mandates. */
export type MandateSet = {
  readonly index: number;
  readonly residentId: string;
  /** There is an address that they can be told at. */
  readonly reachable: boolean;
  readonly mandates: readonly SetMandate[];
};

export type SetMandate = {
  readonly id: string;
  readonly account: string;
  readonly trigger: Trigger["kind"];
  readonly zone: string;
};

/** What the payee takes without a bill; some schedules ask for more. */
export const MOST_MINOR = 80_000;
const ZONES = [
  "Europe/Moscow",
  "Europe/Moscow",
  "Europe/Kaliningrad",
  "Asia/Vladivostok",
  "Europe/Berlin",
  "America/New_York",
] as const;
export const PACKS = ["RU", "RU", "RU", "US", "UK", "BR", "IN", "EU", "demo"] as const;

/** A random payer: packs, zones, schedules, limits, cards, what was paid before, bills, pauses. */
export async function makeSet(
  ground: Ground,
  chance: Chance,
  { index, today }: { readonly index: number; readonly today: string },
): Promise<MandateSet> {
  const { db } = ground;
  const reachable = !chance.percent(5);
  const residentId = await makeResident(db, reachable ? {} : { email: null });
  if (chance.percent(35)) await sleep(db, chance, residentId);
  const methods: string[] = [];
  const cards = 1 + chance.below(2);
  while (methods.length < cards)
    methods.push(await makeMethod(ground, { residentId, token: await ground.bank.bindCard() }));
  const mandates: SetMandate[] = [];
  const count = 1 + chance.below(2);
  while (mandates.length < count) {
    const account = `set-${index}-${mandates.length}`;
    const terms = randomTerms(chance);
    if (paysBills(terms.trigger) && chance.percent(30))
      await payBefore(db, chance, { residentId, methodId: methods[0] ?? "", account, today });
    const id = await makeMandate(db, { residentId, account, methods, terms: { ...terms, methods } });
    mandates.push({ id, account, trigger: terms.trigger.kind, zone: terms.zone });
    if (paysBills(terms.trigger)) await oweSome(db, chance, { account, today });
    if (chance.percent(15)) await pause(db, { mandateId: id, residentId, days: pauseDays(chance) });
  }
  return { index, residentId, reachable, mandates };
}

/** Hours in which mails wait, by the resident's own clock. */
const NIGHTS = [
  ["22:00", "08:00"],
  ["21:00", "09:30"],
  ["00:00", "11:00"],
  ["13:00", "15:00"],
] as const;

async function sleep(db: Database, chance: Chance, residentId: string): Promise<void> {
  const [from, to] = chance.pick(NIGHTS);
  await db
    .updateTable("residents")
    .set({ zone: chance.pick(ZONES) })
    .where("id", "=", residentId)
    .execute();
  await db
    .insertInto("notification_settings")
    .values({ resident_id: residentId, quiet: "hours", quiet_from: from, quiet_to: to })
    .execute();
}

/** So many bills paid by hand before the mandate was made: the usual sum of the account is known. */
async function payBefore(
  db: Database,
  chance: Chance,
  of: {
    readonly residentId: string;
    readonly methodId: string;
    readonly account: string;
    readonly today: string;
  },
): Promise<void> {
  const { residentId, methodId, account, today } = of;
  const usualMinor = 10_000 + chance.below(60_000);
  for (let n = 0; n < 2 + chance.below(2); n += 1) {
    const amountMinor = usualMinor + chance.below(2_000);
    const dueOn = addDays(today, 5);
    const { billId } = await pushBill(db, { account, period: `paid-${n}`, amountMinor, dueOn });
    const { paymentId } = await payNow(db, { billId, residentId, methodId, amountMinor });
    if (paymentId === undefined) throw new Error(`${account} could not be paid by hand`);
    await askGate(db, paymentId);
    await record(db, `${paymentId}-1`, seen.charged(amountMinor));
  }
}

function pauseDays(chance: Chance): number | null {
  return chance.percent(70) ? 1 + chance.below(60) : null;
}

/** Pauses by the payer's own command. */
export async function pause(
  db: Database,
  of: { readonly mandateId: string; readonly residentId: string; readonly days: number | null },
): Promise<void> {
  await sql`select stop_mandate(${of.mandateId}, ${of.residentId}, 'pause',
    business_now() + make_interval(days => ${of.days}::int), null, 'payer')`.execute(db);
}

function randomTerms(chance: Chance): Omit<Terms, "methods"> {
  return {
    limitPerPayment: chance.percent(20) ? rub(20_000 + chance.below(80_000)) : "unlimited",
    limitPerPeriod: chance.percent(35)
      ? { amount: rub(30_000 + chance.below(150_000)), period: chance.pick(["week", "month"] as const) }
      : "unlimited",
    overLimit: chance.pick(["ask", "skip"] as const),
    lateBill: chance.pick(["ask", "pay"] as const),
    unusualAmount: chance.pick(["ask", "pay"] as const),
    noticePack: NOTICE_PACKS[chance.pick(PACKS)],
    zone: chance.pick(ZONES),
    trigger: randomTrigger(chance),
  };
}

function randomTrigger(chance: Chance): Trigger {
  if (chance.percent(30)) return { kind: "on-bill" };
  const rule = chance.pick(["same", "next", "previous"] as const);
  return {
    kind: "on-schedule",
    schedule: randomSchedule(chance),
    pays: chance.percent(40) ? "due" : rub(10_000 + chance.below(MOST_MINOR - 5_000)),
    ...(chance.percent(50) ? { nonWorkingDay: { rule, country: "RU" as const } } : {}),
  };
}

export function randomSchedule(chance: Chance): Schedule {
  return chance.percent(60)
    ? { kind: "monthly", day: 1 + chance.below(31) }
    : { kind: "weekly", weekday: (1 + chance.below(7)) as Weekday };
}

async function oweSome(
  db: Database,
  chance: Chance,
  { account, today }: { readonly account: string; readonly today: string },
): Promise<void> {
  const count = chance.below(4);
  for (let n = 0; n < count; n += 1) await owe(db, chance, { account, today, period: `first-${n}` });
}

/** A bill, perhaps with a discount that ends while its debit waits, perhaps one whose day is over. */
export async function owe(
  db: Database,
  chance: Chance,
  of: {
    readonly account: string;
    readonly today: string;
    readonly period: string;
    readonly version?: number;
  },
): Promise<void> {
  const until = addDays(of.today, chance.below(12));
  await pushBill(db, {
    account: of.account,
    period: of.period,
    version: of.version ?? 1,
    amountMinor: 10_000 + chance.below(90_000),
    dueOn: addDays(of.today, chance.percent(15) ? -chance.below(20) : 3 + chance.below(60)),
    ...(chance.percent(30) ? { discount: { kind: "percent", value: 25, until } } : {}),
  });
}
