import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import type { ForecastLine } from "../../../domain/forecast/line.ts";
import { followWithdrawals } from "../../../db/queries/sweeping.ts";
import {
  pushBill,
  resumeMandate,
  skipPayment,
  stopMandate,
  withdrawMethod,
} from "../../../test/support/rows.ts";
import type { Chance } from "../chance.ts";
import type { Engine } from "./drive.ts";
import { edit } from "./edits.ts";
import { owe, pause, type MandateSet, type SetMandate } from "./sets.ts";

export const INPUTS = [
  "bill",
  "amendment",
  "annulment",
  "pause",
  "resume",
  "cancel",
  "expiry",
  "narrowing",
  "widening",
  "withdrawal",
  "skip",
  "decline",
] as const;

export type InputKind = (typeof INPUTS)[number];

/** Something new that comes from outside, once, to one mandate of a set. */
export type Input = {
  readonly set: MandateSet;
  readonly mandate: SetMandate;
  readonly kind: InputKind;
  readonly at: string;
};

/** May a line differ because of this? Its own mandate, and not before it came; a card is of every mandate of its payer. */
export function explains(input: Input, line: { readonly mandateId: string; readonly at: string }): boolean {
  const own = line.mandateId === input.mandate.id || input.kind === "withdrawal";
  return own && Date.parse(line.at) >= Date.parse(input.at) - 1_000;
}

type Tools = { readonly db: Database; readonly engine: Engine; readonly chance: Chance };

/** Carries an input out by the command that people and billers have for it. */
export async function carryIn({ db, engine, chance }: Tools, input: Input): Promise<void> {
  const { mandate, set, at } = input;
  const today = at.slice(0, 10);
  const of = { mandateId: mandate.id, residentId: set.residentId };
  switch (input.kind) {
    case "bill":
      return owe(db, chance, { account: mandate.account, today, period: `later-${today}` });
    case "amendment":
    case "annulment":
      return changeBill(db, chance, input);
    case "pause":
      return pause(db, { ...of, days: chance.percent(70) ? 1 + chance.below(40) : null });
    case "resume":
      return resumeMandate(db, mandate.id);
    case "cancel":
      await stopMandate(db, { mandateId: mandate.id, kind: "cancel" });
      return;
    case "expiry":
      // the consent of a mandate that has debited nothing for long ends by itself
      await sql`select stop_mandate(${mandate.id}, null, 'cancel', null, 'expired', 'system')`.execute(db);
      return;
    case "narrowing":
    case "widening":
      return edit(db, chance, { ...of, kind: input.kind });
    case "withdrawal":
      return withdraw(db, chance, of);
    case "skip":
      return skipNext(db, of);
    case "decline":
      engine.declines.set(mandate.id, chance.pick(["ask", "again"] as const));
      return;
  }
}

async function changeBill(db: Database, chance: Chance, { mandate, kind }: Input): Promise<void> {
  const { rows } = await sql<{ period: string; amount: number; version: number; due: string }>`
    select period, full_minor as amount, version, due_on as due from bills
     where account = ${mandate.account} and state = 'owed' and source = 'push' order by id limit 1`.execute(
    db,
  );
  const [bill] = rows;
  if (bill === undefined) return;
  await pushBill(db, {
    account: mandate.account,
    period: bill.period,
    version: bill.version + 1,
    amountMinor: Math.max(1, bill.amount + (chance.percent(50) ? 1_000 : -1_000)),
    dueOn: bill.due,
    ...(kind === "annulment" ? { status: "annulled" as const } : {}),
  });
}

/** A card is withdrawn, and what stands on it is carried on without it, as the sweeper does. */
async function withdraw(
  db: Database,
  chance: Chance,
  { mandateId, residentId }: { readonly mandateId: string; readonly residentId: string },
): Promise<void> {
  const { rows } = await sql<{ methods: readonly string[] }>`
    select v.terms->'methods' as methods from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
     where m.id = ${mandateId}`.execute(db);
  await withdrawMethod(db, chance.pick(rows[0]?.methods ?? []), residentId);
  while ((await followWithdrawals(db)) > 0);
}

async function skipNext(
  db: Database,
  { mandateId, residentId }: { readonly mandateId: string; readonly residentId: string },
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from payments where mandate_id = ${mandateId} and state = 'scheduled' order by not_before limit 1`.execute(
    db,
  );
  for (const { id } of rows) await skipPayment(db, id, residentId);
}

/** The mandate's lines of a forecast. */
export function linesOf(lines: readonly ForecastLine[], mandateId: string): readonly ForecastLine[] {
  return lines.filter((line) => line.mandateId === mandateId);
}
