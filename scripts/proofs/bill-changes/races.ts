import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import { inOrder } from "../../../test/db/support/race.ts";
import { attempt, type Attempt, nextWord, tell, told } from "./deeds.ts";
import type { AtTheGate } from "./story.ts";
import type { Bill } from "./town.ts";

/** The order of commits over all bills. */
export type Order = { next(): number };

/** A sequence that both of two transactions draw from as their last deed, while they hold what they hold: it tells which of them was first. */
export async function makeTurns(db: Database): Promise<void> {
  await sql`create sequence proof_turns`.execute(db);
}

/**
 * A change and the gate meet on one bill: the change holds the row and is committed while the gate waits for it, the other way round, or both come at the same time. Answers what the gate said.
 */
export async function meet(
  db: Database,
  bill: Bill,
  {
    paymentId,
    position,
    now,
    order,
  }: {
    readonly paymentId: string;
    readonly position: AtTheGate;
    readonly now: number;
    readonly order: Order;
  },
): Promise<Attempt> {
  const change = bill.story.atTheGate?.change ?? "words";
  const word = nextWord(bill, change, now);
  const heard = () => told(bill, { order: order.next(), at: now, change, word, met: true });
  const sent = (answer: Attempt) => {
    const { sent: debit } = answer;
    if (debit)
      bill.entries.push({ what: "debit", order: order.next(), at: debit.at, amountMinor: debit.amountMinor });
    return answer;
  };
  const push = (on: Database) => tell(on, bill, word);
  const ask = (on: Database) => attempt(on, paymentId);
  if (position === "before") {
    const { second } = await inOrder(db, push, () => ask(db));
    heard();
    return sent(second);
  }
  if (position === "after") {
    const { first } = await inOrder(db, ask, () => push(db));
    const debit = sent(first);
    heard();
    return debit;
  }
  const [pushed, asked] = await Promise.all([turn(db, push), turn(db, ask)]);
  if (pushed.turn < asked.turn) heard();
  const debit = sent(asked.result);
  if (pushed.turn > asked.turn) heard();
  return debit;
}

async function turn<Result>(db: Database, work: (on: Database) => Promise<Result>) {
  return db.transaction().execute(async (on) => {
    const result = await work(on);
    const { rows } = await sql<{ n: number }>`select nextval('proof_turns')::int as n`.execute(on);
    return { result, turn: rows[0]?.n ?? 0 };
  });
}
