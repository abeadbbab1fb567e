import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import { passGate, readChargeFacts, recordEvidence } from "../../../db/queries/charging.ts";
import { listHolds, releaseHold } from "../../../db/queries/holds.ts";
import { askPayer } from "../../../test/db/support/money-core.ts";
import { payee as onFile, pushBill } from "../../../test/support/rows.ts";
import type { Entry } from "./journal.ts";
import type { Bill } from "./town.ts";
import { changed, type ChangeName, type Word } from "./words.ts";

const ANOTHER = { ...onFile, account: "40702810900000000999" };

/** A debit that passed the gate. */
export type Sent = {
  readonly paymentId: string;
  readonly chargeId: string;
  readonly amountMinor: number;
  readonly at: number;
};

/** What the source says next of a bill. */
export function nextWord(bill: Bill, change: ChangeName, now: number): Word {
  const today = new Date(now).toISOString().slice(0, 10);
  return changed(bill.chance, change, { now: bill.word, first: bill.story.first, today });
}

/** The source says it, over the one way in that a bill has. `db` may be a transaction that is still open. The same version again only confirms it. */
export async function tell(db: Database, bill: Bill, word: Word, version = bill.version + 1): Promise<void> {
  const { payer } = bill;
  await pushBill(db, {
    account: payer.account,
    billerId: payer.billerId,
    version,
    status: word.status,
    amountMinor: word.leftMinor,
    fullMinor: word.fullMinor,
    discount: word.discount,
    dueOn: word.dueOn,
    purpose: word.purpose,
    payee: word.payee === "on-file" ? onFile : ANOTHER,
  });
}

/** Writes down that this word was committed. */
export function told(bill: Bill, entry: Omit<Entry & { readonly what: "change" }, "what">): void {
  bill.version += 1;
  bill.word = entry.word;
  bill.entries.push({ what: "change", ...entry });
}

/** The gate's answer to a debit: what would have been sent, or why it was not. */
export type Attempt = { readonly sent: Sent | null; readonly reason: string };

/** Asks the gate as the charge activity does, over bytes that nobody sends. */
export async function attempt(db: Database, paymentId: string): Promise<Attempt> {
  const facts = await readChargeFacts(db, paymentId);
  if (facts === undefined) throw new Error(`no payment ${paymentId}`);
  const chargeId = `${paymentId}-${facts.ordinal}`;
  const { amountMinor } = facts;
  const answer = await passGate(
    db,
    {
      paymentId,
      chargeId,
      ordinal: facts.ordinal,
      initiatedBy: "mit",
      methodId: facts.methodId,
      noticeId: facts.noticeId,
      instructionId: null,
      amountMinor,
      currency: facts.currency,
      gateway: facts.gateway,
      merchantAccount: "shop-1",
      requestHash: "hash of the bytes",
      replayOf: null,
      keyLifeHours: 24,
    },
    Buffer.from(`debit of ${amountMinor}`),
  );
  if (answer.verdict !== "passed")
    return { sent: null, reason: "reason" in answer ? answer.reason : answer.verdict };
  const { rows } = await sql<{ at: number }>`
    select (extract(epoch from first_sent_at) * 1000)::float8 as at from charges where id = ${chargeId}`.execute(
    db,
  );
  return { sent: { paymentId, chargeId, amountMinor, at: rows[0]?.at ?? 0 }, reason: "passed" };
}

/** The bank has taken what it was asked for. */
export async function take(db: Database, { chargeId, amountMinor }: Sent): Promise<void> {
  const evidence = {
    source: "look-up",
    rank: 1,
    outcome: "charged",
    amountMinor,
    hash: randomUUID(),
  } as const;
  await recordEvidence(db, { chargeId, evidence, plan: askPayer, nextLookSeconds: 60 });
}

/** Money that went to an account nobody had checked stops its biller: an operator looks at it and lets the others go on. Answers how many were stopped. */
export async function liftHolds(db: Database): Promise<number> {
  const holds = await listHolds(db);
  for (const { scope, scope_id: scopeId } of holds)
    await releaseHold(db, { scope, scopeId, releasedBy: "proof", rate: "unlimited" });
  return holds.length;
}

/** What else waits to be sent or rung: no workflow sleeps here, and nobody reads letters that permit nothing. */
export async function clearAway(db: Database): Promise<void> {
  await sql`with rung as (update outbox set done_at = business_now() where done_at is null and kind <> 'plan-bill')
    update notifications set state = 'dropped', why = 'no-channel' where state = 'queued' and notice_id is null`.execute(
    db,
  );
}
