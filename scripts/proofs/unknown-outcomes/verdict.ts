import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import type { Findings, Violation } from "../proof.ts";
import type { BankView, Debit, JournalEntry } from "../world/bank-view.ts";

type BillRow = {
  readonly billId: string;
  readonly billState: string;
  readonly payments: readonly { readonly id: string; readonly state: string }[];
};

type ChargeRow = {
  readonly id: string;
  readonly state: string;
  readonly transmissions: number;
  readonly unanswered: number;
  readonly passes: number;
  /** The evidence that decided it. */
  readonly rank: number | null;
  readonly source: string | null;
};

/** Holds the bank's own journal against the rows: every debt taken once, every unknown decided by evidence. */
export async function judge(
  { db, bank }: { readonly db: Database; readonly bank: BankView },
  run: { readonly seed: number; readonly billIds: readonly string[]; readonly amountMinor: number },
): Promise<Findings> {
  const [bills, charges, debits, journal] = await Promise.all([
    readBills(db, run.billIds),
    readCharges(db, run.billIds),
    bank.debits(),
    bank.journal(),
  ]);
  const byPayment = groupByPayment(debits);
  const facts = { charges, journal, debits };
  const violations = [
    ...bills.flatMap((bill) => debtViolations(bill, byPayment, { ...run, ...facts })),
    ...charges.flatMap((charge) => chargeViolations(charge, { ...run, ...facts })),
  ];
  const unknown = charges.filter(({ unanswered }) => unanswered > 0);
  return {
    violations,
    result: {
      debts: run.billIds.length,
      debits: debits.filter(({ reversed }) => reversed !== true).length,
      paid: bills.filter(({ billState }) => billState === "paid").length,
      charges: charges.length,
      unknown: unknown.length,
      unknownDecided: unknown.filter(({ rank }) => rank !== null).length,
      rankOfEvidence: histogram(unknown.map(({ rank }) => `rank ${rank ?? "none"}`)),
      sourceOfEvidence: histogram(unknown.map(({ source, state }) => `${source ?? "none"}: ${state}`)),
      transmissions: charges.reduce((sum, { transmissions }) => sum + transmissions, 0),
      faults: histogram(firedFaults(journal)),
    },
  };
}

async function readBills(db: Database, billIds: readonly string[]): Promise<readonly BillRow[]> {
  const { rows } = await sql<BillRow>`
    select b.id as "billId", b.state as "billState",
      coalesce((select jsonb_agg(jsonb_build_object('id', y.id, 'state', y.state)) from payments y where y.bill_id = b.id), '[]') as payments
    from bills b where b.id = any(${billIds})`.execute(db);
  return rows;
}

async function readCharges(db: Database, billIds: readonly string[]): Promise<readonly ChargeRow[]> {
  const { rows } = await sql<ChargeRow>`
    select c.id, c.state, c.transmissions, c.unanswered, e.rank, e.source,
      (select count(*)::int from gate_passes g where g.charge_id = c.id and g.kind = 'charge') as passes
    from charges c join payments y on y.id = c.payment_id left join evidence e on e.id = c.evidence_id and e.moved
    where y.bill_id = any(${billIds})`.execute(db);
  return rows;
}

function groupByPayment(debits: readonly Debit[]): ReadonlyMap<string, readonly Debit[]> {
  const groups = new Map<string, Debit[]>();
  for (const debit of debits.filter(({ reversed }) => reversed !== true)) {
    const payment = (debit.chargeId ?? "").replace(/-\d+$/, "");
    groups.set(payment, [...(groups.get(payment) ?? []), debit]);
  }
  return groups;
}

type Facts = {
  readonly seed: number;
  readonly amountMinor: number;
  readonly journal: readonly JournalEntry[];
};

function debtViolations(
  { billId, billState, payments }: BillRow,
  byPayment: ReadonlyMap<string, readonly Debit[]>,
  facts: Facts,
): Violation[] {
  const taken = payments.flatMap(({ id }) => byPayment.get(id) ?? []);
  const right = taken.length === 1 && taken[0]?.amountMinor === facts.amountMinor && billState === "paid";
  if (right) return [];
  const events = payments.flatMap(({ id, state }) => [
    `payment ${id} is ${state}`,
    ...eventsOf(id, facts.journal),
  ]);
  return [
    {
      invariant: `one debit for one debt: the bill ${billId} (${billState}) was debited ${taken.length} times`,
      seed: facts.seed,
      events,
    },
  ];
}

function chargeViolations(charge: ChargeRow, facts: Facts): Violation[] {
  const broken: string[] = [];
  if (charge.state !== "charged" && charge.state !== "not-charged")
    broken.push(`the charge ${charge.id} is still ${charge.state}`);
  if (charge.unanswered > 0 && charge.rank === null)
    broken.push(`no unknown without evidence: ${charge.id} is ${charge.state} by none`);
  if (charge.passes !== charge.transmissions)
    broken.push(
      `no transmission without its gate row: ${charge.id} has ${charge.passes} of ${charge.transmissions}`,
    );
  const events = broken.length === 0 ? [] : eventsOf(charge.id, facts.journal);
  return broken.map((invariant) => ({ invariant, seed: facts.seed, events }));
}

/** What the bank wrote down about a payment or a charge of it. */
function eventsOf(id: string, journal: readonly JournalEntry[]): string[] {
  return journal
    .filter(({ kind, chargeId }) => kind !== "fault" && chargeId?.startsWith(id) === true)
    .map(({ seq, kind, operation = "", chargeId = "" }) => `bank ${seq}: ${kind} ${operation} ${chargeId}`);
}

/** How often each thing went wrong, counted from the bank's journal. */
function firedFaults(journal: readonly JournalEntry[]): string[] {
  return journal
    .filter(({ kind, change }) => kind === "fault" && change === "fired")
    .map(({ record }) => nameOf(record?.["fault"], record?.["chance"]));
}

function nameOf(fault: unknown, chance: unknown): string {
  const { kind, mode } = fault as { readonly kind: string; readonly mode?: string };
  const { per } = (chance ?? {}) as { readonly per?: string };
  return [per === "charge" ? "silent" : "", kind, mode ?? ""].filter((part) => part !== "").join(" ");
}

function histogram(values: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
