import { sql } from "kysely";
import type { Currency } from "../../domain/money.ts";
import type { Database } from "../database.ts";

/** What one line of a mail to the operators is about. */
export type Alarm = {
  readonly caseId: string;
  readonly kind: string;
  readonly subject: string;
  readonly amountMinor: number | null;
  readonly currency: Currency | null;
  /** `escalated`: nobody has closed it for a day. */
  readonly sort: "opened" | "escalated";
};

/** A mail that is due, with all its lines; its id is the same at every repeat. */
export type AlarmMail = { readonly id: string; readonly attempts: number; readonly alarms: readonly Alarm[] };

/** Puts alarms that wait into mails: one each, or one for all when more than `mostAMinute` come. */
export async function bundleAlarms(db: Database, mostAMinute: number): Promise<void> {
  await sql`select bundle_alarms(${mostAMinute}::int)`.execute(db);
}

/** Takes due mails for one sender; who dies over one gives it back after two minutes. */
export async function leaseAlarmMails(db: Database, limit: number): Promise<readonly AlarmMail[]> {
  const { rows } = await sql<AlarmMail>`
    with taken as (
      update alarm_mails m set attempts = attempts + 1, lease_until = clock_timestamp() + interval '2 minutes'
       where m.id in (select id from alarm_mails where state = 'due' and due_at <= clock_timestamp()
         and (lease_until is null or lease_until < clock_timestamp()) order by due_at, id limit ${limit} for update skip locked)
      returning m.*)
    select t.id, t.attempts, (select jsonb_agg(jsonb_build_object('caseId', k.id, 'kind', k.kind, 'subject', k.subject,
        'amountMinor', k.amount_minor, 'currency', k.currency, 'sort', a.sort) order by a.id)
      from alarms a join cases k on k.id = a.case_id where a.mail_id = t.id) as alarms
    from taken t order by t.id`.execute(db);
  return rows;
}

/** Notes how a sending ended. Everything but `sent` and `not-wanted` is tried again after a growing pause, at most an hour. */
export async function settleAlarmMail(
  db: Database,
  mail: { readonly id: string; readonly end: "sent" | "not-wanted" | "later"; readonly answer: string },
): Promise<void> {
  await sql`
    update alarm_mails set lease_until = null, answer = ${mail.answer.slice(0, 500)},
      state = case when ${mail.end}::text = 'later' then 'due' else ${mail.end}::text end,
      sent_at = case when ${mail.end}::text = 'sent' then clock_timestamp() end,
      due_at = case when ${mail.end}::text = 'later'
        then clock_timestamp() + least(interval '1 hour', interval '10 seconds' * power(2, least(attempts, 9))) else due_at end
    where id = ${mail.id} and state = 'due'`.execute(db);
}
