import { sql } from "kysely";
import type { ChargeState } from "../../domain/charge.ts";
import type { Currency } from "../../domain/money.ts";
import type { Database } from "../database.ts";

type Amount = { readonly amountMinor: number; readonly currency: Currency };

/** A charge under way, as the stop functions list it. */
export type InFlightRow = {
  readonly payment: string;
  readonly charge: string;
  readonly amount: Amount;
  readonly payee: string;
  readonly payeeEn: string | null;
  readonly method: string | null;
  readonly sentAt: string;
  readonly state: ChargeState;
  readonly next: string | null;
  /** It is being ended at the gateway. */
  readonly voiding?: boolean;
};

/** What becomes of a mandate that names the method. */
export type MandateAfterWithdrawal = {
  readonly mandate: string;
  readonly biller: string;
  readonly billerEn: string | null;
  readonly account: string;
  readonly state: "active" | "paused";
  readonly outcome: "stops" | "goes-on";
  /** The title of the method it goes on with. */
  readonly next: string | null;
};

/** What becomes of a payment that was to be charged to the method and is not under way. */
export type DebitAfterWithdrawal = {
  readonly payment: string;
  readonly payee: string;
  readonly payeeEn: string | null;
  readonly plannedOn: string;
  readonly amount: Amount;
  /** `moves`: announced anew from the next method; `waits`: for its payer, as before. */
  readonly outcome: "stops" | "moves" | "waits";
};

/** A method's withdrawal: what it would mean, what it did, and the proof that nothing was sent afterwards. */
export type WithdrawalRow = {
  readonly methodId: string;
  /** Null: it is not withdrawn. */
  readonly stoppedAt: string | null;
  readonly inFlight: readonly InFlightRow[];
  /** The same card of the same person under other rows: withdrawn with it. */
  readonly twins: readonly { readonly methodId: string; readonly title: string | null }[];
  readonly mandates: readonly string[];
  readonly follows: readonly MandateAfterWithdrawal[];
  readonly planned: readonly DebitAfterWithdrawal[];
  /** Transmissions of charges to it that the gate let pass after the withdrawal, counted from the gate's own rows. */
  readonly sentAfter: number;
  readonly lastSentAt: string | null;
};

type OwnMethod = { readonly residentId: string; readonly methodId: string };

/** Withdraws a method: a stop. Null: the resident has no such method. One call, one transaction of its own. */
export async function withdrawMethod(db: Database, own: OwnMethod): Promise<WithdrawalRow | null> {
  const { rows } = await sql<{ answer: WithdrawalRow | null }>`
    select withdraw_method(${own.methodId}, ${own.residentId}) as answer`.execute(db);
  return rows[0]?.answer ?? null;
}

/** What a withdrawal would mean, or has meant. Null: the resident has no such method. */
export async function readWithdrawal(db: Database, own: OwnMethod): Promise<WithdrawalRow | null> {
  const { rows } = await sql<{ answer: WithdrawalRow }>`
    select withdrawal_of(id) as answer from methods where id = ${own.methodId} and resident_id = ${own.residentId}`.execute(
    db,
  );
  return rows[0]?.answer ?? null;
}

/** Warns about cards that expire soon and ends the use of those that have; answers how many were dealt with (the limit: there may be more). */
export async function watchMethodExpiry(db: Database, limit: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`select watch_method_expiry(${limit}) as n`.execute(db);
  return rows[0]?.n ?? 0;
}
