import { sql } from "kysely";
import type { Database } from "../database.ts";

/** How a question about one bill ended. `silent`: no answer, or none to the question. `unclear`: it answered, and what it said of the bill cannot be used. */
export type RereadEnd = "read" | "silent" | "unclear";

/** What is known of a bill at one of its sources when a charge is permitted; it is kept with the gate's permission. Instants are ISO UTC. */
export type BillReading = {
  readonly source: string;
  /** `fresh`: it was read a moment ago, so nobody was asked again. */
  readonly ended: RereadEnd | "fresh";
  /** When the words that the charge stands on were last said. */
  readonly readAt: string;
  readonly ageSeconds: number;
  readonly silentSince: string | null;
};

/** What the charge of a payment has to know before its bill is asked for. */
export type RereadFacts = {
  readonly billId: string;
  readonly uin: string;
  /** The debit can wait no longer. */
  readonly last: boolean;
  readonly sources: readonly {
    readonly source: string;
    /** When it last spoke of this bill, and how long ago; null: not known. */
    readonly readAt: string | null;
    readonly ageSeconds: number | null;
    /** It is away, and its next try is not yet. */
    readonly resting: boolean;
  }[];
};

/**
 * What is to be asked again before this payment's charge; null where no gate would let it out.
 *
 * @param about.sources those that can be asked for one bill by its number
 */
export async function readRereadFacts(
  db: Database,
  about: {
    readonly paymentId: string;
    readonly initiatedBy: "mit" | "cit";
    readonly sources: readonly string[];
  },
): Promise<RereadFacts | null> {
  const { rows } = await sql<{ facts: RereadFacts | null }>`
    select reread_facts(${about.paymentId}, ${about.initiatedBy}, ${[...about.sources]}::text[]) as facts`.execute(
    db,
  );
  return rows[0]?.facts ?? null;
}

/** What follows: the charge goes on, standing on these readings, or the payment has been put off or has asked its payer. */
export type RereadDecision = {
  readonly goOn: boolean;
  readonly reading: readonly BillReading[];
};

/** Keeps how the questions before one charge ended, and decides what follows (db/migrations/0107-bills-are-read-again.sql). */
export async function settleReread(
  db: Database,
  about: {
    readonly paymentId: string;
    readonly initiatedBy: "mit" | "cit";
    /** Its sources were asked as at the last moment: without that a debit does not go on by old words. */
    readonly last: boolean;
    readonly asked: readonly {
      readonly source: string;
      readonly ended: RereadEnd;
      readonly detail: string | null;
    }[];
  },
): Promise<RereadDecision> {
  const { rows } = await sql<{ decision: RereadDecision }>`
    select settle_reread(${JSON.stringify(about)}::jsonb) as decision`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("settle_reread answered nothing");
  return row.decision;
}
