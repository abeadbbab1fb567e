import { sql } from "kysely";
import type { PaymentLook } from "../../domain/next-step.ts";
import type { Database } from "../database.ts";

/** What a payment's rows say, and in how many real milliseconds its next look and its deadline come. */
export type PaymentLookRow = Omit<PaymentLook, "asked" | "charge"> & {
  readonly chargeId: string | null;
  readonly chargeState: NonNullable<PaymentLook["charge"]>["state"] | null;
  readonly leased: boolean;
  readonly objectKnown: boolean;
  readonly nextLookMs: number;
  readonly giveUpMs: number;
  readonly need: string | null;
  readonly reason: string | null;
  readonly amountMinor: number;
  readonly currency: string;
  readonly plannedOn: string;
};

export async function readPaymentLook(db: Database, paymentId: string): Promise<PaymentLookRow | undefined> {
  const { rows } = await sql<PaymentLookRow>`
    select business_now() as now, y.state, y.outcome, y.next_look_at as "nextLookAt", y.give_up_at as "giveUpAt",
      real_ms_until(y.next_look_at) as "nextLookMs", real_ms_until(y.give_up_at) as "giveUpMs",
      (y.stop_mark is not null or b.state <> 'owed'
        or (y.route = 'mandate' and (m.state <> 'active' or coalesce(y.created_at <= m.last_stop_at, false)))) as stopped,
      c.id as "chargeId", c.state as "chargeState",
      coalesce(c.state = 'sending' and c.lease_until > clock_timestamp() - interval '45 seconds', false) as leased,
      c.object_id is not null as "objectKnown", y.need, y.reason, y.amount_minor as "amountMinor", y.currency,
      y.planned_on as "plannedOn"
    from payments y join bills b on b.id = y.bill_id left join mandates m on m.id = y.mandate_id
    left join charges c on c.payment_id = y.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')
    where y.id = ${paymentId}`.execute(db);
  return rows[0];
}

/** Ends a payment that a stop or its deadline ended. False: there was nothing to close, or a charge is under way. */
export async function closePayment(
  db: Database,
  request: { readonly paymentId: string; readonly outcome: string; readonly reason: string },
): Promise<boolean> {
  const { rows } = await sql<{ closed: boolean }>`
    select close_payment(${request.paymentId}, ${request.outcome}, ${request.reason}) as closed`.execute(db);
  return rows[0]?.closed ?? false;
}

/** Closes at the payer's deadline and says so. Nothing happens while a charge is undecided. */
export async function giveUpPayment(db: Database, paymentId: string): Promise<void> {
  await sql`select give_up_payment(${paymentId})`.execute(db);
}

/** What a mandate's row says; `waitMs` is null when only a message can wake it. */
export type MandateLook = {
  readonly state: "proposed" | "active" | "paused" | "ended";
  readonly why: string | null;
  readonly version: number;
  readonly due: boolean;
  readonly waitMs: number | null;
};

export async function readMandateLook(db: Database, mandateId: string): Promise<MandateLook | undefined> {
  const { rows } = await sql<MandateLook>`
    select state, why, version, coalesce(next_look_at <= business_now(), false) as due,
      real_ms_until(next_look_at) as "waitMs" from mandates where id = ${mandateId}`.execute(db);
  return rows[0];
}

/** A pause with a date has reached it: the mandate goes on, unless it was paused by somebody else meanwhile. */
export async function resumeDueMandate(db: Database, mandateId: string): Promise<void> {
  await sql`select resume_mandate(id, null, paused_by) from mandates
    where id = ${mandateId} and state = 'paused' and paused_until <= business_now()`.execute(db);
}

/** Days around the due day on which an unpaid bill is mentioned again. */
export type BillLook = {
  readonly owed: boolean;
  readonly covered: boolean;
  /** The reminder that is due now, by its distance from the due day; null when none is. */
  readonly remindNow: number | null;
  readonly waitMs: number | null;
};

/** Reads a bill and its next reminder: at 10:00 Moscow civil time, `days` before (negative: after) the due day. */
export async function readBillLook(
  db: Database,
  billId: string,
  days: readonly number[],
): Promise<BillLook | undefined> {
  const { rows } = await sql<BillLook>`
    with times as (
      select d.days, ((b.due_on - d.days + time '10:00') at time zone 'Europe/Moscow') as at
      from bills b, unnest(${days}::int[]) d(days) where b.id = ${billId})
    select b.state = 'owed' as owed,
      exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'charging')) as covered,
      (select t.days from times t where t.at <= business_now() and t.at > business_now() - interval '12 hours'
        and not exists (select 1 from notifications n where n.event = 'reminder' and n.subject_id = b.id
          and n.args->>'days' = t.days::text) order by t.at desc limit 1) as "remindNow",
      (select real_ms_until(min(t.at)) from times t where t.at > business_now()) as "waitMs"
    from bills b where b.id = ${billId}`.execute(db);
  return rows[0];
}

/** Reminds everybody who connected the account and has no autopay that will pay it. */
export async function remindOfBill(db: Database, billId: string, days: number): Promise<void> {
  await sql`
    select tell_resident('reminder', a.resident_id, 'reminder/' || b.id || '/' || ${days}::int || '/' || a.resident_id, b.id,
      jsonb_build_object('billId', b.id, 'biller', r.name, 'purpose', b.purpose, 'dueOn', b.due_on, 'days', ${days}::int,
        'daysLeft', case when ${days}::int >= 0 then ${days}::int end,
        'amount', jsonb_build_object('amountMinor', b.amount_minor, 'currency', b.currency)), false)
    from bills b join billers r on r.id = b.biller_id
    join payer_accounts a on a.biller_id = b.biller_id and a.account = b.account
    where b.id = ${billId} and b.state = 'owed'`.execute(db);
}
