import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import type { ForecastLine } from "../../../domain/forecast/line.ts";
import type { SeenQuestion } from "./drive.ts";

/** What happened, in the words of the forecast. */
export type Happened = Pick<ForecastLine, "kind" | "reason" | "methodId"> & {
  readonly at: string;
  readonly mandateId: string;
  readonly amountMinor: number | null;
};

type Row = {
  readonly kind: ForecastLine["kind"];
  readonly at: string;
  readonly mandate_id: string;
  readonly payment_id: string | null;
  readonly amount_minor: number | null;
  readonly method_id: string | null;
  readonly reason: ForecastLine["reason"] | null;
};

/** Everything that the rows tell of what was announced, charged, asked, left out, in order of time, by mandate. */
export async function readHappened(
  db: Database,
  questions: readonly SeenQuestion[],
): Promise<ReadonlyMap<string, readonly Happened[]>> {
  const needs = new Map(questions.map((question) => [question.payment, question.need]));
  const byMandate = new Map<string, Happened[]>();
  const rows = [...(await readRows(db)), ...(await readQuestions(db, questions))];
  for (const row of rows) {
    const { kind, at, mandate_id: mandateId, amount_minor: amountMinor, method_id: methodId } = row;
    const reason = row.reason ?? ((needs.get(row.payment_id ?? "") ?? "bill") as ForecastLine["reason"]);
    const list = byMandate.get(mandateId) ?? [];
    list.push({ kind, at, mandateId, amountMinor, methodId, reason });
    byMandate.set(mandateId, list);
  }
  for (const list of byMandate.values()) list.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return byMandate;
}

async function readRows(db: Database): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select 'notice' as kind, n.accepted_at as at, n.mandate_id, n.payment_id, n.amount_minor, n.method_id,
           case when exists (select 1 from mandate_runs x where x.bill_id = y.bill_id) then 'schedule' else 'bill' end as reason
      from notices n join payments y on y.id = n.payment_id where n.accepted_at is not null
    union all
    select 'debit', c.first_sent_at, y.mandate_id, y.id, c.amount_minor, c.method_id,
           case when exists (select 1 from mandate_runs x where x.bill_id = y.bill_id) then 'schedule' else 'bill' end
      from charges c join payments y on y.id = c.payment_id
    union all
    select 'question-ends', a.at, y.mandate_id, y.id, y.amount_minor, null, null
      from audit a join payments y on y.id = a.subject where a.action = 'payment.closed' and (a.detail->>'outcome' = 'gave-up' or a.detail->>'reason' = 'no answer')
    union all
    select 'skipped', a.at, y.mandate_id, y.id, y.amount_minor, null, 'over-limit'
      from audit a join payments y on y.id = a.subject where a.action = 'payment.closed' and a.detail->>'reason' = 'gate: limits'
    union all
    select 'skipped', x.ended_at, x.mandate_id, null, null, null, x.why from mandate_runs x where x.state = 'skipped'
    union all
    select 'skipped', x.ended_at, x.mandate_id, null, b.amount_minor, null, 'over-limit' from mandate_runs x join bills b on b.id = x.bill_id
     where not exists (select 1 from payments y where y.bill_id = b.id)
    union all
    select 'skipped', n.created_at, m.id, null, null, null, 'over-limit' from notifications n join bills b on b.id = n.subject_id
      join mandates m on m.account = b.account and m.resident_id = n.resident_id where n.event = 'over-limit-skipped' and b.source <> 'payer'
       -- what the gate has left out is planned at once again, and that is told
       and not exists (select 1 from payments y join audit a on a.subject = y.id where y.bill_id = b.id and a.action = 'payment.closed' and a.detail->>'reason' = 'gate: limits'
         and a.at between n.created_at - interval '1 second' and n.created_at + interval '1 second')
    union all
    select 'resumed', a.at, a.subject, null, null, null, 'pause-over' from audit a where a.action = 'mandate.resume'
       -- a pause that is over where nothing is left to pay with: it goes on waiting, for a card
       and not exists (select 1 from mandate_pauses p where p.mandate_id = a.subject and p.author = 'system' and p.since <= a.at)`.execute(
    db,
  );
  return rows;
}

async function readQuestions(db: Database, questions: readonly SeenQuestion[]): Promise<readonly Row[]> {
  const { rows } = await sql<{ id: string; mandate_id: string }>`
    select id, mandate_id from payments where mandate_id is not null`.execute(db);
  const payments = new Map(rows.map((row) => [row.id, row]));
  return questions.flatMap(({ payment, need, amountMinor, at }) => {
    const row = payments.get(payment);
    const about = { payment_id: payment, method_id: null, reason: need as ForecastLine["reason"] };
    return row === undefined
      ? []
      : [
          {
            ...about,
            kind: "question" as const,
            at,
            mandate_id: row.mandate_id,
            amount_minor: amountMinor,
          },
        ];
  });
}
