-- What every query sends to PostgreSQL, recorded by `npm run generate` on an empty, migrated database with
-- made-up arguments. A statement that only follows from an answer is not here.

-- db/queries/accounts.ts: getAccount
select "a"."biller_id", "r"."name" as "biller_name", "r"."category", "a"."account", "a"."label", "a"."created_at" from "payer_accounts" as "a" inner join "billers" as "r" on "r"."id" = "a"."biller_id" where "a"."resident_id" = $1 and "a"."biller_id" = $2 and "a"."account" = $3;

-- db/queries/accounts.ts: listAccounts
select "a"."biller_id", "r"."name" as "biller_name", "r"."category", "a"."account", "a"."label", "a"."created_at" from "payer_accounts" as "a" inner join "billers" as "r" on "r"."id" = "a"."biller_id" where "a"."resident_id" = $1 order by "a"."created_at", "a"."biller_id", "a"."account";

-- db/queries/billers.ts: findPushingBiller
select "id", "webhook_secret" from "billers" where "id" = $1;

-- db/queries/billers.ts: isBiller
select "id" from "billers" where "id" = $1;

-- db/queries/billers.ts: listBillers
select "id", "name", "category", "section", "allowed_methods" from "billers" order by "name", "id";

-- db/queries/billers.ts: saveBiller
insert into "billers" ("id", "name", "category", "payee", "webhook_secret") values ($1, $2, $3, $4, $5) on conflict ("id") do update set "name" = $6, "category" = $7, "payee" = $8, "webhook_secret" = $9;

-- db/queries/bills.ts: listBills
select b.id, b.biller_id, r.name as biller_name, r.category, r.allowed_methods, b.account, b.period, b.kind, b.state,
       b.amount_minor, b.currency, b.due_on, b.purpose, b.payee, b.payee_hash, b.version, b.part, b.livemode,
       own.payment, m.id as mandate_id,
       exists (select 1 from claims c join payments y on y.id = c.payment_id
                where c.claim_key = b.identity_key and c.part = b.part and y.resident_id <> $1) as paid_by_others
  from bills b join billers r on r.id = b.biller_id
  left join lateral (select jsonb_build_object('id', y.id, 'state', y.state, 'need', y.need, 'outcome', y.outcome) as payment
                       from payments y where y.bill_id = b.id and y.resident_id = $2
                      order by y.created_at desc, y.id desc limit 1) own on true
  left join mandates m on m.resident_id = $3 and m.biller_id = b.biller_id and m.account = b.account
                      and m.state in ('proposed', 'active', 'paused')
 where (own.payment is not null or exists (select 1 from payer_accounts a
          where a.resident_id = $4 and a.biller_id = b.biller_id and a.account = b.account)) and b.state = $5 and (b.due_on, b.id) < ($6::date, $7)
order by b.due_on desc, b.id desc limit $8;

-- db/queries/bills.ts: receiveBill
select receive_bill($1::jsonb) as answer;

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
select object_id as "objectId" from charges where gateway = $1
and merchant_account = $2 and object_id is not null
and first_sent_at >= $3 and last_sent_at <= $4;

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

-- db/queries/charging.ts: readUnwatchedCharge
select c.id, c.gateway, c.merchant_account as "merchantAccount", c.initiated_by as "initiatedBy",
  c.amount_minor as "amountMinor", c.currency, y.livemode, c.object_id as "objectId"
from charges c join payments y on y.id = c.payment_id where c.id = $1
  and (c.state = 'not-charged' or (c.state <> 'charged' and y.state <> 'charging'));

-- db/queries/charging.ts: recordEvidence
select record_evidence($1, $2::jsonb,
$3::jsonb, $4, $5::bytea,
$6::bytea) as answer;

-- db/queries/idempotency.ts: claimCommand
insert into idempotency_keys as k (principal, key, fingerprint, state, lease_until)
  values ($1, $2, $3, 'running', date_trunc('milliseconds', clock_timestamp() + make_interval(secs => $4)))
on conflict (principal, key) do update set lease_until = date_trunc('milliseconds', clock_timestamp() + make_interval(secs => $5))
  where k.state = 'running' and k.lease_until < clock_timestamp() and k.fingerprint = excluded.fingerprint
returning lease_until, made_id;

-- db/queries/idempotency.ts: freeCommand
delete from "idempotency_keys" where "principal" = $1 and "key" = $2 and "lease_until" = $3 and "state" = $4 and "made_id" is null;

-- db/queries/idempotency.ts: storeAnswer
update "idempotency_keys" set "state" = $1, "status" = $2, "headers" = $3, "body" = $4 where "principal" = $5 and "key" = $6 and "lease_until" = $7 and "state" = $8;

-- db/queries/looks.ts: closePayment
select close_payment($1, $2, $3) as closed;

-- db/queries/looks.ts: giveUpPayment
select give_up_payment($1);

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
    'daysLeft', case when $3::int >= 0 then $4::int end,
    'amount', jsonb_build_object('amountMinor', b.amount_minor, 'currency', b.currency)), false)
from bills b join billers r on r.id = b.biller_id
join payer_accounts a on a.biller_id = b.biller_id and a.account = b.account
where b.id = $5 and b.state = 'owed';

-- db/queries/looks.ts: resumeDueMandate
select resume_mandate(id, null, paused_by) from mandates
where id = $1 and state = 'paused' and paused_until <= business_now();

-- db/queries/mandates.ts: listMandates
select m.id, m.biller_id, r.name as biller_name, r.category, m.account, m.state, m.paused_by, m.paused_until, m.why, m.version, v.terms,
      m.external_id, m.livemode, m.last_stop_at, m.created_at,
      coalesce((select jsonb_agg(jsonb_build_object('paymentId', y.id, 'amountMinor', y.amount_minor, 'currency', y.currency,
                  'plannedOn', y.planned_on, 'notBefore', y.not_before, 'state', y.state) order by y.not_before, y.id)
                 from payments y where y.mandate_id = m.id and y.state in ('scheduled', 'needs-payer', 'charging')), '[]') as upcoming
 from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
 join billers r on r.id = m.biller_id
where m.resident_id = $1 and (date_trunc('milliseconds', m.created_at), m.id) < ($2::timestamptz, $3)
 order by date_trunc('milliseconds', m.created_at) desc, m.id desc limit $4;

-- db/queries/mandates.ts: readMandateInFlight
select in_flight($1, null, null) as list;

-- db/queries/mandates.ts: resumeMandate
select resume_mandate($1, $2, 'payer') as answer;

-- db/queries/mandates.ts: stopMandate
select stop_mandate($1, $2, $3, $4::timestamptz, $5, 'payer') as answer;

-- db/queries/methods.ts: failBinding
update "methods" set "state" = $1, "state_reason" = $2, "confirmation" = $3, "confirm_by" = $4, "withdrawn_at" = business_now(), "version" = version + 1 where "id" = $5 and "state" = $6;

-- db/queries/methods.ts: findMethod
select t.id, t.gateway, t.state, t.state_reason, t.binding_object_id, t.confirmation, t.confirm_by, t.kind, t.title, t.brand, t.last4,
     t.expiry_month, t.expiry_year, t.return_path, t.livemode, t.created_at,
     coalesce((select jsonb_agg(m.id order by m.created_at, m.id) from mandates m
                join mandate_versions v on v.mandate_id = m.id and v.version = m.version
               where m.resident_id = t.resident_id and m.state in ('active', 'paused') and v.terms->'methods' ? t.id), '[]') as mandates
from methods t where t.resident_id = $1 and t.id = $2;

-- db/queries/methods.ts: keepConfirmation
update "methods" set "binding_object_id" = $1, "confirmation" = $2, "confirm_by" = $3 where "id" = $4 and "state" = $5;

-- db/queries/methods.ts: listMethods
select t.id, t.gateway, t.state, t.state_reason, t.binding_object_id, t.confirmation, t.confirm_by, t.kind, t.title, t.brand, t.last4,
     t.expiry_month, t.expiry_year, t.return_path, t.livemode, t.created_at,
     coalesce((select jsonb_agg(m.id order by m.created_at, m.id) from mandates m
                join mandate_versions v on v.mandate_id = m.id and v.version = m.version
               where m.resident_id = t.resident_id and m.state in ('active', 'paused') and v.terms->'methods' ? t.id), '[]') as mandates
from methods t where t.resident_id = $1
and (t.state in ('active', 'unusable') or (t.state = 'binding' and t.confirm_by > business_now()))
order by t.created_at, t.id;

-- db/queries/methods.ts: withdrawMethod
select withdraw_method($1, $2) as answer;

-- db/queries/notifications.ts: leaseNotifications
select n.id, n.event, n.channel, n.locale, n.args, n.message_id as "messageId", n.subject_id as "subjectId",
  n.attempts, n.legal_minimum as "legalMinimum", r.email as "to", r.name, r.zone, (select livemode from deployment) as livemode
from lease_notifications($1, interval '60 seconds') n join residents r on r.id = n.resident_id;

-- db/queries/notifications.ts: settleNotifications
select settle_notifications($1::jsonb);

-- db/queries/operator.ts: keepNudge
with kept as (insert into gateway_nudges (gateway, event, object_id, charge_id)
  values ($1, $2, $3, $4) returning id)
select ring('nudge') from kept;

-- db/queries/operator.ts: listCases
select id, kind, subject, amount_minor, currency, detail, owner, opened_at, closed_at from cases
where true and (closed_at is null) = $1 and (date_trunc('milliseconds', opened_at), id) > ($2::timestamptz, $3) order by date_trunc('milliseconds', opened_at), id limit $4;

-- db/queries/operator.ts: listEvidence
select "e"."charge_id", "e"."rank", "e"."source", "e"."outcome", "e"."moved", "e"."facts", "e"."seen_at" from "evidence" as "e" inner join "charges" as "c" on "c"."id" = "e"."charge_id" where "c"."payment_id" = $1 order by "e"."id";

-- db/queries/operator.ts: listGatePasses
select "p"."charge_id", "p"."transmission", "p"."checks", "p"."passed_at", "p"."business_at" from "gate_passes" as "p" inner join "charges" as "c" on "c"."id" = "p"."charge_id" where "c"."payment_id" = $1 order by "c"."ordinal", "p"."transmission";

-- db/queries/operator.ts: listHolds
select scope, scope_id, reason, placed_by, placed_at from holds order by placed_at, scope, scope_id;

-- db/queries/operator.ts: moveClock
begin;
with now as materialized (select clock_timestamp() as real)
update sandbox_clock set real_anchor = now.real,
       business_anchor = business_anchor + (now.real - real_anchor) * scale + make_interval(secs => $1),
       scale = coalesce($2::double precision, scale)
  from now returning business_anchor as "businessNow", scale;
insert into "audit" ("actor", "action", "subject", "detail") values ($1, $2, $3, $4);
select ring('clock');
commit;

-- db/queries/operator.ts: placeHold
begin;
select pg_advisory_xact_lock(hashtextextended($1, 0));
insert into holds (scope, scope_id, reason, placed_by)
  values ($1, $2, $3, $4)
on conflict (scope, scope_id) do update set reason = excluded.reason, placed_by = excluded.placed_by
returning scope, scope_id, reason, placed_by, placed_at;
insert into "audit" ("actor", "action", "subject", "detail") values ($1, $2, $3, $4);
commit;

-- db/queries/operator.ts: readTrialBalance
select account, currency, sum(debit_minor)::bigint as "debitMinor", sum(credit_minor)::bigint as "creditMinor"
from ledger_entries group by account, currency order by account, currency;

-- db/queries/operator.ts: readWaitingCommands
select count(*) as commands,
     round(coalesce(extract(epoch from clock_timestamp() - min(not_before)), 0)::numeric, 1)::float8 as "oldestSeconds"
from outbox where done_at is null and not_before <= clock_timestamp();

-- db/queries/operator.ts: releaseHold
begin;
select pg_advisory_xact_lock(hashtextextended($1, 0));
delete from holds where scope = $1 and scope_id = $2
returning scope, scope_id, reason, placed_by, placed_at;
insert into "audit" ("actor", "action", "subject") values ($1, $2, $3);
commit;

-- db/queries/outbox.ts: finishOutbox
update outbox set done_at = business_now(), last_error = null where id = any($1::bigint[]);

-- db/queries/outbox.ts: leaseOutbox
with taken as (
  update outbox o set not_before = clock_timestamp() + interval '15 seconds', attempts = attempts + 1
  where o.id in (select id from outbox where done_at is null and kind <> 'plan-bill' and not_before <= clock_timestamp()
    order by id limit $1 for update skip locked)
  returning o.*)
select t.id, t.kind, t.subject_id as "subjectId", coalesce((t.payload->>'waitMs')::bigint, 0) as "waitMs", t.attempts,
  coalesce(y.resident_id, m.resident_id) as "payerId", coalesce(b.biller_id, m.biller_id) as "billerId", r.category, y.gateway,
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

-- db/queries/outbox.ts: pruneOldWork
delete from idempotency_keys where created_at < clock_timestamp() - interval '7 days';
delete from gateway_nudges where done_at < clock_timestamp() - interval '7 days';
delete from outbox where done_at < business_now() - interval '7 days';

-- db/queries/payments.ts: findAnyPayment
select y.id, y.bill_id, b.purpose, r.id as biller_id, r.name as biller_name, r.category, y.amount_minor, y.currency, y.state, y.need,
       y.outcome, y.reason, y.stop_mark, y.route, y.channel, y.mandate_id, y.method_id, t.title as method_title, y.planned_on,
       y.not_before, y.give_up_at, y.next_look_at, y.paid_at, y.livemode, y.created_at,
       coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'state', c.state, 'how', c.how, 'reason', c.reason,
                   'sentAt', c.first_sent_at, 'confirmBy', c.confirm_by) order by c.ordinal)
                  from charges c where c.payment_id = y.id), '[]') as charges,
       (select jsonb_build_object('state', n.state, 'acceptedAt', n.accepted_at, 'notBefore', n.not_before, 'notAfter', n.not_after)
          from notices n where n.payment_id = y.id order by n.created_at desc, n.id desc limit 1) as notice,
       w.id as challenged_id, w.confirmation, w.confirm_by
  from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
  left join methods t on t.id = y.method_id
  left join lateral (
select c.id, c.confirmation, c.confirm_by from charges c left join methods t on t.id = c.method_id
 where c.payment_id = y.id and c.state = 'challenged' and c.confirmation is not null and c.confirm_by > business_now()
   and y.stop_mark is null and b.state = 'owed' and t.state is distinct from 'withdrawn'
   and (y.mandate_id is null or exists (select 1 from mandates m where m.id = y.mandate_id and m.state = 'active'
                                          and (m.last_stop_at is null or y.created_at > m.last_stop_at)))) w on true where y.id = $1;

-- db/queries/payments.ts: findReceipt
select y.bill_id, r.id as biller_id, r.name as biller_name, r.category, v.payee, v.purpose, b.account, b.period, y.paid_minor, y.currency,
      y.paid_at, t.title as method_title, c.id as charge_id, c.object_id, y.livemode
 from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
 join lateral (select * from charges c where c.payment_id = y.id and c.state = 'charged' order by c.ordinal desc limit 1) c on true
 join bill_versions v on v.bill_id = b.id and v.version = c.bill_version
 left join methods t on t.id = c.method_id
where y.id = $1 and y.resident_id = $2 and y.state = 'paid';

-- db/queries/payments.ts: hasFirstResult
select y.state in ('paid', 'needs-payer', 'returning', 'closed')
  or exists (select 1 from charges c where c.payment_id = y.id and c.state = 'challenged') as known
from payments y where y.id = $1;

-- db/queries/payments.ts: listPayments
select y.id, y.bill_id, b.purpose, r.id as biller_id, r.name as biller_name, r.category, y.amount_minor, y.currency, y.state, y.need,
       y.outcome, y.reason, y.stop_mark, y.route, y.channel, y.mandate_id, y.method_id, t.title as method_title, y.planned_on,
       y.not_before, y.give_up_at, y.next_look_at, y.paid_at, y.livemode, y.created_at,
       coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'state', c.state, 'how', c.how, 'reason', c.reason,
                   'sentAt', c.first_sent_at, 'confirmBy', c.confirm_by) order by c.ordinal)
                  from charges c where c.payment_id = y.id), '[]') as charges,
       (select jsonb_build_object('state', n.state, 'acceptedAt', n.accepted_at, 'notBefore', n.not_before, 'notAfter', n.not_after)
          from notices n where n.payment_id = y.id order by n.created_at desc, n.id desc limit 1) as notice,
       w.id as challenged_id, w.confirmation, w.confirm_by
  from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
  left join methods t on t.id = y.method_id
  left join lateral (
select c.id, c.confirmation, c.confirm_by from charges c left join methods t on t.id = c.method_id
 where c.payment_id = y.id and c.state = 'challenged' and c.confirmation is not null and c.confirm_by > business_now()
   and y.stop_mark is null and b.state = 'owed' and t.state is distinct from 'withdrawn'
   and (y.mandate_id is null or exists (select 1 from mandates m where m.id = y.mandate_id and m.state = 'active'
                                          and (m.last_stop_at is null or y.created_at > m.last_stop_at)))) w on true where y.resident_id = $1 and (date_trunc('milliseconds', y.created_at), y.id) < ($2::timestamptz, $3)
  order by date_trunc('milliseconds', y.created_at) desc, y.id desc limit $4;

-- db/queries/payments.ts: readTimeline
select at, what, detail from (
  select y.created_at as at, 'payment.created' as what, jsonb_build_object('route', y.route, 'channel', y.channel,
         'plannedOn', y.planned_on, 'billVersion', y.bill_version) as detail
    from payments y where y.id = $1
  union all
  select a.at, a.action, a.detail from audit a
   where a.subject = $2 or a.subject in (select c.id from charges c where c.payment_id = $3)
  union all
  select n.created_at, 'notice.queued', jsonb_build_object('notice', n.id, 'plannedOn', n.planned_on, 'notBefore', n.not_before,
         'amountMinor', n.amount_minor, 'currency', n.currency) from notices n where n.payment_id = $4
  union all
  select n.accepted_at, 'notice.accepted', jsonb_build_object('notice', n.id, 'channel', n.channel, 'notBefore', n.not_before)
    from notices n where n.payment_id = $5 and n.accepted_at is not null
  union all
  select p.business_at, 'gate.passed', jsonb_build_object('charge', p.charge_id, 'transmission', p.transmission, 'checks', p.checks)
    from gate_passes p join charges c on c.id = p.charge_id where c.payment_id = $6
  union all
  select e.seen_at, 'evidence.' || e.outcome, jsonb_build_object('charge', e.charge_id, 'source', e.source, 'rank', e.rank, 'moved', e.moved)
    from evidence e join charges c on c.id = e.charge_id where c.payment_id = $7
  union all
  select c.decided_at, 'charge.' || c.state, jsonb_build_object('charge', c.id, 'how', c.how, 'reason', c.reason)
    from charges c where c.payment_id = $8 and c.decided_at is not null
  union all
  select i.given_at, 'instruction.given', jsonb_build_object('amountMinor', i.amount_minor, 'currency', i.currency)
    from instructions i where i.payment_id = $9
  union all
  select coalesce(x.sent_at, x.created_at), 'message.' || x.state, jsonb_build_object('event', x.event, 'channel', x.channel, 'why', x.why)
    from notifications x where x.payment_id = $10
) told order by at, what;

-- db/queries/payments.ts: skipPayment
select skip_payment($1, $2) as answer;

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

-- db/queries/residents.ts: saveResident
insert into "residents" ("issuer", "subject", "name", "email", "email_verified", "locale", "zone") values ($1, $2, $3, $4, $5, $6, $7) on conflict ("issuer", "subject") do update set "name" = $8, "email" = $9, "email_verified" = $10, "locale" = $11, "zone" = $12 returning "id";

-- db/queries/sweeping.ts: expireLeases
select expire_leases() as n;

-- db/queries/sweeping.ts: expireNotifications
select expire_notifications();

-- db/queries/sweeping.ts: finishNudges
update gateway_nudges set done_at = clock_timestamp() where id = any($1::bigint[]);

-- db/queries/sweeping.ts: followWithdrawals
select follow_withdrawals() as n;

-- db/queries/sweeping.ts: leaseNudges
with taken as (
  update gateway_nudges g set attempts = attempts + 1,
    not_before = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(attempts, 7)))
  where g.id in (select id from gateway_nudges where done_at is null and not_before <= clock_timestamp()
    order by id limit 100 for update skip locked)
  returning g.*)
select t.id, t.object_id as "objectId", t.attempts,
  case when c.undecided and c.watched then c.payment_id end as "paymentId",
  -- that it was canceled is what we know already, unless its object had turned up again
  case when c.undecided and not c.watched or c.state = 'not-charged' and (t.event <> 'payment.canceled' or exists (select 1
    from cases k where k.kind = 'ghost' and k.subject = c.id and k.closed_at is null)) then c.id end as "unwatchedChargeId"
from taken t left join lateral (select c.*, y.state = 'charging' as watched,
    c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') as undecided
  from charges c join payments y on y.id = c.payment_id where c.gateway = t.gateway
  and (c.id = t.charge_id or c.object_id = t.object_id) order by c.id = t.charge_id desc limit 1) c on true
order by t.id;

-- db/queries/sweeping.ts: nudgeUnwatchedCharges
insert into gateway_nudges (gateway, event, object_id, charge_id)
select c.gateway, 'unwatched', coalesce(c.object_id, ''), c.id
from charges c join payments y on y.id = c.payment_id
where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') and y.state <> 'charging'
  and not exists (select 1 from gateway_nudges g where g.charge_id = c.id
    and g.received_at > clock_timestamp() - interval '1 hour');

-- db/queries/sweeping.ts: readOverdue
with edge as (select business_now() - (business_after_real(make_interval(secs => $1 / 1000.0)) - business_now()) as at)
(select 'payment' as kind, y.id, y.gateway from payments y, edge
  where y.state in ('scheduled', 'needs-payer', 'charging') and y.next_look_at < edge.at order by y.next_look_at limit $2)
union all
(select 'mandate', m.id, null from mandates m, edge where m.next_look_at < edge.at order by m.next_look_at limit $3);

-- db/queries/sweeping.ts: readStoppedPayments
select payment_id as "paymentId", outcome from stopped_payments(100);

-- db/queries/transaction.ts: inTransaction
begin;
commit;
