-- What every query sends to PostgreSQL, recorded by `npm run generate` on an empty, migrated database with
-- made-up arguments. A statement that only follows from an answer is not here.

-- db/queries/billers.ts: findPushingBiller
select "id", "webhook_secret" from "billers" where "id" = $1;

-- db/queries/billers.ts: isBiller
select "id" from "billers" where "id" = $1;

-- db/queries/billers.ts: listBillers
select "id", "name", "category", "section", "allowed_methods" from "billers" order by "name", "id";

-- db/queries/billers.ts: saveBiller
insert into "billers" ("id", "name", "category", "payee", "webhook_secret") values ($1, $2, $3, $4, $5) on conflict ("id") do update set "name" = $6, "category" = $7, "payee" = $8, "webhook_secret" = $9;

-- db/queries/charging.ts: noteEmptyScan
update charges set scans_empty = scans_empty + 1,
first_empty_scan_at = coalesce(first_empty_scan_at, business_now()) where id = $1;

-- db/queries/charging.ts: openCase
select open_case($1, $2, null, null, $3::jsonb);

-- db/queries/charging.ts: passGate
select gate($1::jsonb, $2) as answer;

-- db/queries/charging.ts: readChargeFacts
select y.id as "paymentId", y.gateway, y.amount_minor as "amountMinor", y.currency, y.resident_id as "residentId",
  r.locale, b.purpose, y.livemode, coalesce(i.method_id, case when i.id is null then y.method_id end) as "methodId",
  t.token, n.id as "noticeId", i.id as "instructionId", i.method_id as "instructionMethodId",
  (select coalesce(max(c.ordinal), 0)::int + 1 from charges c where c.payment_id = y.id) as ordinal,
  (select count(*)::int from charges c where c.payment_id = y.id and c.state = 'not-charged') as "triesWithoutMoney"
from payments y
join bills b on b.id = y.bill_id
join residents r on r.id = y.resident_id
left join lateral (select * from instructions i where i.payment_id = y.id and i.used_at is null
  order by i.given_at desc limit 1) i on true
left join notices n on n.payment_id = y.id and n.state <> 'void'
left join methods t on t.id = coalesce(i.method_id, case when i.id is null then y.method_id end)
where y.id = $1;

-- db/queries/charging.ts: readKnownObjects
select object_id as "objectId" from charges where gateway = $1 and object_id is not null
and first_sent_at >= $2 and last_sent_at <= $3;

-- db/queries/charging.ts: readUndecidedCharge
select c.id, c.payment_id as "paymentId", c.ordinal, c.gateway, c.merchant_account as "merchantAccount",
  c.initiated_by as "initiatedBy", c.method_id as "methodId", c.notice_id as "noticeId",
  c.instruction_id as "instructionId", c.amount_minor as "amountMinor", c.currency, c.request,
  c.request_hash as "requestHash", c.object_id as "objectId", c.state, c.looks, y.livemode,
  c.first_sent_at as "firstSentAt", c.last_sent_at as "lastSentAt", business_now() as now,
  c.scans_empty as "scansEmpty", c.first_empty_scan_at as "firstEmptyScanAt",
  (select count(*)::int from charges o where o.payment_id = y.id and o.state = 'not-charged') as "triesWithoutMoney"
from charges c join payments y on y.id = c.payment_id
where c.id = $1 and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown');

-- db/queries/charging.ts: recordEvidence
select record_evidence($1, $2::jsonb,
$3::jsonb, $4, $5::bytea,
$6::bytea) as answer;

-- db/queries/looks.ts: closePayment
select close_payment($1, $2, $3) as closed;

-- db/queries/looks.ts: giveUpPayment
select tell_resident('failed', y.resident_id, 'gave-up/' || y.id, y.id, payment_words(y), true, y.id)
from payments y where y.id = $1 and close_payment(y.id, 'gave-up', coalesce(y.reason, 'deadline'));

-- db/queries/looks.ts: readBillLook
with times as (
  select d.days, ((b.due_on - d.days + time '10:00') at time zone 'Europe/Moscow') as at
  from bills b, unnest($1::int[]) d(days) where b.id = $2)
select b.state = 'owed' as owed,
  exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'charging')) as covered,
  (select t.days from times t where t.at <= business_now() and t.at > business_now() - interval '12 hours'
    and not exists (select 1 from notifications n where n.event = 'reminder' and n.subject_id = b.id
      and n.args->>'days' = t.days::text) order by t.at desc limit 1) as "remindNow",
  (select real_ms_until(min(t.at)) from times t where t.at > business_now()) as "waitMs"
from bills b where b.id = $3;

-- db/queries/looks.ts: readMandateLook
select state, why, version, coalesce(next_look_at <= business_now(), false) as due,
real_ms_until(next_look_at) as "waitMs" from mandates where id = $1;

-- db/queries/looks.ts: readPaymentLook
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
where y.id = $1;

-- db/queries/looks.ts: remindOfBill
select tell_resident('reminder', a.resident_id, 'reminder/' || b.id || '/' || $1::int || '/' || a.resident_id, b.id,
  jsonb_build_object('billId', b.id, 'biller', r.name, 'purpose', b.purpose, 'dueOn', b.due_on, 'days', $2::int,
    'amount', jsonb_build_object('amountMinor', b.amount_minor, 'currency', b.currency)), false)
from bills b join billers r on r.id = b.biller_id
join payer_accounts a on a.biller_id = b.biller_id and a.account = b.account
where b.id = $3 and b.state = 'owed';

-- db/queries/looks.ts: resumeDueMandate
select resume_mandate(id, null, paused_by) from mandates
where id = $1 and state = 'paused' and paused_until <= business_now();

-- db/queries/notifications.ts: leaseNotifications
select n.id, n.event, n.channel, n.locale, n.args, n.message_id as "messageId", n.subject_id as "subjectId",
  n.attempts, n.legal_minimum as "legalMinimum", r.email as "to", r.name, r.zone, (select livemode from deployment) as livemode
from lease_notifications($1, interval '60 seconds') n join residents r on r.id = n.resident_id;

-- db/queries/notifications.ts: settleNotifications
select settle_notifications($1::jsonb);

-- db/queries/outbox.ts: finishOutbox
update outbox set done_at = business_now(), last_error = null where id = any($1::bigint[]);

-- db/queries/outbox.ts: leaseOutbox
with taken as (
  update outbox o set not_before = clock_timestamp() + interval '15 seconds', attempts = attempts + 1
  where o.id in (select id from outbox where done_at is null and kind <> 'plan-bill' and not_before <= clock_timestamp()
    order by id limit $1 for update skip locked)
  returning o.*)
select t.id, t.kind, t.subject_id as "subjectId", coalesce((t.payload->>'waitMs')::bigint, 0) as "waitMs", t.attempts,
  y.resident_id as "payerId", coalesce(b.biller_id, m.biller_id) as "billerId", r.category, y.gateway,
  b.due_on as "dueOn"
from taken t
left join payments y on t.kind in ('start-payment', 'wake-payment') and y.id = t.subject_id
left join mandates m on t.kind in ('start-mandate') and m.id = t.subject_id
left join bills b on b.id = coalesce(y.bill_id, case when t.kind = 'start-bill' then t.subject_id end)
left join billers r on r.id = coalesce(b.biller_id, m.biller_id)
order by t.id;

-- db/queries/outbox.ts: postponeOutbox
update outbox set last_error = $1,
not_before = clock_timestamp() + least(interval '1 minute', interval '0.5 seconds' * power(2, least(attempts, 7)))
where id = $2;

-- db/queries/outbox.ts: pruneOutbox
delete from outbox where done_at < business_now() - interval '7 days';

-- db/queries/planning.ts: leasePlans
update outbox o set not_before = clock_timestamp() + interval '15 seconds', attempts = attempts + 1
where o.id in (select id from outbox where done_at is null and kind = 'plan-bill' and not_before <= clock_timestamp()
  order by id limit $1 for update skip locked)
returning o.id, o.subject_id as "billId";

-- db/queries/planning.ts: planBill
begin;
select plan_read($1) as facts;
with done as (update outbox set done_at = business_now() where id = $1)
select plan_write($2, $3::jsonb);
commit;

-- db/queries/sweeping.ts: expireLeases
select expire_leases() as n;

-- db/queries/sweeping.ts: followWithdrawals
select follow_withdrawals() as n;

-- db/queries/sweeping.ts: leaseNudges
with taken as (
  update gateway_nudges g set done_at = clock_timestamp(), attempts = attempts + 1
  where g.id in (select id from gateway_nudges where done_at is null and not_before <= clock_timestamp()
    order by id limit 100 for update skip locked)
  returning g.gateway, g.object_id, g.charge_id)
select distinct c.payment_id as "paymentId" from taken t
join charges c on c.gateway = t.gateway and (c.id = t.charge_id or c.object_id = t.object_id)
where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')
   or exists (select 1 from payments y where y.id = c.payment_id and y.state = 'closed');

-- db/queries/sweeping.ts: readOverdue
with edge as (select business_now() - (business_after_real(make_interval(secs => $1 / 1000.0)) - business_now()) as at)
(select 'payment' as kind, y.id, y.gateway from payments y, edge
  where y.state in ('scheduled', 'needs-payer', 'charging') and y.next_look_at < edge.at order by y.next_look_at limit $2)
union all
(select 'mandate', m.id, null from mandates m, edge where m.next_look_at < edge.at order by m.next_look_at limit $3);

-- db/queries/sweeping.ts: readStoppedPayments
select payment_id as "paymentId", outcome from stopped_payments(100);
