import { sql } from "kysely";
import type { PaymentLook } from "../../domain/next-step.ts";
import type { PaymentRoute } from "../../domain/urgency.ts";
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
  readonly route: PaymentRoute;
  /** The payer has told us within the hour to pay this. */
  readonly payerWaits: boolean;
};

export async function readPaymentLook(db: Database, paymentId: string): Promise<PaymentLookRow | undefined> {
  const { rows } = await sql<PaymentLookRow>`
    select business_now() as now, y.state, y.outcome, y.next_look_at as "nextLookAt", y.give_up_at as "giveUpAt",
      real_ms_until(y.next_look_at) as "nextLookMs", real_ms_until(y.give_up_at) as "giveUpMs",
      (y.stop_mark is not null or b.state <> 'owed'
        or (y.route = 'mandate' and mandate_stops(y)) or stops_with_its_method(y)) as stopped,
      c.id as "chargeId", c.state as "chargeState",
      coalesce(c.state = 'sending' and c.lease_until > clock_timestamp() - interval '45 seconds', false) as leased,
      coalesce(y.remark in ('source silent', 'source unclear', 'source in demand'), false) as "sourceSilent",
      c.object_id is not null as "objectKnown", y.need, coalesce(y.remark, y.reason) as reason, y.amount_minor as "amountMinor", y.currency,
      y.planned_on as "plannedOn", y.route,
      exists (select 1 from instructions i where i.payment_id = y.id and i.expires_at > business_now()) as "payerWaits"
    from payments y join bills b on b.id = y.bill_id
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
  /** It tops a balance up. */
  readonly watches: boolean;
  readonly due: boolean;
  readonly waitMs: number | null;
};

export async function readMandateLook(db: Database, mandateId: string): Promise<MandateLook | undefined> {
  const { rows } = await sql<MandateLook>`
    select m.state, m.why, m.version, v.terms->'trigger'->>'kind' = 'on-balance' as watches, coalesce(m.next_look_at <= business_now(), false) as due,
      real_ms_until(m.next_look_at) as "waitMs" from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
     where m.id = ${mandateId}`.execute(db);
  return rows[0];
}

/** Pauses with a date that has come end: the mandate goes on, unless somebody else's pause holds. */
export async function resumeDueMandate(db: Database, mandateId: string): Promise<void> {
  await sql`select resume_mandate(mandate_id, null, author) from mandate_pauses
    where mandate_id = ${mandateId} and until <= business_now() order by author`.execute(db);
}

/** Days around the due day on which an unpaid bill is mentioned again. */
export type BillLook = {
  readonly owed: boolean;
  readonly covered: boolean;
  /** Somebody who sees it wants to hear of it. */
  readonly heard: boolean;
  /** The reminder that is due now, by its distance from the due day; null when none is. */
  readonly remindNow: number | null;
  /** The same about the last day of its discount. */
  readonly discountNow: number | null;
  readonly waitMs: number | null;
};

/** Reads a bill and its next reminder: at 10:00 of the payee's civil time, so many days before (negative: after) the due day, and before a discount's last day. */
export async function readBillLook(
  db: Database,
  billId: string,
  days: { readonly due: readonly number[]; readonly discount: readonly number[] },
): Promise<BillLook | undefined> {
  const { rows } = await sql<BillLook>`
    with bill as (select b.*, r.zone from bills b join billers r on r.id = b.biller_id where b.id = ${billId}),
    times as (
      select d.days, ((b.due_on - d.days + time '10:00') at time zone b.zone) as at
      from bill b, unnest(${days.due}::int[]) d(days)),
    ends as (
      select d.days, (((b.discount->>'until')::date - d.days + time '10:00') at time zone b.zone) as at
      from bill b, unnest(${days.discount}::int[]) d(days) where b.discount_ends_at > business_now())
    select b.state = 'owed' as owed,
      exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'charging')) as covered,
      exists (select 1 from bill_listeners(b)) as heard,
      (select t.days from times t where t.at <= business_now() and t.at > business_now() - interval '12 hours'
        and not exists (select 1 from notifications n where n.event in ('reminder', 'overdue') and n.subject_id = b.id
          and n.args->>'days' = t.days::text) order by t.at desc limit 1) as "remindNow",
      (select t.days from ends t where t.at <= business_now() and t.at > business_now() - interval '12 hours'
        and not exists (select 1 from notifications n where n.event = 'discount-ending' and n.subject_id = b.id
          and n.args->>'discountUntil' = b.discount->>'until' and n.args->>'days' = t.days::text) order by t.at desc limit 1) as "discountNow",
      (select real_ms_until(min(t.at)) from (select * from times union all select * from ends) t where t.at > business_now()) as "waitMs"
    from bills b where b.id = ${billId}`.execute(db);
  return rows[0];
}

/** Reminds everybody who wants to hear of the bill; once its due day has passed, says that. */
export async function remindOfBill(db: Database, billId: string, days: number): Promise<void> {
  const event = days < 0 ? "overdue" : "reminder";
  await sql`
    select tell_resident(${event}, w.resident_id, ${event}::text || '/' || b.id || '/' || ${days}::int || '/' || w.resident_id, b.id,
      bill_words(b) || jsonb_build_object('days', ${days}::int, 'daysLeft', case when ${days}::int >= 0 then ${days}::int end), false)
    from bills b cross join lateral bill_listeners(b) w(resident_id)
    where b.id = ${billId} and b.state = 'owed'`.execute(db);
}

/** Tells everybody who wants to hear of the bill that its discount ends in so many days, and what is due then. */
export async function tellDiscountEnds(db: Database, billId: string, days: number): Promise<void> {
  await sql`
    select tell_resident('discount-ending', w.resident_id,
      'discount-ending/' || b.id || '/' || (b.discount->>'until') || '/' || ${days}::int || '/' || w.resident_id, b.id,
      bill_words(b) || jsonb_build_object('days', ${days}::int), false)
    from bills b cross join lateral bill_listeners(b) w(resident_id)
    where b.id = ${billId} and b.state = 'owed' and b.discount_ends_at > business_now()
      and bill_due_at(b, b.discount_ends_at) <> bill_due(b)`.execute(db);
}
