import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import { addDays, type Weekday } from "../../../domain/calendar.ts";
import { NOTICE_PACKS } from "../../../domain/notice-policy.ts";
import type { Terms } from "../../../domain/terms.ts";
import type { Trigger } from "../../../domain/trigger.ts";
import {
  type Ground,
  makeMandate,
  makeMethod,
  makeResident,
  pushBill,
  rub,
} from "../../../test/support/rows.ts";
import type { Chance } from "../chance.ts";

/** One payer with their mandates. */
export type MandateSet = {
  readonly index: number;
  readonly residentId: string;
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
const PACKS = ["RU", "RU", "RU", "US", "UK", "BR", "IN", "EU", "demo"] as const;

/** A random payer: packs, zones, schedules, limits, cards, bills, pauses. */
export async function makeSet(
  ground: Ground,
  chance: Chance,
  { index, today }: { readonly index: number; readonly today: string },
): Promise<MandateSet> {
  const { db } = ground;
  const residentId = await makeResident(db, chance.percent(5) ? { email: null } : {});
  const methods: string[] = [];
  for (let card = 0; card < 1 + chance.below(2); card += 1)
    methods.push(await makeMethod(ground, { residentId, token: await ground.bank.bindCard() }));
  const mandates: SetMandate[] = [];
  for (let n = 0; n < 1 + chance.below(2); n += 1) {
    const account = `set-${index}-${n}`;
    const terms = randomTerms(chance);
    const id = await makeMandate(db, { residentId, account, methods, terms: { ...terms, methods } });
    mandates.push({ id, account, trigger: terms.trigger.kind, zone: terms.zone });
    if (terms.trigger.kind === "on-bill") await oweSome(db, chance, { account, today });
    if (chance.percent(15)) await pause(db, { mandateId: id, residentId, days: pauseDays(chance) });
  }
  return { index, residentId, mandates };
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
    noticePack: NOTICE_PACKS[chance.pick(PACKS)],
    zone: chance.pick(ZONES),
    trigger: randomTrigger(chance),
  };
}

function randomTrigger(chance: Chance): Trigger {
  if (chance.percent(35)) return { kind: "on-bill" };
  const rule = chance.pick(["same", "next", "previous"] as const);
  return {
    kind: "on-schedule",
    schedule: chance.percent(60)
      ? { kind: "monthly", day: 1 + chance.below(31) }
      : { kind: "weekly", weekday: (1 + chance.below(7)) as Weekday },
    pays: rub(10_000 + chance.below(MOST_MINOR - 5_000)),
    ...(chance.percent(50) ? { nonWorkingDay: { rule, country: "RU" as const } } : {}),
  };
}

async function oweSome(
  db: Database,
  chance: Chance,
  { account, today }: { readonly account: string; readonly today: string },
): Promise<void> {
  for (let n = 0; n < chance.below(3); n += 1)
    await owe(db, chance, { account, today, period: `first-${n}` });
}

/** A bill, perhaps with a discount that ends while its debit waits. */
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
    dueOn: addDays(of.today, 3 + chance.below(40)),
    ...(chance.percent(30) ? { discount: { kind: "percent", value: 25, until } } : {}),
  });
}
