import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import type { ForecastLine } from "../../../domain/forecast/line.ts";
import { pushBill, resumeMandate, skipPayment, stopMandate } from "../../../test/support/rows.ts";
import type { Chance } from "../chance.ts";
import type { Engine } from "./drive.ts";
import { owe, pause, type MandateSet, type SetMandate } from "./sets.ts";

export const INPUTS = [
  "bill",
  "amendment",
  "annulment",
  "pause",
  "resume",
  "cancel",
  "edit",
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

/** May a line differ because of this? Its own mandate, and not before it came. */
export function explains(input: Input, line: { readonly mandateId: string; readonly at: string }): boolean {
  return line.mandateId === input.mandate.id && Date.parse(line.at) >= Date.parse(input.at) - 10_000;
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
    case "edit":
      return narrow(db, chance, mandate.id);
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

/** A lower limit, which works at once. */
async function narrow(db: Database, chance: Chance, mandateId: string): Promise<void> {
  const limit = JSON.stringify({ amountMinor: 9_000 + chance.below(60_000), currency: "RUB" });
  await sql`with next as (update mandates set version = version + 1 where id = ${mandateId} and state <> 'ended' returning version)
    insert into mandate_versions (mandate_id, version, terms, narrowing)
      select v.mandate_id, next.version, jsonb_set(v.terms, '{limitPerPayment}', ${limit}::jsonb), true
      from mandate_versions v, next where v.mandate_id = ${mandateId} and v.version = next.version - 1
        and (v.terms->>'limitPerPayment' = 'unlimited' or (v.terms->'limitPerPayment'->>'amountMinor')::bigint > (${limit}::jsonb->>'amountMinor')::bigint)`.execute(
    db,
  );
  // wider than it was is no narrowing: such an edit is left out
  await sql`update mandates m set version = (select max(v.version) from mandate_versions v where v.mandate_id = m.id) where id = ${mandateId}`.execute(
    db,
  );
  await sql`select plan_mandate_again(${mandateId}, 'terms-changed'), tell_workflow('wake-mandate', ${mandateId})`.execute(
    db,
  );
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
