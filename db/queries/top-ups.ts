import { type Kysely, sql } from "kysely";
import type { MandateState, Terms } from "../../domain/mandate.ts";
import { decideTopUp, type TopUpDecision, type TopUpFacts } from "../../domain/top-up.ts";
import type { OnBalance } from "../../domain/trigger.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { makeMandatesBill, planMandatesBill, type Purpose } from "./own-bills.ts";
import { inTransaction } from "./transaction.ts";

/** What a biller said about balances and top-ups; instants are the biller's own, ISO 8601. */
export type BalanceWords = {
  readonly billerId: string;
  readonly readings: readonly {
    readonly account: string;
    readonly balanceMinor: number;
    readonly currency: string;
    readonly at: string;
  }[];
  /** Top-ups that have come, by the payment that the gateway names. */
  readonly credited: readonly { readonly payment: string; readonly at: string }[];
};

/** `older`: a younger one is known. `ahead`: of a time that has not come. `unknown`: no top-up of this biller. */
export type BalanceAnswers = {
  readonly readings: readonly ("taken" | "older" | "ahead")[];
  readonly credited: readonly ("taken" | "unknown" | "ahead")[];
};

/** Keeps what a biller said and wakes the mandates that may have to act; one transaction. Saying it twice changes nothing. */
export async function receiveBalances(db: Database, words: BalanceWords): Promise<BalanceAnswers> {
  const { rows } = await sql<{ answers: BalanceAnswers }>`
    select receive_balances(${JSON.stringify(words)}::jsonb) as answers`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("receive_balances answered nothing");
  return row.answers;
}

type WatchingMandate = {
  readonly state: MandateState;
  readonly billerId: string;
  readonly account: string;
  readonly terms: Terms;
};

type Known = Omit<TopUpFacts, "reading"> & {
  readonly reading: TopUpFacts["reading"] | null;
  readonly cycle: number;
  /** The beginning of the payer's next day: the daily cap has room again. */
  readonly tomorrow: string;
};

/** What a look at a balance did. */
export type TopUpOutcome =
  | "planned"
  | "left-out"
  | Extract<TopUpDecision, { do: "nothing" }>["why"]
  | "no-reading"
  | "not-watched";

/**
 * Tops up where the newest reading asks for it: decision, bill, claim, notice and the cycle's row in one transaction behind the mandate's lock, so a
 * cycle has one top-up, however often and by however many it is asked for, and whatever dies in between.
 */
export async function runTopUp(
  db: Database,
  request: { readonly mandateId: string; readonly purpose: Purpose },
): Promise<TopUpOutcome> {
  const { mandateId } = request;
  return inTransaction(db, async (transaction) => {
    await sql`select 1 from mandates where id = ${mandateId} for no key update`.execute(transaction);
    const mandate = await readWatching(transaction, mandateId);
    const { trigger } = mandate.terms;
    if (trigger.kind !== "on-balance" || mandate.state !== "active") return "not-watched";
    const { rows } = await sql<{ known: Known }>`select top_up_read(${mandateId}) as known`.execute(
      transaction,
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`nothing is known of the balance of ${mandateId}`);
    const { known } = row;
    const { reading } = known;
    const decision = reading === null ? null : decideTopUp(trigger, { ...known, reading });
    await lookAgain(transaction, mandateId, decision === null ? null : comesByItself(decision, known));
    if (reading === null || decision === null) return "no-reading";
    if (decision.do === "nothing") return decision.why;
    return topUp(transaction, { ...request, mandate, trigger, known, reading });
  });
}

async function topUp(
  transaction: Kysely<DB>,
  of: {
    readonly mandateId: string;
    readonly purpose: Purpose;
    readonly mandate: WatchingMandate;
    readonly trigger: OnBalance;
    readonly known: Known;
    readonly reading: TopUpFacts["reading"];
  },
): Promise<TopUpOutcome> {
  const { mandateId, purpose, mandate, trigger, known, reading } = of;
  const { billerId, account } = mandate;
  const billId = await makeMandatesBill(transaction, {
    mandateId,
    billerId,
    account,
    amountMinor: trigger.topUp.amountMinor,
    name: { identity: `top-up/${mandateId}/${known.cycle}` },
    purpose,
  });
  const why = billId === null ? "sum-not-taken" : null;
  await sql`insert into top_ups (mandate_id, cycle, bill_id, why, balance_minor, read_at)
    values (${mandateId}, ${known.cycle}, ${billId}, ${why}, ${reading.balance.amountMinor}, ${reading.at}::timestamptz)`.execute(
    transaction,
  );
  if (billId === null) return "left-out";
  return (await planMandatesBill(transaction, billId)) ? "planned" : "left-out";
}

async function readWatching(transaction: Kysely<DB>, mandateId: string): Promise<WatchingMandate> {
  const { rows } = await sql<WatchingMandate>`
    select m.state, m.biller_id as "billerId", m.account, v.terms from mandates m
      join mandate_versions v on v.mandate_id = m.id and v.version = m.version where m.id = ${mandateId}`.execute(
    transaction,
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`no mandate ${mandateId}`);
  return row;
}

/** The end of what a top-up waits for, where no new word of the biller is needed; null: only that can change the answer. */
function comesByItself(decision: TopUpDecision, { tomorrow }: Known): string | null {
  if (decision.do === "top-up") return null;
  if (decision.why === "cool-down") return decision.until;
  return decision.why === "daily-cap" ? tomorrow : null;
}

/** Writes when the mandate's workflow has to look again: then, or when a pause ends, which writes the same column. */
async function lookAgain(transaction: Kysely<DB>, mandateId: string, at: string | null): Promise<void> {
  await sql`update mandates m set next_look_at = n.at
    from (select least(${at}::timestamptz, (select min(until) from mandate_pauses where mandate_id = ${mandateId})) as at) n
    where m.id = ${mandateId} and m.next_look_at is distinct from n.at`.execute(transaction);
}
