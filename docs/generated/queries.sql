-- What every query sends to PostgreSQL, recorded by `npm run generate` on an empty, migrated database with
-- made-up arguments. A statement that only follows from an answer is not here.

-- db/queries/accounts.ts: getAccount
select "a"."biller_id", "r"."name" as "biller_name", "r"."name_en" as "biller_name_en", "r"."category", "a"."account", "a"."label", "a"."created_at" from "payer_accounts" as "a" inner join "billers" as "r" on "r"."id" = "a"."biller_id" where "a"."resident_id" = $1 and "a"."biller_id" = $2 and "a"."account" = $3;

-- db/queries/accounts.ts: listAccounts
select "a"."biller_id", "r"."name" as "biller_name", "r"."name_en" as "biller_name_en", "r"."category", "a"."account", "a"."label", "a"."created_at" from "payer_accounts" as "a" inner join "billers" as "r" on "r"."id" = "a"."biller_id" where "a"."resident_id" = $1 order by "a"."created_at", "a"."biller_id", "a"."account";

-- db/queries/address-proofs.ts: pendingAddress
select "address", "expires_at" from "address_proofs" where "resident_id" = $1 and "expires_at" > clock_timestamp();

-- db/queries/alarms.ts: bundleAlarms
select bundle_alarms($1::int);

-- db/queries/alarms.ts: leaseAlarmMails
with taken as (
  update alarm_mails m set attempts = attempts + 1, lease_until = clock_timestamp() + interval '2 minutes'
   where m.id in (select id from alarm_mails where state = 'due' and due_at <= clock_timestamp()
     and (lease_until is null or lease_until < clock_timestamp()) order by due_at, id limit $1 for update skip locked)
  returning m.*)
select t.id, t.attempts, (select jsonb_agg(jsonb_build_object('caseId', k.id, 'kind', k.kind, 'subject', k.subject,
    'amountMinor', k.amount_minor, 'currency', k.currency, 'sort', a.sort) order by a.id)
  from alarms a join cases k on k.id = a.case_id where a.mail_id = t.id) as alarms
from taken t order by t.id;

-- db/queries/alarms.ts: settleAlarmMail
update alarm_mails set lease_until = null, answer = $1,
  state = case when $2::text = 'later' then 'due' else $3::text end,
  sent_at = case when $4::text = 'sent' then clock_timestamp() end,
  due_at = case when $5::text = 'later'
    then clock_timestamp() + least(interval '1 hour', interval '10 seconds' * power(2, least(attempts, 9))) else due_at end
where id = $6 and state = 'due';

-- db/queries/archive.ts: listArchive
select e.kind, e.id, e.bill_id, e.payment_id, e.at, e.day, e.state, e.biller_id, e.biller_name, e.biller_name_en, e.category, e.category_title, e.purpose, e.unasked, e.account, e.period, e.uin,
         e.amount_minor, e.returned_minor, e.currency, e.due_on, e.livemode
    from (
  select 'payment' as kind, y.id, b.id as bill_id, y.id as payment_id, date_trunc('milliseconds', coalesce(y.paid_at, y.created_at)) as at,
         (coalesce(y.paid_at, y.created_at) at time zone s.zone)::date as day,
         case when y.state = 'paid' then 'paid' when y.state = 'returning' or y.outcome = 'returned' then 'returned'
              when y.state = 'closed' then 'closed' else 'under-way' end as state,
         r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category, r.search_text, jsonb_build_object('ru', k.title_ru, 'en', k.title_en) as category_title,
b.account, b.period, b.uin, b.purpose, b.source = 'payer' as unasked, coalesce(y.paid_minor, y.amount_minor) as amount_minor, coalesce((select sum(f.amount_minor) from refunds f where f.payment_id = y.id and f.state = 'done'), 0)::bigint as returned_minor, y.currency, b.due_on, y.livemode
    from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id join categories k on k.id = r.category
    join residents s on s.id = y.resident_id
   where y.resident_id = $1
  union all
  select 'bill', b.id, b.id, null, b.due_on::timestamp at time zone r.zone, b.due_on, case b.state when 'paid' then 'paid-by-others' else b.state end,
         r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category, r.search_text, jsonb_build_object('ru', k.title_ru, 'en', k.title_en) as category_title,
b.account, b.period, b.uin, b.purpose, b.source = 'payer' as unasked, case b.state when 'owed' then bill_due(b) else coalesce(b.paid_minor, b.amount_minor) end, 0::bigint, b.currency, b.due_on, b.livemode
    from (select distinct w.bill_id from bill_viewers w where w.resident_id = $2) seen
    join bills b on b.id = seen.bill_id join billers r on r.id = b.biller_id join categories k on k.id = r.category
   where b.state <> 'merged' and b.source <> 'payer' and not exists (select 1 from payments y where y.bill_id = b.id and y.resident_id = $3 and y.state <> 'closed')) e where not exists (select 1 from unnest($4::text[]) word where position(word in e.search_text || translate(
    lower(concat_ws(' ', '', e.purpose, e.account, e.uin, e.bill_id, e.payment_id,
      case when e.unasked then $5::text end) collate pg_c_utf8), 'ё', 'е')) = 0) and e.category = $6 and e.biller_id = $7 and e.state = $8 and e.at >= ($9::date + $10::int)::timestamp at time zone (select zone from residents where id = $11) and e.at < ($12::date + $13::int)::timestamp at time zone (select zone from residents where id = $14) and e.amount_minor >= $15 and e.amount_minor <= $16 and (e.at, e.id) > ($17::timestamptz, $18) order by e.at, e.id limit $19;

-- db/queries/archive.ts: sumArchive
select extract(year from p.paid_at at time zone p.zone)::int as year, k.id as category, jsonb_build_object('ru', k.title_ru, 'en', k.title_en) as title,
      p.currency, count(*)::int as payments, sum(p.paid_minor)::bigint as paid_minor, sum(p.returned_minor)::bigint as returned_minor
 from (select y.paid_at, y.paid_minor, y.currency, s.zone, b.biller_id, coalesce((select sum(f.amount_minor) from refunds f where f.payment_id = y.id and f.state = 'done'), 0)::bigint as returned_minor
         from payments y join bills b on b.id = y.bill_id join residents s on s.id = y.resident_id
        where y.resident_id = $1 and y.state = 'paid') p
 join billers r on r.id = p.biller_id join categories k on k.id = r.category
group by year, k.id, p.currency order by year desc, sum(p.paid_minor) desc, k.id, p.currency;

-- db/queries/arrivals.ts: findBillerOf
select r.id, to_jsonb(r)->'discount_rule' as "discountRule" from billers r where r.id = $1;

-- db/queries/arrivals.ts: receiveReadings
select r.id, to_jsonb(r)->'discount_rule' as "discountRule" from billers r where r.id = $1;

-- db/queries/arrivals.ts: receiveSourceBill
select r.id, to_jsonb(r)->'discount_rule' as "discountRule" from billers r where r.id = $1;

-- db/queries/bill-changes.ts: endDiscounts
select end_discounts($1) as n;

-- db/queries/bill-changes.ts: judgeKeptWords
select judge_one_kept_word() as judged;

-- db/queries/bill-changes.ts: mergeTwins
select one, other from twins_to_merge($1, $2);

-- db/queries/bill-changes.ts: settleFollowUps
select settle_follow_ups();

-- db/queries/billers.ts: findPayees
select r.id, r.payee, r.reference, r.payee->>'account' = $1 and r.payee->>'bic' = $2 and coalesce(r.payee->>'inn' = $3, true) as exact from billers r
where r.payee->>'inn' = $4 or (r.payee->>'account' = $5 and r.payee->>'bic' = $6 and coalesce(r.payee->>'inn' = $7, true)) order by exact desc, r.id limit 20;

-- db/queries/billers.ts: findPushingBiller
select "id", "webhook_secret" from "billers" where "id" = $1;

-- db/queries/billers.ts: listBillers
select jsonb_build_object('ru', c.title_ru, 'en', c.title_en) as category_title, r.id, r.name, r.name_en, r.category, r.audience, r.section, r.region, r.allowed_methods from billers r join categories c on c.id = r.category
where r.category = $1
  and r.audience in ($2, 'both')
  and not exists (select 1 from unnest($3::text[]) word where position(word in r.search_text) = 0)
  and (r.search_text, r.id) > (select search_text, id from billers where id = $4)
order by r.search_text, r.id limit $5;

-- db/queries/billers.ts: readBillerNames
select "id", "name", "name_en" as "nameEn" from "billers" where "id" in ($1);

-- db/queries/billers.ts: readReference
select reference from billers where id = $1;

-- db/queries/bills.ts: findNamedBills
select id from (select distinct living_bill(b.id) as id from bills b where b.biller_id = $1 and b.account = $2 and b.source not in ('paper', 'payer')
     and b.period = $3
     and ($4::text is null or b.kind = $5::text)) named join bills l using (id)
order by l.due_on desc, id limit 12;

-- db/queries/bills.ts: listBills
select b.id, r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category, r.section, r.allowed_methods, b.account, b.period, b.kind, b.state,
       case b.state when 'paid' then coalesce(b.paid_minor, b.amount_minor) else bill_due(b) end as amount_minor, b.full_minor, b.currency,
       case when b.state = 'owed' and (b.discount_ends_at is null or b.discount_ends_at > business_now())
         then b.discount || jsonb_build_object('after_minor', case when b.discount_ends_at is not null then bill_due_at(b, b.discount_ends_at) end) end as discount,
       b.issued_on, b.uin, b.due_on, case when b.state = 'paid' then own.paid_at end as paid_at, b.purpose, b.source = 'payer' as unasked, b.payee, b.payee_hash, b.version, b.part, b.livemode, own.payment, m.id as mandate_id,
       b.state = 'paid' and b.said = 'issued' and money_kept(b.id) <= 0 as given_back,
       (select jsonb_agg(distinct w.because) from bill_viewers w where w.resident_id = $1 and w.bill_id = b.id) as seen_by,
       claimed_by_another(b, $2) as paid_by_others
  from bills b join billers r on r.id = b.biller_id
  left join lateral (select jsonb_build_object('id', y.id, 'state', y.state, 'need', y.need, 'outcome', y.outcome) as payment, y.paid_at
                       from payments y where y.bill_id = b.id and y.resident_id = $3
                      order by y.created_at desc, y.id desc limit 1) own on true
  left join lateral (select m.id from mandates_of_bill(b) m where m.resident_id = $4 and m.state in ('proposed', 'active', 'paused')
                      order by m.created_at, m.id limit 1) m on true
 where b.state <> 'merged' and b.id in (select w.bill_id from bill_viewers w where w.resident_id = $5) and b.state = $6 and (b.due_on, b.id) < ($7::date, $8)
order by b.due_on desc, b.id desc limit $9;

-- db/queries/bills.ts: receiveBill
select receive_bill_as_stop($1::jsonb, $2) as answer;

-- db/queries/bills.ts: receivePaper
select receive_paper($1::jsonb) as answer;

-- db/queries/bills.ts: seenByUin
select coalesce(b.uin_key, b.identity_key) as key, b.id from bills b
where (b.uin_key = any ($1) or b.identity_key = any ($2)) and b.state <> 'merged'
  and exists (select 1 from bill_viewers w where w.bill_id = b.id and w.resident_id = $3);

-- db/queries/cases.ts: closeCase
begin;
update cases set closed_at = business_now(), closed_by = $1, closed_why = $2
where id = $3 and closed_at is null and kind <> all($4::text[]) returning id, kind, subject, amount_minor, currency, detail, owner, times, opened_at, closed_at, closed_by, closed_why;
commit;

-- db/queries/cases.ts: findCase
select id, kind, subject, amount_minor, currency, detail, owner, times, opened_at, closed_at, closed_by, closed_why from cases where id = $1;

-- db/queries/cases.ts: listCases
select id, kind, subject, amount_minor, currency, detail, owner, times, opened_at, closed_at, closed_by, closed_why from cases
where true and closed_at is not null and (whole_milliseconds(opened_at), id) > ($1::timestamptz, $2) order by whole_milliseconds(opened_at), id limit $3;

-- db/queries/cases.ts: takeCase
begin;
update cases set owner = $1 where id = $2 and closed_at is null returning id, kind, subject, amount_minor, currency, detail, owner, times, opened_at, closed_at, closed_by, closed_why;
commit;

-- db/queries/catalogue.ts: listCategories
select c.id, c.audience, c.section, c.region, jsonb_build_object('ru', c.title_ru, 'en', c.title_en) as title, c.position,
     (select count(*) from billers r where r.category = c.id) as billers
from categories c where not exists (select 1 from unnest($1::text[]) word
where position(word in translate(lower((c.title_ru || ' ' || c.title_en) collate pg_c_utf8), 'ё', 'е')) = 0) and c.id = $2 and c.audience in ($3, 'both') and (c.position, c.id) > ($4, $5) order by c.position, c.id limit $6;

-- db/queries/charge-objects.ts: beginPreparation
select begin_preparation($1::jsonb) as answer;

-- db/queries/charge-objects.ts: notePrepared
select note_prepared($1, $2, $3, $4, $5);

-- db/queries/charge-objects.ts: nudgeGhosts
insert into gateway_nudges (gateway, event, object_id, charge_id)
select c.gateway, 'ghost', o.id, c.id from cases k join charges c on c.id = k.subject
cross join jsonb_array_elements_text(coalesce(k.detail->'objects', jsonb_build_array(coalesce(c.object_id, '')))) o(id)
where k.kind = 'ghost' and k.closed_at is null and not exists (select 1 from gateway_nudges g where g.charge_id = c.id
  and g.received_at > clock_timestamp() - interval '1 hour');

-- db/queries/charge-objects.ts: passObjectGate
select gate_object($1::jsonb) as answer;

-- db/queries/charge-objects.ts: putOffCharge
select put_off_charge($1, $2, $3);

-- db/queries/charge-objects.ts: raiseUndecidedAlarms
select raise_undecided_alarms() as n;

-- db/queries/charge-objects.ts: readScanWindow
with ours as (select object_id, first_sent_at, last_sent_at from charges where gateway = $1
    and merchant_account = $2 and object_id is not null and prepared_round is null),
nearest as (select first_sent_at, last_sent_at from ours
  order by greatest($3::timestamptz - first_sent_at, last_sent_at - $4::timestamptz) limit 1),
wide as (select least($5::timestamptz, (select first_sent_at - interval '5 minutes' from nearest)) as "from",
  greatest($6::timestamptz, (select last_sent_at + interval '5 minutes' from nearest)) as "to")
select w."from", w."to", array(select object_id from ours where first_sent_at >= w."from" and last_sent_at <= w."to") as known
from wide w;

-- db/queries/charge-objects.ts: refusePreparation
select refuse_preparation($1::jsonb);

-- db/queries/charge-objects.ts: takeIdleObjects
select payment_id as "paymentId", round, gateway, merchant_account as "merchantAccount", object_id as "objectId",
  amount_minor as "amountMinor", currency, livemode, charge_id as "chargeId", attempt_before as "attemptBefore"
from take_idle_objects($1);

-- db/queries/charging.ts: noteEmptyScan
update charges set scans_empty = scans_empty + 1,
first_empty_scan_at = coalesce(first_empty_scan_at, business_now()) where id = $1;

-- db/queries/charging.ts: openCase
select open_case($1, $2, null, null, $3::jsonb);

-- db/queries/charging.ts: passGate
select gate($1::jsonb, $2) as answer;

-- db/queries/charging.ts: readChargeFacts
select y.id as "paymentId", y.gateway, y.amount_minor as "amountMinor", y.currency, y.resident_id as "residentId",
  r.locale, b.purpose, b.uin as "billUin", y.livemode, coalesce(i.method_id, case when i.id is null then y.method_id end) as "methodId",
  t.token, coalesce(t.kind, i.kind, 'bank_card') as "methodKind", i.phone, n.id as "noticeId", i.id as "instructionId", i.method_id as "instructionMethodId", i.saves_method_id as "savesMethodId",
  jsonb_build_object('account', b.account, 'period', b.period, 'documentNumber', b.external_id, 'payee', b.payee, 'onFile', x.payee, 'paymentOrder', x.payment_order,
    'receipt', x.receipt, 'payerMail', case when r.email_verified then r.email end) as papers,
  (select coalesce(max(c.ordinal), 0)::int + 1 from charges c where c.payment_id = y.id) as ordinal,
  (select count(*)::int from charges c where c.payment_id = y.id and c.state = 'not-charged') as "triesWithoutMoney"
from payments y
join bills b on b.id = y.bill_id
join billers x on x.id = b.biller_id
join residents r on r.id = y.resident_id
left join lateral (select * from instructions i where i.payment_id = y.id and i.used_at is null
  order by i.given_at desc limit 1) i on true
left join notices n on n.payment_id = y.id and n.state <> 'void'
left join methods t on t.id = coalesce(i.method_id, case when i.id is null then y.method_id end)
where y.id = $1;

-- db/queries/charging.ts: readUndecidedCharge
select c.id, c.payment_id as "paymentId", c.ordinal, c.gateway, c.merchant_account as "merchantAccount",
  c.initiated_by as "initiatedBy", c.method_id as "methodId", c.notice_id as "noticeId",
  c.instruction_id as "instructionId", (select i.saves_method_id from instructions i where i.id = c.instruction_id) as "savesMethodId", c.amount_minor as "amountMinor", c.currency, c.request,
  c.request_hash as "requestHash", c.object_id as "objectId", c.state, c.looks, y.livemode,
  c.first_sent_at as "firstSentAt", c.last_sent_at as "lastSentAt", business_now() as now,
  c.scans_empty as "scansEmpty", c.first_empty_scan_at as "firstEmptyScanAt",
  coalesce(c.confirm_by, c.last_sent_at + make_interval(mins => c.confirm_minutes)) as "confirmBy", c.prepared_round as "preparedRound", c.attempt_before as "attemptBefore", c.void_why as "voidWhy",
  permission_is_gone(c, y) or b.state <> 'owed' or y.state <> 'charging' as stopped,
  (select count(*)::int from charges o where o.payment_id = y.id and o.state = 'not-charged') as "triesWithoutMoney"
from charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id
where c.id = $1 and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown');

-- db/queries/charging.ts: readUnwatchedCharge
select c.id, c.payment_id as "paymentId", c.gateway, c.merchant_account as "merchantAccount", c.initiated_by as "initiatedBy",
  c.amount_minor as "amountMinor", c.currency, y.livemode, c.object_id as "objectId", c.prepared_round as "preparedRound",
  c.attempt_before as "attemptBefore", c.void_why as "voidWhy", o.named as beside,
  c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') as undecided
from charges c join payments y on y.id = c.payment_id
  cross join lateral (select $1 <> '' and c.object_id is not null and $2 <> c.object_id as named) o
where c.id = $3
  and not exists (select 1 from charges o where o.payment_id = c.payment_id and o.prepared_round = c.prepared_round and o.ordinal > c.ordinal)
  and (o.named or c.state = 'not-charged' or (c.state <> 'charged' and y.state <> 'charging') or is_charged_by_hand(c));

-- db/queries/charging.ts: recordEvidence
select record_evidence($1, $2::jsonb,
$3::jsonb, $4, $5::bytea,
$6::bytea) as answer;

-- db/queries/circuits.ts: judgeProbes
select count(*) filter (where gateway_circuit(gateway) <> 'closed') as open from gateway_circuits where state = 'open';

-- db/queries/circuits.ts: listCircuits
select gateway, case when state = 'open' and probe_at <= clock_timestamp() then 'half-open' else state end as state, failed, answered,
opened_at as "openedAt", probe_at as "probeAt" from gateway_circuits order by gateway;

-- db/queries/circuits.ts: noteGateway
select note_gateway($1::jsonb) as state;

-- db/queries/clock.ts: moveClockTo
with moved as (
  update sandbox_clock set business_anchor = greatest($1::timestamptz, business_now()), real_anchor = clock_timestamp() returning business_anchor),
kept as (insert into audit (actor, action, subject, detail)
  select $2, 'clock.move', 'clock', jsonb_build_object('businessNow', business_anchor) from moved)
select ring('clock') from moved;

-- db/queries/clock.ts: readClock
select business_now() as "businessNow", scale,
round(extract(epoch from business_now() - clock_timestamp()) * 1000)::float8 as "aheadMs" from sandbox_clock;

-- db/queries/clock.ts: readClockNews
select (select count(*) from bills where received_at > x.since)::int as bills,
  (select count(*) from notices where accepted_at > x.since)::int as notices,
  (select count(*) from charges where decided_at > x.since and state = 'charged')::int as debits,
  (select count(*) from charges where decided_at > x.since and state = 'not-charged')::int as refusals,
  (select count(*) from notifications where sent_at > x.since and state = 'accepted')::int as messages
from (values ($1::timestamptz)) x(since);

-- db/queries/clock.ts: readToday
select (business_now() at time zone 'Europe/Moscow')::date as today;

-- db/queries/clock.ts: ringClock
select ring('clock');

-- db/queries/clock.ts: whileNobodySends
begin;
select pg_advisory_xact_lock(hashtextextended('hold/all/', 0));
select exists (select 1 from charges where state = 'sending') or exists (select 1 from refunds where state = 'sending') as sending;
commit;

-- db/queries/consents.ts: findConsent
select "document" from "consents" where "mandate_id" = $1 and "version" = $2 and "resident_id" = $3 order by "id" desc;

-- db/queries/digests.ts: closeDigest
select close_digest($1) as closed,
coalesce((select real_ms_until(closes_at) from digests where id = $2), 0) as "waitMs";

-- db/queries/digests.ts: readOverdueDigests
select id from digests where state = 'open' and closes_at <= business_now() - make_interval(secs => $1)
order by closes_at, id limit $2;

-- db/queries/due-instants.ts: readDueNow
select w.kind, w.id, w.at, w.gateway from (select 'mandate' as kind, m.id, m.next_look_at as at, null::text as gateway from mandates m where m.next_look_at is not null union all select 'payment', y.id, case y.state when 'needs-payer' then y.give_up_at else y.next_look_at end, y.gateway
    from payments y where y.state in ('scheduled', 'needs-payer', 'charging') union all select 'refund', r.id, r.next_look_at, c.gateway from refunds r join charges c on c.id = r.charge_id where r.state in ('requested', 'sending', 'unknown', 'pending') union all
select 'bill', b.id, t.at, null
  from bills b join billers r on r.id = b.biller_id, unnest($1::int[]) d(day),
    lateral (select (b.due_on - d.day + time '10:00') at time zone r.zone as at) t
 where b.state = 'owed' and b.told and t.at > business_now() - interval '12 hours' and true
   and not exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'charging'))
   and exists (select 1 from bill_listeners(b) w(resident_id) where can_be_told(w.resident_id))
   and not exists (select 1 from notifications n where n.event = any ($2::text[]) and n.subject_id = b.id and n.args->>'days' = d.day::text) union all
select 'bill', b.id, t.at, null
  from bills b join billers r on r.id = b.biller_id, unnest($3::int[]) d(day),
    lateral (select ((b.discount->>'until')::date - d.day + time '10:00') at time zone r.zone as at) t
 where b.state = 'owed' and b.told and t.at > business_now() - interval '12 hours' and b.discount_ends_at > business_now() and bill_due_at(b, b.discount_ends_at) <> bill_due(b)
   and not exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'charging'))
   and exists (select 1 from bill_listeners(b) w(resident_id) where can_be_told(w.resident_id))
   and not exists (select 1 from notifications n where n.event = any ($4::text[]) and n.subject_id = b.id and n.args->>'discountUntil' = b.discount->>'until' and n.args->>'days' = d.day::text) union all select 'discount', b.id, b.discount_ends_at, null from bills b
    where b.state = 'owed' and not b.discount_over and b.discount_ends_at is not null union all select 'dormancy', d.mandate_id, d.next_look_at, null from mandate_dormancy d join mandates m on m.id = d.mandate_id where m.state <> 'ended' union all select 'webhook', d.endpoint_id || '/' || d.object_id, d.next_try_at, null from webhook_deliveries d where d.state = 'queued' and not exists (select 1
    from webhook_deliveries e where e.endpoint_id = d.endpoint_id and e.object_id = d.object_id and e.state = 'queued' and e.event_seq < d.event_seq) union all select 'kept-word', b.id, b.judge_at, null from bills b where b.judge_at is not null union all select 'message', n.id, n.due_at, null from notifications n where n.state = 'queued' and n.digest_id is null union all select 'digest', d.id, d.closes_at, null from digests d where d.state = 'open' union all select 'card', x.id, (x.expires_on - e.day)::timestamp at time zone r.zone, null
    from methods x join residents r on r.id = x.resident_id, unnest(array[30, 7, -1]) e(day)
    where x.state = 'active' and x.expires_on is not null and (e.day < 0 or x.expiry_told is null or x.expiry_told > e.day) union all select 'reading', f.resident_id || '/' || f.source, f.due_at, null from source_readings f
    where not exists (select 1 from source_states s where s.source = f.source and s.next_try_at > clock_timestamp()) union all select 'silence', s.source, s.down_since + interval '24 hours', null from source_states s
    where s.down_since is not null and s.failures >= 2 and exists (select 1 from source_readings f where f.source = s.source)
      and not exists (select 1 from source_outages o where o.source = s.source and o.down_since = s.down_since and o.told_at is not null)) w where w.at <= business_now() order by w.at, w.kind, w.id limit $5;

-- db/queries/due-instants.ts: readJustRung
select split_part(o.kind, '-', 2) || '/' || o.subject_id as workflow from outbox o
  where o.done_at > business_now() - interval '1 minute' and o.kind <> 'plan-bill'
union select 'payment/' || c.payment_id from gateway_nudges g join charges c on c.id = g.charge_id or (c.gateway = g.gateway and c.object_id = g.object_id)
  where g.done_at > clock_timestamp() - interval '20 seconds';

-- db/queries/due-instants.ts: readNextDue
select w.kind, w.id, w.at from (select 'mandate' as kind, m.id, m.next_look_at as at, null::text as gateway from mandates m where m.next_look_at is not null union all select 'payment', y.id, case y.state when 'needs-payer' then y.give_up_at else y.next_look_at end, y.gateway
    from payments y where y.state in ('scheduled', 'needs-payer', 'charging') union all select 'refund', r.id, r.next_look_at, c.gateway from refunds r join charges c on c.id = r.charge_id where r.state in ('requested', 'sending', 'unknown', 'pending') union all
select 'bill', b.id, t.at, null
  from bills b join billers r on r.id = b.biller_id, unnest($1::int[]) d(day),
    lateral (select (b.due_on - d.day + time '10:00') at time zone r.zone as at) t
 where b.state = 'owed' and b.told and t.at > business_now() - interval '12 hours' and true
   and not exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'charging'))
   and exists (select 1 from bill_listeners(b) w(resident_id) where can_be_told(w.resident_id))
   and not exists (select 1 from notifications n where n.event = any ($2::text[]) and n.subject_id = b.id and n.args->>'days' = d.day::text) union all
select 'bill', b.id, t.at, null
  from bills b join billers r on r.id = b.biller_id, unnest($3::int[]) d(day),
    lateral (select ((b.discount->>'until')::date - d.day + time '10:00') at time zone r.zone as at) t
 where b.state = 'owed' and b.told and t.at > business_now() - interval '12 hours' and b.discount_ends_at > business_now() and bill_due_at(b, b.discount_ends_at) <> bill_due(b)
   and not exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'charging'))
   and exists (select 1 from bill_listeners(b) w(resident_id) where can_be_told(w.resident_id))
   and not exists (select 1 from notifications n where n.event = any ($4::text[]) and n.subject_id = b.id and n.args->>'discountUntil' = b.discount->>'until' and n.args->>'days' = d.day::text) union all select 'discount', b.id, b.discount_ends_at, null from bills b
    where b.state = 'owed' and not b.discount_over and b.discount_ends_at is not null union all select 'dormancy', d.mandate_id, d.next_look_at, null from mandate_dormancy d join mandates m on m.id = d.mandate_id where m.state <> 'ended' union all select 'webhook', d.endpoint_id || '/' || d.object_id, d.next_try_at, null from webhook_deliveries d where d.state = 'queued' and not exists (select 1
    from webhook_deliveries e where e.endpoint_id = d.endpoint_id and e.object_id = d.object_id and e.state = 'queued' and e.event_seq < d.event_seq) union all select 'kept-word', b.id, b.judge_at, null from bills b where b.judge_at is not null union all select 'message', n.id, n.due_at, null from notifications n where n.state = 'queued' and n.digest_id is null union all select 'digest', d.id, d.closes_at, null from digests d where d.state = 'open' union all select 'card', x.id, (x.expires_on - e.day)::timestamp at time zone r.zone, null
    from methods x join residents r on r.id = x.resident_id, unnest(array[30, 7, -1]) e(day)
    where x.state = 'active' and x.expires_on is not null and (e.day < 0 or x.expiry_told is null or x.expiry_told > e.day) union all select 'reading', f.resident_id || '/' || f.source, f.due_at, null from source_readings f
    where not exists (select 1 from source_states s where s.source = f.source and s.next_try_at > clock_timestamp()) union all select 'silence', s.source, s.down_since + interval '24 hours', null from source_states s
    where s.down_since is not null and s.failures >= 2 and exists (select 1 from source_readings f where f.source = s.source)
      and not exists (select 1 from source_outages o where o.source = s.source and o.down_since = s.down_since and o.told_at is not null)) w where w.at > business_now() order by w.at, w.kind, w.id limit 1;

-- db/queries/due-instants.ts: readUnderWay
select kind, id, at from (
  select 'outbox' as kind, o.kind || '/' || o.subject_id as id, o.created_at as at from outbox o where o.done_at is null
  union all select 'charge', c.id, c.last_sent_at from charges c where c.state = 'sending'
  union all select 'refund-sent', r.id, r.last_sent_at from refunds r where r.state = 'sending'
  union all select 'message-sent', n.id, n.due_at from notifications n where n.state = 'sending'
  union all select 'webhook-sent', d.endpoint_id || '/' || d.object_id, d.last_tried_at from webhook_deliveries d
    where d.state = 'queued' and d.sending_since > clock_timestamp() - interval '30 seconds'
  union all select 'news', g.gateway || '/' || g.id, business_now() from gateway_nudges g where g.done_at is null) w
order by at, kind, id limit $1;

-- db/queries/due-instants.ts: startReminders
select tell_workflow('start-bill', $1);

-- db/queries/erasing.ts: stopEverything
select "id" from "mandates" where "resident_id" = $1 and "state" != $2 order by "id";
select "id" from "methods" where "resident_id" = $1 and "state" != $2 order by "id";
select leave_one_payment($1) as left;

-- db/queries/exporting.ts: readPersonalRows
select to_jsonb(t) - $1::text[] as row, array["t"."resident_id"::text, "t"."bill_id"::text] as place,
  jsonb_build_object() as sealed
from "added_bills" t
where row_security_active($2) and t.resident_id = $3 and ("t"."resident_id", "t"."bill_id") > ($4)
order by "t"."resident_id", "t"."bill_id" limit $5;

-- db/queries/forecast.ts: forecastOf
start transaction isolation level repeatable read read only;
select forecast_read($1, $2::int) as facts;
commit;

-- db/queries/health.ts: readHealth
with unknowns as (select c.gateway, c.state, c.initiated_by, greatest(0, extract(epoch from business_now() - c.first_sent_at)) as age
    from charges c where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')),
  open_cases as (select count(*) as n, max(greatest(0, extract(epoch from business_now() - opened_at))) as age from cases where closed_at is null),
  late as (select count(*) as n, max(extract(epoch from clock_timestamp() - a.raised_at)) as age
    from alarms a left join alarm_mails m on m.id = a.mail_id where m.id is null or m.state = 'due')
select
  (select jsonb_build_object('waiting', count(*),
      'oldestSeconds', coalesce(floor(extract(epoch from clock_timestamp() - min(not_before))), 0))
    from outbox where done_at is null and not_before <= clock_timestamp()) as commands,
  coalesce((select jsonb_agg(jsonb_build_object('gateway', g.gateway, 'state', g.state, 'count', g.n, 'oldestSeconds', g.age)
      order by g.gateway, g.state)
    from (select gateway, state, count(*) as n, floor(max(age)) as age from unknowns group by gateway, state) g), '[]') as undecided,
  (select floor(max(age))::bigint from unknowns where state = 'unknown') as "oldestUnknownSeconds",
  (select floor(max(age))::bigint from unknowns where state = 'unknown' and initiated_by = 'cit') as "oldestUnknownOfPayerSeconds",
  (select jsonb_build_object('count', n, 'oldestSeconds', floor(age)) from open_cases) as "openCases",
  (select jsonb_build_object('undelivered', n, 'oldestSeconds', floor(age)) from late) as alarms,
  coalesce((select jsonb_agg(jsonb_build_object('gateway', gateway, 'openedAt', to_char(opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'state', case when state = 'open' and probe_at <= clock_timestamp() then 'half-open' else state end) order by gateway)
    from gateway_circuits), '[]') as circuits,
  coalesce((select jsonb_agg(jsonb_build_object('gateway', r.gateway, 'kind', r.kind, 'times', r.times) order by r.gateway, r.kind)
    from (select gateway, kind, sum(times) as times from notification_refusals
           where on_day >= (clock_timestamp() at time zone 'UTC')::date - 1 group by gateway, kind) r), '[]') as "notificationsRefused";

-- db/queries/health.ts: readWaitingCommands
select count(*) as commands,
     round(coalesce(extract(epoch from clock_timestamp() - min(not_before)), 0)::numeric, 1)::float8 as "oldestSeconds"
from outbox where done_at is null and not_before <= clock_timestamp();

-- db/queries/holds.ts: holdGateway
begin;
select pg_advisory_xact_lock(hashtextextended($1, 0));
delete from releases where scope = $1 and scope_id = $2 returning 1;
with placed as (insert into holds (scope, scope_id, reason, placed_by) values ('gateway', $1, $2, 'engine')
    on conflict do nothing returning 1),
  told as (insert into audit (actor, action, subject, detail) select 'engine', 'hold.place', $3, $4::jsonb from placed)
select open_case('gateway-refuses-us', $5, null, null, $6::jsonb) from placed;
commit;

-- db/queries/holds.ts: listHolds
select scope, scope_id, reason, placed_by, placed_at from holds order by placed_at, scope, scope_id;

-- db/queries/holds.ts: listReleases
select r.scope, r.scope_id, r.per_minute, r.released_by, r.released_at, r.admitted, r.last_turn_at,
  (select count(*)::int from release_turns t join payments y on y.id = t.payment_id
    where t.scope = r.scope and t.scope_id = r.scope_id and y.state = 'scheduled') as waiting
from releases r order by r.released_at, r.scope, r.scope_id;

-- db/queries/holds.ts: placeHold
begin;
select pg_advisory_xact_lock(hashtextextended($1, 0));
insert into holds (scope, scope_id, reason, placed_by)
  values ($1, $2, $3, $4)
on conflict (scope, scope_id) do update set reason = excluded.reason, placed_by = excluded.placed_by
returning scope, scope_id, reason, placed_by, placed_at;
delete from releases where scope = $1 and scope_id = $2 returning 1;
insert into "audit" ("actor", "action", "subject", "detail") values ($1, $2, $3, $4);
select in_flight_in($1, $2, $3) as list;
commit;

-- db/queries/holds.ts: releaseHold
begin;
select pg_advisory_xact_lock(hashtextextended($1, 0));
delete from holds where scope = $1 and scope_id = $2
returning scope, scope_id, reason, placed_by, placed_at;
delete from releases where scope = $1 and scope_id = $2 returning 1;
insert into "audit" ("actor", "action", "subject", "detail") values ($1, $2, $3, $4);
commit;

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

-- db/queries/letters.ts: leaseLetters
delete from letters where give_up_at < clock_timestamp();
update letters l set attempts = attempts + 1, lease_until = clock_timestamp() + interval '2 minutes'
where l.id in (select id from letters where due_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())
  order by due_at, id limit $1 for update skip locked)
returning l.id, l.kind, l.sealed, l.attempts;

-- db/queries/look-ups.ts: takeLookUp
select take_turn($1::text[], $2::int[], $3::double precision[]) as turn;
insert into "audit" ("actor", "action", "subject", "detail") values ($1, $2, $3, $4);

-- db/queries/looks.ts: closePayment
select close_payment($1, $2, $3) as closed;

-- db/queries/looks.ts: giveUpPayment
select give_up_payment($1);

-- db/queries/looks.ts: readBillLook
with bill as (select b.*, r.zone from bills b join billers r on r.id = b.biller_id where b.id = $1),
times as (
  select d.days, ((b.due_on - d.days + time '10:00') at time zone b.zone) as at
  from bill b, unnest($2::int[]) d(days)),
ends as (
  select d.days, (((b.discount->>'until')::date - d.days + time '10:00') at time zone b.zone) as at
  from bill b, unnest($3::int[]) d(days) where b.discount_ends_at > business_now())
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
from bills b where b.id = $4;

-- db/queries/looks.ts: readMandateLook
select m.state, m.why, m.version, v.terms->'trigger'->>'kind' = 'on-balance' as watches, coalesce(m.next_look_at <= business_now(), false) as due,
 real_ms_until(m.next_look_at) as "waitMs" from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
where m.id = $1;

-- db/queries/looks.ts: readPaymentLook
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
where y.id = $1;

-- db/queries/looks.ts: remindOfBill
select tell_resident($1, w.resident_id, $2::text || '/' || b.id || '/' || $3::int || '/' || w.resident_id, b.id,
  bill_words(b) || jsonb_build_object('days', $4::int, 'daysLeft', case when $5::int >= 0 then $6::int end), false)
from bills b cross join lateral bill_listeners(b) w(resident_id)
where b.id = $7 and b.state = 'owed';

-- db/queries/looks.ts: resumeDueMandate
select resume_mandate(mandate_id, null, author) from mandate_pauses
where mandate_id = $1 and until <= business_now() order by author;

-- db/queries/looks.ts: tellDiscountEnds
select tell_resident('discount-ending', w.resident_id,
  'discount-ending/' || b.id || '/' || (b.discount->>'until') || '/' || $1::int || '/' || w.resident_id, b.id,
  bill_words(b) || jsonb_build_object('days', $2::int), false)
from bills b cross join lateral bill_listeners(b) w(resident_id)
where b.id = $3 and b.state = 'owed' and b.discount_ends_at > business_now()
  and bill_due_at(b, b.discount_ends_at) <> bill_due(b);

-- db/queries/mandates.ts: listMandates
select m.id, r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category, m.account,
      (select jsonb_build_object('kind', i.kind, 'label', i.label) from saved_identifiers i
        where i.resident_id = m.resident_id and 'subject/' || i.subject_key = m.account) as subject, m.state, m.paused_by, m.paused_until, m.why, m.version, v.terms,
      m.external_id, m.livemode, m.last_stop_at, m.created_at,
      (select d.expires_at from mandate_dormancy d where d.mandate_id = m.id and m.state <> 'ended') as expires_at,
      (select jsonb_build_object('version', c.version, 'signed', c.document is not null) from consents c
        where c.mandate_id = m.id order by c.version desc, c.id desc limit 1) as consent,
      coalesce((select jsonb_agg(jsonb_build_object('by', p.author, 'until', p.until, 'why', p.why) order by p.since, p.author)
                 from mandate_pauses p where p.mandate_id = m.id), '[]') as pauses,
      coalesce((select jsonb_agg(jsonb_build_object('paymentId', y.id, 'amountMinor', y.amount_minor, 'currency', y.currency,
                  'plannedOn', y.planned_on, 'notBefore', y.not_before, 'cancelUntil', cancel_until(v.terms->'noticePack', y.planned_on, v.terms->>'zone'), 'state', y.state) order by y.not_before, y.id)
                 from payments y where y.mandate_id = m.id and y.state in ('scheduled', 'needs-payer', 'charging')), '[]') as upcoming,
      (select jsonb_build_object('nominal', n.nominal, 'debitOn', n.debit_on, 'certainty', n.certainty, 'announcedAt', n.plan_at)
         from mandate_runs n where n.mandate_id = m.id and n.state = 'ahead') as next_run,
      (select x.read_at from balance_readings x where x.mandate_id = m.id) as balance_at
 from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
 join billers r on r.id = m.biller_id
where m.resident_id = $1 and (date_trunc('milliseconds', m.created_at), m.id) < ($2::timestamptz, $3)
 order by date_trunc('milliseconds', m.created_at) desc, m.id desc limit $4;

-- db/queries/mandates.ts: readMandateInFlight
select in_flight($1, null, null) as list;

-- db/queries/mandates.ts: renewMandate
select renew_mandate($1, $2) as kept;

-- db/queries/mandates.ts: resumeMandate
select resume_mandate($1, $2, 'payer') as answer;

-- db/queries/mandates.ts: stopMandate
select stop_mandate($1, $2, $3, $4::timestamptz, $5, 'payer') as answer;

-- db/queries/methods.ts: failBinding
update "methods" set "state" = $1, "state_reason" = $2, "confirmation" = $3, "confirm_by" = $4, "withdrawn_at" = business_now(), "version" = version + 1 where "id" = $5 and "state" = $6;

-- db/queries/methods.ts: findMethod
select t.id, t.gateway, t.state, t.state_reason, t.binding_object_id, t.confirmation, t.confirm_by, t.kind, t.wallet, t.uses,
     t.title, t.brand, t.last4, t.expiry_month, t.expiry_year, t.return_path, t.livemode, t.created_at,
     t.id is not distinct from (select d.id from methods d where d.resident_id = t.resident_id and d.state = 'active'
       order by d.place nulls last, d.created_at, d.id limit 1) as is_default,
     coalesce((select jsonb_agg(m.id order by m.created_at, m.id) from mandates m
                join mandate_versions v on v.mandate_id = m.id and v.version = m.version
               where m.resident_id = t.resident_id and m.state in ('active', 'paused') and v.terms->'methods' ? t.id), '[]') as mandates
from methods t where t.resident_id = $1 and t.id = coalesce((select j.joined_to from methods j
where j.id = $2 and j.resident_id = $3), $4);

-- db/queries/methods.ts: keepConfirmation
update "methods" set "binding_object_id" = $1, "gateway_key" = $2, "confirmation" = $3, "confirm_by" = $4 where "id" = $5 and "state" = $6;

-- db/queries/methods.ts: listMethods
select t.id, t.gateway, t.state, t.state_reason, t.binding_object_id, t.confirmation, t.confirm_by, t.kind, t.wallet, t.uses,
     t.title, t.brand, t.last4, t.expiry_month, t.expiry_year, t.return_path, t.livemode, t.created_at,
     t.id is not distinct from (select d.id from methods d where d.resident_id = t.resident_id and d.state = 'active'
       order by d.place nulls last, d.created_at, d.id limit 1) as is_default,
     coalesce((select jsonb_agg(m.id order by m.created_at, m.id) from mandates m
                join mandate_versions v on v.mandate_id = m.id and v.version = m.version
               where m.resident_id = t.resident_id and m.state in ('active', 'paused') and v.terms->'methods' ? t.id), '[]') as mandates
from methods t where t.resident_id = $1
and (t.state in ('active', 'unusable') or (t.state = 'binding' and t.confirm_by > business_now()))
order by t.place nulls last, t.created_at, t.id;

-- db/queries/notifications.ts: leaseNotifications
select n.id, n.resident_id as "residentId", n.event, n.channel, coalesce(t.push_amounts, false) as "pushAmounts", n.locale, n.args, n.message_id as "messageId", n.subject_id as "subjectId", n.notice_id as "noticeId",
  n.attempts, n.legal_minimum as "legalMinimum", rings_for_seconds(n, business_now()) as "ringsForSeconds", r.email as "to", r.name, r.zone, (select livemode from deployment) as livemode,
  case when n.topic is not null then '[]' else lines_of_message(n.id) end as lines
from lease_notifications($1, interval '60 seconds') n join residents r on r.id = n.resident_id left join notification_settings t on t.resident_id = r.id;

-- db/queries/notifications.ts: settleNotifications
select settle_notifications($1::jsonb);

-- db/queries/nudges.ts: countRefusals
insert into notification_refusals (gateway, kind, times)
  select x->>'gateway', x->>'kind', (x->>'times')::bigint from jsonb_array_elements($1::jsonb) x
  order by 1, 2
on conflict (gateway, on_day, kind) do update set times = notification_refusals.times + excluded.times;

-- db/queries/nudges.ts: keepNudge
select keep_nudge($1::jsonb);

-- db/queries/nudges.ts: leaseGatewayEvents
with taken as (
  update gateway_nudges g set attempts = attempts + 1,
    not_before = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(attempts, 7)))
  where g.id in (select id from gateway_nudges where done_at is null and subject <> 'charge' and not_before <= clock_timestamp()
    order by id limit 50 for update skip locked)
  returning g.*)
select t.id, t.gateway, t.event, t.subject, t.object_id as "objectId", t.permission_id as "permissionId", t.attempts,
  -- where one object stands for several charges of a payment, the one that took the money is disputed
  (select c.id from charges c where t.subject = 'dispute' and c.gateway = t.gateway and c.object_id = t.of_object_id
    order by c.state = 'charged' desc, c.first_sent_at desc limit 1) as disputed,
  (select jsonb_build_object('residentId', m.resident_id, 'methodId', m.id) from methods m
    where t.subject = 'binding' and m.gateway = t.gateway and m.gateway_key = t.object_key
    order by m.state in ('active', 'unusable') desc, m.state = 'binding' desc, m.created_at desc limit 1) as method
from taken t order by t.id;

-- db/queries/operator.ts: listEvidence
select "e"."charge_id", "e"."rank", "e"."source", "e"."outcome", "e"."moved", "e"."facts", "e"."seen_at" from "evidence" as "e" inner join "charges" as "c" on "c"."id" = "e"."charge_id" where "c"."payment_id" = $1 order by "e"."id";

-- db/queries/operator.ts: listGatePasses
select "p"."charge_id", "p"."transmission", "p"."checks", "p"."passed_at", "p"."business_at" from "gate_passes" as "p" inner join "charges" as "c" on "c"."id" = "p"."charge_id" where "c"."payment_id" = $1 order by "c"."ordinal", "p"."transmission";

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

-- db/queries/operator.ts: readTrialBalance
select account, currency, sum(debit_minor)::bigint as "debitMinor", sum(credit_minor)::bigint as "creditMinor"
from ledger_entries group by account, currency order by account, currency;

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
left join refunds f on t.kind = 'start-refund' and f.id = t.subject_id
left join payments y on y.id = case when t.kind in ('start-payment', 'wake-payment') then t.subject_id else f.payment_id end
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
delete from unsubscribe_links where expires_at < business_now() - interval '30 days';
delete from source_notices where done_at < business_now() - interval '7 days';
delete from webhook_deliveries where state <> 'queued' and whole_milliseconds(created_at) < business_now() - make_interval(days => $1)
and ended_at < business_now() - interval '7 days';
delete from webhook_events v where v.created_at < business_now() - make_interval(days => $1)
and not exists (select 1 from webhook_deliveries d where d.event_seq = v.seq);
update webhook_endpoints set previous_secret = null, previous_until = null where previous_until < business_now();
delete from mail_returns where received_at < business_now() - interval '90 days';
delete from widget_uses where month < business_now() - interval '25 months';
delete from rate_limits where free_at < clock_timestamp();
delete from sessions where least(ended_at, expires_at) < clock_timestamp() - interval '7 days';
select prune_secrets($1::int) as n;

-- db/queries/payer-codes.ts: findByPayerCode
select b.id, r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category, b.uin, bill_due(b) as due_minor, b.full_minor, b.currency,
      case when b.discount_ends_at > business_now() then b.discount->>'until' end as discount_until, b.issued_on, b.due_on, b.purpose, b.payee, b.period, b.kind,
      exists (select 1 from bill_viewers w where w.bill_id = b.id and w.resident_id = $1) as seen
 from billers r join bills b on b.biller_id = r.id and b.account = $2 and b.period = $3
where r.reference->'fields'->0->>'identifier' = 'epd-payer-code' and jsonb_array_length(r.reference->'fields') = 1
  and b.state = 'owed' and b.source not in ('paper', 'payer')
order by b.due_on, b.id limit 12;

-- db/queries/payment-record.ts: findReceipt
select y.bill_id, r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category, coalesce(v.payee, b.payee) as payee, coalesce(v.purpose, b.purpose) as purpose, b.source = 'payer' as unasked, b.account, b.period, y.paid_minor,
      (select coalesce(sum(f.amount_minor), 0)::bigint from refunds f where f.charge_id = c.id and f.state = 'done') as returned_minor, y.currency,
      y.paid_at, t.title as method_title, c.kind as charge_kind, c.id as charge_id, c.object_id, y.livemode
 from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
 join lateral (select * from charges c where c.payment_id = y.id and c.state = 'charged' order by c.ordinal desc limit 1) c on true
 left join bill_versions v on v.bill_id = b.id and v.version = c.bill_version
 left join methods t on t.id = c.method_id
where y.id = $1 and y.resident_id = $2 and y.state = 'paid';

-- db/queries/payment-record.ts: readTimeline
select at, what, detail from (
  select y.created_at as at, 'payment.created' as what, jsonb_build_object('route', y.route, 'channel', y.channel,
         'plannedOn', y.planned_on, 'billVersion', y.bill_version) as detail
    from payments y where y.id = $1
  union all
  select a.at, a.action, jsonb_build_object('by', case when a.actor in ('engine', 'system') then 'engine'
           when a.actor = 'payer' or exists (select 1 from payments y where y.id = $2 and y.resident_id = a.actor) then 'payer'
           else 'operator' end)
         || coalesce((select jsonb_object_agg(d.key, d.value) from jsonb_each(a.detail) d
              where ($3::jsonb -> a.action) ? d.key), '{}')
    from audit a
   where a.subject = any (array[$4::text] || array(select c.id from charges c where c.payment_id = $5))
  union all
  select n.created_at, 'notice.queued', jsonb_build_object('notice', n.id, 'plannedOn', n.planned_on, 'notBefore', n.not_before,
         'amountMinor', n.amount_minor, 'currency', n.currency) from notices n where n.payment_id = $6
  union all
  select n.accepted_at, 'notice.accepted', jsonb_build_object('notice', n.id, 'channel', n.channel, 'notBefore', n.not_before)
    from notices n where n.payment_id = $7 and n.accepted_at is not null
  union all
  select p.business_at, 'gate.passed', jsonb_build_object('charge', p.charge_id, 'transmission', p.transmission, 'kind', p.kind, 'checks', p.checks)
    from gate_passes p join charges c on c.id = p.charge_id where c.payment_id = $8
  union all
  select e.seen_at, 'evidence.' || e.outcome, jsonb_build_object('charge', e.charge_id, 'source', e.source, 'rank', e.rank, 'moved', e.moved)
    from evidence e join charges c on c.id = e.charge_id where c.payment_id = $9
  union all
  select c.decided_at, 'charge.' || c.state, jsonb_build_object('charge', c.id, 'gateway', c.gateway, 'how', c.how, 'reason', c.reason,
         'because', c.because) from charges c where c.payment_id = $10 and c.decided_at is not null
  union all
  select i.given_at, 'instruction.given', jsonb_build_object('amountMinor', i.amount_minor, 'currency', i.currency)
    from instructions i where i.payment_id = $11
  union all
  select coalesce(x.sent_at, x.created_at), 'message.' || x.state, jsonb_build_object('event', x.event, 'channel', x.channel, 'why', x.why)
    from notifications x where x.payment_id = $12
) told order by at, what;

-- db/queries/payments.ts: declineAutopay
select decline_autopay($1, $2) as declined;

-- db/queries/payments.ts: findAnyPayment
select y.id, y.bill_id, b.purpose, b.source = 'payer' as unasked, r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category, y.amount_minor, y.currency, y.state, y.need, y.usual_minor,
       y.outcome, y.gateway, y.reason, y.remark, unprepared_because(y.id) as unprepared, y.plan, y.stop_mark, y.route, y.channel, y.mandate_id, y.method_id, t.title as method_title, y.planned_on,
       coalesce((select i.kind from instructions i where i.payment_id = y.id and i.used_at is null and i.expires_at > business_now()
                  order by i.given_at desc limit 1),
                case when y.state not in ('scheduled', 'needs-payer') then (select i.kind from charges c left join instructions i on i.id = c.instruction_id
                  where c.payment_id = y.id order by c.ordinal desc limit 1) end) as once,
       (select jsonb_build_object('methodId', m.id, 'state', m.state, 'title', m.title, 'uses', m.uses)
          from instructions i join methods s on s.id = i.saves_method_id join methods m on m.id = coalesce(s.joined_to, s.id)
         where i.payment_id = y.id order by i.given_at desc limit 1) as saving,
       y.not_before, y.give_up_at, y.next_look_at, y.paid_at, y.livemode, y.created_at,
       coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'state', c.state, 'gateway', c.gateway, 'kind', c.kind, 'how', c.how, 'reason', c.reason,
                   'because', c.because, 'sentAt', c.first_sent_at, 'confirmBy', c.confirm_by) order by c.ordinal)
                  from charges c where c.payment_id = y.id), '[]') as charges,
       (select jsonb_build_object('state', n.state, 'acceptedAt', n.accepted_at, 'notBefore', n.not_before, 'notAfter', n.not_after)
          from notices n where n.payment_id = y.id order by n.created_at desc, n.id desc limit 1) as notice,
       case when y.state = 'paid' and y.mandate_id is null then autopay_offer(y) end as autopay_offer,
       w.id as challenged_id, w.confirmation, w.confirm_by
  from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
  left join methods t on t.id = y.method_id
  left join lateral (
select c.id, c.confirmation, c.confirm_by from charges c left join methods t on t.id = c.method_id
 where c.payment_id = y.id and c.state = 'challenged' and c.confirmation is not null and c.confirm_by > business_now()
   and c.void_why is null
   and y.stop_mark is null and b.state = 'owed' and t.state is distinct from 'withdrawn'
   and not mandate_stops(y)) w on true where y.id = $1;

-- db/queries/payments.ts: hasFirstResult
select y.state in ('paid', 'needs-payer', 'returning', 'closed')
  or exists (select 1 from charges c where c.payment_id = y.id and c.state = 'challenged') as known
from payments y where y.id = $1;

-- db/queries/payments.ts: listPayments
select y.id, y.bill_id, b.purpose, b.source = 'payer' as unasked, r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category, y.amount_minor, y.currency, y.state, y.need, y.usual_minor,
       y.outcome, y.gateway, y.reason, y.remark, unprepared_because(y.id) as unprepared, y.plan, y.stop_mark, y.route, y.channel, y.mandate_id, y.method_id, t.title as method_title, y.planned_on,
       coalesce((select i.kind from instructions i where i.payment_id = y.id and i.used_at is null and i.expires_at > business_now()
                  order by i.given_at desc limit 1),
                case when y.state not in ('scheduled', 'needs-payer') then (select i.kind from charges c left join instructions i on i.id = c.instruction_id
                  where c.payment_id = y.id order by c.ordinal desc limit 1) end) as once,
       (select jsonb_build_object('methodId', m.id, 'state', m.state, 'title', m.title, 'uses', m.uses)
          from instructions i join methods s on s.id = i.saves_method_id join methods m on m.id = coalesce(s.joined_to, s.id)
         where i.payment_id = y.id order by i.given_at desc limit 1) as saving,
       y.not_before, y.give_up_at, y.next_look_at, y.paid_at, y.livemode, y.created_at,
       coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'state', c.state, 'gateway', c.gateway, 'kind', c.kind, 'how', c.how, 'reason', c.reason,
                   'because', c.because, 'sentAt', c.first_sent_at, 'confirmBy', c.confirm_by) order by c.ordinal)
                  from charges c where c.payment_id = y.id), '[]') as charges,
       (select jsonb_build_object('state', n.state, 'acceptedAt', n.accepted_at, 'notBefore', n.not_before, 'notAfter', n.not_after)
          from notices n where n.payment_id = y.id order by n.created_at desc, n.id desc limit 1) as notice,
       case when y.state = 'paid' and y.mandate_id is null then autopay_offer(y) end as autopay_offer,
       w.id as challenged_id, w.confirmation, w.confirm_by
  from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
  left join methods t on t.id = y.method_id
  left join lateral (
select c.id, c.confirmation, c.confirm_by from charges c left join methods t on t.id = c.method_id
 where c.payment_id = y.id and c.state = 'challenged' and c.confirmation is not null and c.confirm_by > business_now()
   and c.void_why is null
   and y.stop_mark is null and b.state = 'owed' and t.state is distinct from 'withdrawn'
   and not mandate_stops(y)) w on true where y.resident_id = $1 and (date_trunc('milliseconds', y.created_at), y.id) < ($2::timestamptz, $3)
  order by date_trunc('milliseconds', y.created_at) desc, y.id desc limit $4;

-- db/queries/payments.ts: skipPayment
select skip_payment($1, $2) as answer;

-- db/queries/planning.ts: leasePlans
update outbox o set not_before = clock_timestamp() + interval '15 seconds', attempts = attempts + 1
where o.id in (select id from outbox where done_at is null and kind = 'plan-bill' and not_before <= clock_timestamp()
  order by id limit $1 for update skip locked)
returning o.id, o.subject_id as "billId", o.payload->>'because' as because;

-- db/queries/planning.ts: planBill
begin;
select plan_read($1) as facts;
with done as (update outbox set done_at = business_now() where id = $1)
select plan_write($2, $3::jsonb);
commit;

-- db/queries/preferences.ts: mute
insert into "notification_mutes" ("resident_id", "kind", "subject_id") values ($1, $2, $3) on conflict do nothing;

-- db/queries/preferences.ts: unmute
delete from "notification_mutes" where "resident_id" = $1 and "kind" = $2 and "subject_id" = $3;

-- db/queries/push-devices.ts: beginPush
select begin_push($1::jsonb);

-- db/queries/push-devices.ts: provedPhones
select distinct on (resident_id) id, resident_id as "residentId", sealed from saved_identifiers
where resident_id = any($1::text[]) and kind = 'mobile' and proved_by is not null
order by resident_id, created_at desc, id;

-- db/queries/push-devices.ts: pushShown
select push_shown($1) as known;

-- db/queries/push-devices.ts: pushTargets
select n.id as "notificationId", s.id as "subscriptionId", s.sealed, d.accepted_at is not null as "isTaken"
from notifications n join push_subscriptions s on s.resident_id = n.resident_id and s.gone_at is null
  and s.id = coalesce(n.args->>'deviceId', s.id)
left join push_deliveries d on d.notification_id = n.id and d.subscription_id = s.id
where n.id = any($1::text[]) order by n.id, s.id;

-- db/queries/push-devices.ts: renewPushDevice
select id, sealed from push_subscriptions where endpoint_hash = $1 and gone_at is null;

-- db/queries/push-devices.ts: settlePush
select settle_push($1::jsonb);

-- db/queries/push-devices.ts: switchChannels
update deployment set push_on = $1, sms_on = $2, messages_an_hour = $3
where (push_on, sms_on, messages_an_hour) is distinct from ($4, $5, $6::int);

-- db/queries/rate-limits.ts: takeTurn
select take_turn($1::text[], $2::int[], $3::double precision[]) as turn;

-- db/queries/refunding.ts: expireRefundLeases
select expire_refund_leases() as n;
select raise_refund_alarms();

-- db/queries/refunding.ts: findRefundByObject
select r.id from refunds r join charges c on c.id = r.charge_id
where c.gateway = $1 and r.object_id = $2;

-- db/queries/refunding.ts: noteEmptyRefundScan
update refunds set scans_empty = scans_empty + 1,
first_empty_scan_at = coalesce(first_empty_scan_at, business_now()) where id = $1;

-- db/queries/refunding.ts: passRefundGate
select refund_gate($1::jsonb, $2) as answer;

-- db/queries/refunding.ts: readKnownRefunds
with known as (
  select r.object_id, r.first_sent_at, r.first_sent_at >= $1 and r.last_sent_at <= $2 as inside
  from refunds r join charges c on c.id = r.charge_id
  where r.object_id is not null and c.gateway = $3 and c.merchant_account = $4)
select object_id as "objectId", first_sent_at as "sentAt", inside from known where inside
union all
(select object_id, first_sent_at, false from known where not exists (select 1 from known where inside)
  order by abs(extract(epoch from first_sent_at - $5::timestamptz)) limit 1);

-- db/queries/refunding.ts: readOverdueRefunds
with edge as (select business_now() - (business_after_real(make_interval(secs => $1 / 1000.0)) - business_now()) as at)
select r.id, c.gateway from refunds r join charges c on c.id = r.charge_id, edge
where r.state in ('requested', 'sending', 'unknown', 'pending') and r.next_look_at < edge.at
order by r.next_look_at limit $2;

-- db/queries/refunding.ts: readRefundFacts
select r.id, refund_key(r) as key, r.payment_id as "paymentId", c.gateway, c.merchant_account as "merchantAccount",
  c.object_id as "chargeObjectId", r.amount_minor as "amountMinor", r.currency, y.livemode, 2 * r.amount_minor > c.charged_minor as "secondIsTooMuch",
  r.state, r.request,
  r.request_hash as "requestHash", r.object_id as "objectId", r.looks, r.first_sent_at as "firstSentAt",
  r.last_sent_at as "lastSentAt", r.first_empty_scan_at as "firstEmptyScanAt", business_now() as now
from refunds r join charges c on c.id = r.charge_id join payments y on y.id = r.payment_id
where r.id = $1;

-- db/queries/refunding.ts: readRefundLook
select read_refund_look($1) as look;

-- db/queries/refunding.ts: recordRefundEvidence
select record_refund_evidence($1, $2::jsonb, $3,
$4::bytea) as answer;

-- db/queries/registry-files.ts: dropForsakenFiles
select no from registry_files
where (state = 'receiving' or kind = 'push') and created_at < business_now() - interval '1 day' order by no limit 100;

-- db/queries/registry-files.ts: dropRegistryFile
begin;
select 1 from registry_files where no = $1 for update;
delete from "registry_parts" where file_no = $1;
delete from "registry_payees" where file_no = $1;
delete from "registry_lines" where file_no = $1;
delete from "registry_chunks" where file_no = $1;
delete from "registry_refusals" where file_no = $1;
delete from "registry_known" where file_no = $1;
delete from registry_files where no = $1;
commit;

-- db/queries/registry-files.ts: finishRegistryFile
begin;
update registry_files set state = 'done', finished_at = business_now(), known_since = coalesce(known_since, created_at)
where no = $1;
delete from registry_lines where file_no = $1;
delete from registry_payees where file_no = $1;
delete from registry_parts where file_no = $1;
delete from registry_known k using registry_files f, registry_files before
where f.no = $1 and before.biller_id = f.biller_id and before.no < f.no and k.file_no = before.no;
commit;

-- db/queries/registry-files.ts: listRefusals
select line, faults from registry_refusals
where file_no = $1 and line > $2 order by line limit $3;

-- db/queries/registry-files.ts: listRegistryFiles
select f.id, f.no, f.biller_id, f.kind, f.name, f.sent_by, f.sha256, f.bytes, f.version, f.format, f.state, f.reader, f.staged_lines,
f.chunk_lines, f.failure_code, f.failure_detail, f.created_at, f.finished_at,
coalesce((f.reader->'place'->>'offset')::bigint, 0) as bytes_read, coalesce((f.reader->>'billLines')::bigint, 0) as lines,
(select count(*) from registry_refusals x where x.file_no = f.no) as refused_lines,
f.known_lines + coalesce((select sum(r.value::bigint) from registry_chunks c, jsonb_each_text(c.results) r where c.file_no = f.no), 0)::bigint as applied_lines,
coalesce((select jsonb_object_agg(n.key, n.lines) from (select r.key, sum(r.lines) as lines from (
    select e.key, e.value::bigint as lines from registry_chunks c, jsonb_each_text(c.results) e where c.file_no = f.no
    union all select 'duplicate', f.known_lines where f.known_lines > 0) r group by r.key) n), '{}') as results from registry_files f
  where f.biller_id = $1 and f.kind = 'file' and f.no < $2 order by f.no desc limit $3;

-- db/queries/registry-files.ts: listUploadsToImport
select distinct on (biller_id) id, biller_id as "billerId" from registry_files f
where kind = 'file' and state in ('received', 'reading', 'applying') and exists (select 1 from registry_parts p where p.file_no = f.no)
order by biller_id, state = 'received', no;

-- db/queries/registry-files.ts: refuseRegistryFile
begin;
update registry_files set state = 'refused', failure_code = $1, failure_detail = $2,
finished_at = business_now() where no = $3;
delete from registry_lines where file_no = $1;
delete from registry_payees where file_no = $1;
delete from registry_parts where file_no = $1;
delete from registry_known where file_no = $1;
commit;

-- db/queries/rereading.ts: readRereadFacts
select reread_facts($1, $2, $3::text[]) as facts;

-- db/queries/rereading.ts: settleReread
select settle_reread($1::jsonb) as decision;

-- db/queries/residents.ts: chooseSettings
update "residents" set "locale" = $1, "locale_own" = $2, "zone" = $3, "zone_own" = $4 where "id" = $5;

-- db/queries/resolutions.ts: findCharge
select c.id, c.payment_id as "paymentId", c.gateway, c.merchant_account as "merchantAccount", c.state, c.how, c.reason,
c.initiated_by as "initiatedBy", c.amount_minor as "amountMinor", c.currency, c.object_id as "objectId",
c.first_sent_at as "firstSentAt", c.last_sent_at as "lastSentAt",
greatest(0, floor(extract(epoch from business_now() - c.first_sent_at)))::bigint as "ageSeconds", c.transmissions, c.unanswered, c.looks,
case when c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') then y.next_look_at end as "nextLookAt",
b.due_on as "dueOn", is_charged_by_hand(c) or c.how is not distinct from 'by-hand' as "byHand",
(select count(*)::int from charges o where o.payment_id = c.payment_id and o.state = 'not-charged') as "triesWithoutMoney" from charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id where c.id = $1;

-- db/queries/resolutions.ts: findResolution
select r.id, r.charge_id as "chargeId", r.verdict, r.amount_minor as "amountMinor", c.currency,
case when r.state = 'open' and r.expires_at <= business_now() then 'expired' else r.state end as state, r.reverses, d.sha256,
d.media_type as "mediaType", d.size_bytes as "sizeBytes", r.proposed_by as "proposedBy", r.proposed_at as "proposedAt",
r.expires_at as "expiresAt", r.closed_by as "closedBy", r.closed_at as "closedAt" from resolutions r join charges c on c.id = r.charge_id join resolution_documents d on d.id = r.document_id where r.id = $1;

-- db/queries/resolutions.ts: listResolutions
select r.id, r.charge_id as "chargeId", r.verdict, r.amount_minor as "amountMinor", c.currency,
case when r.state = 'open' and r.expires_at <= business_now() then 'expired' else r.state end as state, r.reverses, d.sha256,
d.media_type as "mediaType", d.size_bytes as "sizeBytes", r.proposed_by as "proposedBy", r.proposed_at as "proposedAt",
r.expires_at as "expiresAt", r.closed_by as "closedBy", r.closed_at as "closedAt" from resolutions r join charges c on c.id = r.charge_id join resolution_documents d on d.id = r.document_id
   where r.charge_id = any($1::text[]) order by r.proposed_at, r.id;

-- db/queries/resolutions.ts: listUndecidedCharges
select c.id, c.payment_id as "paymentId", c.gateway, c.merchant_account as "merchantAccount", c.state, c.how, c.reason,
c.initiated_by as "initiatedBy", c.amount_minor as "amountMinor", c.currency, c.object_id as "objectId",
c.first_sent_at as "firstSentAt", c.last_sent_at as "lastSentAt",
greatest(0, floor(extract(epoch from business_now() - c.first_sent_at)))::bigint as "ageSeconds", c.transmissions, c.unanswered, c.looks,
case when c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') then y.next_look_at end as "nextLookAt",
b.due_on as "dueOn", is_charged_by_hand(c) or c.how is not distinct from 'by-hand' as "byHand",
(select count(*)::int from charges o where o.payment_id = c.payment_id and o.state = 'not-charged') as "triesWithoutMoney" from charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id
   where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') and c.gateway = $1 and (date_trunc('milliseconds', c.first_sent_at), c.id) > ($2::timestamptz, $3)
   order by date_trunc('milliseconds', c.first_sent_at), c.id limit $4;

-- db/queries/resolutions.ts: readResolutionDocument
begin;
select d.id as "documentId", d.media_type as "mediaType", d.content as sealed, d.sha256, r.charge_id as "chargeId"
from resolutions r join resolution_documents d on d.id = r.document_id where r.id = $1;
commit;

-- db/queries/resolutions.ts: resolveCharge
select resolve_charge($1::jsonb, $2::bytea) as answer;

-- db/queries/resolutions.ts: withdrawResolution
select withdraw_resolution($1, $2) as done;

-- db/queries/returned-mail.ts: mailTrouble
select mail_trouble($1) as trouble;

-- db/queries/returned-mail.ts: takeMailReturn
select take_mail_return($1, $2, $3, $4, $5, $6::text[]) as outcome;

-- db/queries/saved-identifiers.ts: deleteIdentifier
select forget_identifier($1, $2) as answer;

-- db/queries/saved-identifiers.ts: findIdentifier
select "id", "kind", "subject_key" as "subjectKey", "sealed", "label", "proved_by" as "provedBy", "created_at" as "createdAt" from "saved_identifiers" where "resident_id" = $1 and "id" = $2;

-- db/queries/saved-identifiers.ts: listIdentifiers
select "id", "kind", "subject_key" as "subjectKey", "sealed", "label", "proved_by" as "provedBy", "created_at" as "createdAt" from "saved_identifiers" where "resident_id" = $1 order by "created_at", "id";

-- db/queries/saved-identifiers.ts: renameIdentifier
update "saved_identifiers" set "label" = $1 where "resident_id" = $2 and "id" = $3;

-- db/queries/saved-methods.ts: listUnnamedMethods
select id, gateway, token from methods where gateway_key is null and token is not null and id > $1
order by id limit $2;

-- db/queries/saved-methods.ts: nameMethod
update methods set gateway_key = $1, binding_object_id = nullif(binding_object_id, $2)
where id = $3 and gateway_key is null and token is not null;

-- db/queries/saved-methods.ts: readLookedMethod
select id, resident_id as "residentId", gateway, state, state_reason as "stateReason", token, version from methods
where id = $1 and state in ('active', 'unusable') and token is not null;

-- db/queries/saved-methods.ts: seeMethod
select see_method($1, $2::jsonb) as answer;

-- db/queries/scheduled-runs.ts: runSchedule
begin;
select 1 from mandates where id = $1 for no key update;
select m.state, m.biller_id as "billerId", m.account, v.terms, (business_now() at time zone (v.terms->>'zone'))::date as today,
  consented_on(m) as "consentedOn",
  (select max(period) from mandate_runs where mandate_id = m.id and state <> 'ahead') as "lastPeriod",
  (select jsonb_build_object('nominal', a.nominal, 'period', a.period, 'debit', a.debit_on, 'certainty', a.certainty, 'trigger', a.trigger,
     'zone', a.zone, 'due', (case a.period_kind when 'day' then a.debit_at else a.plan_at end) <= business_now())
    from mandate_runs a where a.mandate_id = m.id and a.state = 'ahead') as ahead
from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version where m.id = $1;
rollback;

-- db/queries/sessions.ts: endSession
update sessions set ended_at = clock_timestamp()
where id = $1 and resident_id = $2 and ended_at is null;

-- db/queries/sessions.ts: endSessions
update sessions set ended_at = clock_timestamp()
where resident_id = $1 and ended_at is null;

-- db/queries/sessions.ts: endSessionsOf
with gone as (update sessions set ended_at = clock_timestamp() where resident_id = $1 and ended_at is null
    and expires_at > clock_timestamp() returning id),
  noted as (insert into audit (actor, action, subject, detail)
    select $2, 'sessions.ended', r.id, jsonb_build_object('reason', $3::text, 'sessions', (select count(*) from gone))
    from residents r where r.id = $4 returning id)
select (select count(*) from gone)::int as ended from noted;

-- db/queries/sessions.ts: findSession
with seen as (update sessions set last_seen_at = clock_timestamp() where token_hash = $1 and ended_at is null
  and not $2::boolean and last_seen_at < clock_timestamp() - interval '1 minute' and last_seen_at > clock_timestamp() - make_interval(secs => $3))
select s.id as "sessionId", r.id as "residentId", r.name, r.locale, r.zone, r.terms_version as "termsVersion"
from sessions s join residents r on r.id = s.resident_id
where s.token_hash = $4 and s.ended_at is null and s.expires_at > clock_timestamp() and s.last_seen_at > clock_timestamp() - make_interval(secs => $5)
  and r.issuer = $6 and r.subject = $7;

-- db/queries/sessions.ts: listSessions
select id, device, started_at as "startedAt", last_seen_at as "lastSeenAt", expires_at as "expiresAt",
  token_hash is not distinct from $1 as current
from sessions where resident_id = $2 and ended_at is null and expires_at > clock_timestamp()
  and last_seen_at > clock_timestamp() - make_interval(secs => $3)
order by started_at desc, id;

-- db/queries/sessions.ts: startSession
insert into "sessions" ("resident_id", "token_hash", "device", "expires_at") values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4)) returning "id";

-- db/queries/signed-links.ts: issueLinks
select notification_id as id, action from issue_links($1::jsonb);

-- db/queries/source-notices.ts: finishNotices
update source_notices set done_at = business_now() where source = $1 and notice_id = any ($2);

-- db/queries/source-notices.ts: keepNotice
with kept as (
  insert into source_notices (source, notice_id, uins, payments) values ($1, $2, $3::text[], $4::jsonb)
    on conflict do nothing returning 1)
select ring('find') from kept;

-- db/queries/source-notices.ts: leaseNotices
update source_notices n set attempts = attempts + 1,
    due_at = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(attempts, 7)))
 where (n.source, n.notice_id) in (
   select o.source, o.notice_id from source_notices o
    where o.source = $1 and o.done_at is null and o.due_at <= clock_timestamp()
      and not exists (select 1 from source_states s where s.source = o.source and s.next_try_at > clock_timestamp())
    order by o.received_at, o.notice_id limit $2 for update skip locked)
returning n.source, n.notice_id as "noticeId", n.uins, n.payments, n.attempts;

-- db/queries/source-readings.ts: dropReadings
delete from source_readings where source = $1 and resident_id = any ($2) and not again;

-- db/queries/source-readings.ts: leaseReadings
update source_readings r set lease_until = clock_timestamp() + make_interval(secs => $1), again = false
 where (r.resident_id, r.source) in (
   select d.resident_id, d.source from source_readings d
    where d.source = $2 and d.due_at <= business_now() and coalesce(d.lease_until <= clock_timestamp(), true)
      and not exists (select 1 from source_states s where s.source = d.source and s.next_try_at > clock_timestamp())
      and not exists (select 1 from outbox o where o.done_at is null and o.not_before < clock_timestamp() - interval '5 seconds')
    order by d.due_at limit $3 for update skip locked)
returning r.resident_id as "residentId";

-- db/queries/source-readings.ts: listFreshness
select r.source, r.read_at as "readAt", r.ended,
      coalesce(s.down_since, case when r.ended = 'unreachable' then r.asked_at end) as "downSince"
 from source_readings r left join source_states s on s.source = r.source
where r.resident_id = $1 order by r.source;

-- db/queries/source-readings.ts: noteSourceState
insert into source_states as s (source, down_since, down_why, failures, next_try_at)
  values ($1, business_now(), $2, 1, clock_timestamp() + interval '30 seconds')
on conflict (source) do update set down_since = coalesce(s.down_since, business_now()), down_why = $3,
  failures = s.failures + case when s.next_try_at <= clock_timestamp() then 1 else 0 end,
  next_try_at = case when s.next_try_at <= clock_timestamp()
    then clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(s.failures, 7))) else s.next_try_at end;

-- db/queries/source-readings.ts: readAtSignIn
select read_soon($1, array_agg(s.name))
  from unnest($2::text[], $3::jsonb[]) s (name, kinds)
 where not exists (select 1 from source_readings r where r.resident_id = $4 and r.source = s.name
                      and r.asked_at > business_now() - make_interval(secs => $5))
   and (exists (select 1 from saved_identifiers i where i.resident_id = $6 and s.kinds ? i.kind)
     or exists (select 1 from added_bills a join bills b on b.id = a.bill_id where a.resident_id = $7
                   and s.kinds ? 'uin' and b.uin is not null and b.state = 'owed'))
having count(*) > 0;

-- db/queries/source-readings.ts: readIdentifiers
select id, resident_id as "residentId", kind, sealed from saved_identifiers
where resident_id = any ($1) and kind = any ($2) order by resident_id, created_at, id;
select a.resident_id as "residentId", 'uin' as kind, b.uin as value from added_bills a join bills b on b.id = a.bill_id
where a.resident_id = any ($1) and 'uin' = any ($2) and b.uin is not null and b.state = 'owed'
order by a.resident_id, b.id;

-- db/queries/source-readings.ts: readVanished
select distinct b.uin from bill_viewers w join bills b on b.id = w.bill_id
where w.resident_id = any ($1) and w.because <> 'payment' and b.uin is not null and b.uin <> all ($2::text[])
  and b.state = 'owed'
  and (b.source = $3 or exists (select 1 from bill_sources s where s.bill_id = b.id and s.source = $4))
order by b.uin limit 1000;

-- db/queries/source-readings.ts: seedReadings
insert into source_readings (resident_id, source, due_at)
select w.resident_id, $1, business_now() + random() * make_interval(secs => $2)
  from (select i.resident_id from saved_identifiers i where i.kind = any ($3)
        union
        select a.resident_id from added_bills a join bills b on b.id = a.bill_id
         where 'uin' = any ($4) and b.uin is not null and b.state = 'owed') w
 -- whoever is there already costs no row: this looks over a whole city
 where not exists (select 1 from source_readings r where r.resident_id = w.resident_id and r.source = $5)
on conflict do nothing;

-- db/queries/source-readings.ts: settleReadings
update source_readings r set lease_until = null, again = false, asked_at = business_now(), ended = e.outcome,
   read_at = case e.outcome when 'complete' then business_now() else r.read_at end,
   failures = case when e.outcome in ('complete', 'partial') then 0 else r.failures + 1 end,
   due_at = case when r.again then business_now() else business_now() + make_interval(secs => e.again_seconds) end
 from unnest($1::text[], $2::text[],
             $3::double precision[]) e (resident_id, outcome, again_seconds)
where r.resident_id = e.resident_id and r.source = $4;

-- db/queries/sweeping.ts: dropUnreachable
select drop_unreachable();

-- db/queries/sweeping.ts: endDormantMandates
select look_at_one_dormant_mandate() as done;

-- db/queries/sweeping.ts: expireLeases
select expire_leases() as n;

-- db/queries/sweeping.ts: expireNotifications
select expire_one_notification() as done;

-- db/queries/sweeping.ts: finishNudges
update gateway_nudges set done_at = clock_timestamp() where id = any($1::bigint[]);

-- db/queries/sweeping.ts: followWithdrawals
select forget_idle_method_doubts($1) as n;
select follow_one_withdrawal() as done;

-- db/queries/sweeping.ts: leaseNudges
with taken as (
  update gateway_nudges g set attempts = attempts + 1,
    not_before = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(attempts, 7)))
  where g.id in (select id from gateway_nudges where done_at is null and subject = 'charge' and not_before <= clock_timestamp()
    order by id limit 100 for update skip locked)
  returning g.*)
select t.id, t.gateway, t.event, t.object_id as "objectId", t.attempts,
  case when c.undecided and c.watched and not c.beside then c.payment_id end as "paymentId",
  -- that it was canceled is what we know already, unless its object had turned up again
  case when c.beside or c.undecided and not c.watched or c.state = 'not-charged' and (t.event <> 'payment.canceled' or exists (select 1
    from cases k where k.kind = 'ghost' and k.subject = c.id and k.closed_at is null)) or c.by_hand then c.id end as "unwatchedChargeId"
from taken t left join lateral (select c.*, is_charged_by_hand(c) as by_hand, y.state = 'charging' as watched,
    c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') as undecided,
    t.object_id <> '' and c.object_id is not null and t.object_id <> c.object_id as beside
  -- two looks by two indexes: an "or" over both would read every charge there is
  from (select x.* from charges x where x.gateway = t.gateway and x.id = t.charge_id
    union all select x.* from charges x
      where x.gateway = t.gateway and x.object_id = t.object_id and x.id is distinct from t.charge_id) c
  join payments y on y.id = c.payment_id
  -- where one object stands for several charges of a payment, the newest is meant
  order by c.id is not distinct from t.charge_id desc, c.first_sent_at desc, c.ordinal desc limit 1) c on true
order by t.id;

-- db/queries/sweeping.ts: nudgeUnwatchedCharges
insert into gateway_nudges (gateway, event, object_id, charge_id)
select c.gateway, 'decided-by-hand', c.object_id, c.id
from charges c
where c.id in (select r.charge_id from resolutions r where r.state = 'confirmed' and r.closed_at > business_now() - interval '30 days')
  and c.object_id is not null and (c.how = 'by-hand' or is_charged_by_hand(c) and not is_denied(c))
  and not exists (select 1 from gateway_nudges g where g.charge_id = c.id and g.received_at > clock_timestamp() - interval '1 day')
  and c.decided_at < business_now() - interval '1 hour';
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

-- db/queries/sweeping.ts: readUntoldOutages
select source from untold_outages() source;

-- db/queries/sweeping.ts: tellOfSilence
select tell_of_silence($1, $2, $3, $4) as more;

-- db/queries/templates.ts: changeTemplate
update templates set name = coalesce($1, name), changed_at = business_now(),
 amount_minor = case when $2 then $3::bigint else amount_minor end
where id = $4 and resident_id = $5;

-- db/queries/templates.ts: deleteTemplate
delete from templates where id = $1 and resident_id = $2;

-- db/queries/templates.ts: listTemplates
select t.id, t.name, r.id as biller_id, r.name as biller_name, r.name_en as biller_name_en, r.category, t.account, t.amount_minor, t.currency, t.created_at, due.bills as due
 from templates t join billers r on r.id = t.biller_id
 left join lateral (select coalesce(jsonb_agg(jsonb_build_object('billId', d.id, 'amountMinor', d.due, 'currency', d.currency, 'dueOn', d.due_on,
          'purpose', d.purpose, 'period', d.period) order by d.due_on, d.id), '[]') as bills
        from (select b.id, bill_due(b) as due, b.currency, b.due_on, b.purpose, b.period from bills b
               where t.amount_minor is null and b.biller_id = t.biller_id and b.account = t.account and b.state = 'owed' and b.source <> 'payer'
                 and exists (select 1 from bill_viewers w where w.bill_id = b.id and w.resident_id = t.resident_id)
               order by b.due_on, b.id limit 10) d) due on true
where t.resident_id = $1 order by t.created_at, t.id;

-- db/queries/top-ups.ts: receiveBalances
select receive_balances($1::jsonb) as answers;

-- db/queries/top-ups.ts: runTopUp
begin;
select 1 from mandates where id = $1 for no key update;
select m.state, m.biller_id as "billerId", m.account, v.terms from mandates m
join mandate_versions v on v.mandate_id = m.id and v.version = m.version where m.id = $1;
rollback;

-- db/queries/transaction.ts: inTransaction
begin;
commit;

-- db/queries/unsubscribing.ts: findUnsubscribe
select topics, channel, state, undoable from look_at_unsubscribe($1) where channel is not null;

-- db/queries/unsubscribing.ts: issueUnsubscribes
select issue_unsubscribes($1::jsonb) as id;

-- db/queries/unsubscribing.ts: useUnsubscribe
select use_unsubscribe($1, $2);

-- db/queries/webhook-deliveries.ts: beginWebhookAttempt
select begin_webhook_attempt($1, $2::int, make_interval(secs => $3::int)) as begun;

-- db/queries/webhook-deliveries.ts: lookAtWebhookRows
select look_at_webhook($1, $2, $3::int) as orders;

-- db/queries/webhook-deliveries.ts: pruneWebhooks
delete from webhook_deliveries where state <> 'queued' and whole_milliseconds(created_at) < business_now() - make_interval(days => $1)
and ended_at < business_now() - interval '7 days';
delete from webhook_events v where v.created_at < business_now() - make_interval(days => $1)
and not exists (select 1 from webhook_deliveries d where d.event_seq = v.seq);
update webhook_endpoints set previous_secret = null, previous_until = null where previous_until < business_now();

-- db/queries/webhook-deliveries.ts: readOverdueWebhooks
with edge as (select business_now() - (business_after_real(make_interval(secs => $1 / 1000.0)) - business_now()) as at)
select d.endpoint_id || '/' || d.object_id as id from webhook_deliveries d, edge
 where d.state = 'queued' and d.next_try_at < edge.at
   and not exists (select 1 from webhook_deliveries e where e.endpoint_id = d.endpoint_id and e.object_id = d.object_id and e.state = 'queued' and e.event_seq < d.event_seq)
   and (not d.waits_for_turn or d.event_seq = (select min(w.event_seq) from webhook_deliveries w where w.endpoint_id = d.endpoint_id and w.state = 'queued' and w.waits_for_turn))
 order by d.next_try_at limit $2;

-- db/queries/webhook-deliveries.ts: settleWebhookAttempt
select settle_webhook_attempt($1, $2::int, $3, $4::int, $5,
$6::float8);

-- db/queries/webhook-endpoints.ts: disableWebhook
select disable_webhook($1, $2, $3);

-- db/queries/webhook-endpoints.ts: enableWebhook
begin;
update webhook_endpoints set state = 'active', why = null, changed_at = business_now() where id = $1 and state = 'disabled' returning id;
commit;

-- db/queries/webhook-endpoints.ts: listWebhooks
select w.id, w.url, w.description, w.types, w.biller_id as "billerId", w.state, w.why,
case when w.previous_until > business_now() then w.previous_until end as "previousSecretUntil",
(select count(*)::int from webhook_deliveries d where d.endpoint_id = w.id and d.state = 'queued') as queued,
(select count(*)::int from webhook_deliveries d where d.endpoint_id = w.id and d.state = 'dead') as dead,
w.created_by as "createdBy", w.created_at as "createdAt", w.changed_at as "changedAt" from webhook_endpoints w where (whole_milliseconds(w.created_at), w.id) > ($1::timestamptz, $2) order by whole_milliseconds(w.created_at), w.id limit $3;

-- db/queries/webhook-endpoints.ts: readWebhookSecret
select "secret" from "webhook_endpoints" where "id" = $1;

-- db/queries/webhook-records.ts: findWebhookDelivery
select d.id, d.endpoint_id as "endpointId", v.id as "eventId", v.type, v.object_kind as "objectKind", v.object_id as "objectId", d.state, d.why, d.attempts,
d.last_status as "lastStatus", d.last_error as "lastError", d.last_tried_at as "lastTriedAt", case d.state when 'queued' then d.next_try_at end as "nextTryAt",
d.ended_at as "endedAt", d.created_at as "createdAt" from webhook_deliveries d join webhook_events v on v.seq = d.event_seq where d.id = $1;

-- db/queries/webhook-records.ts: listWebhookDeliveries
select d.id, d.endpoint_id as "endpointId", v.id as "eventId", v.type, v.object_kind as "objectKind", v.object_id as "objectId", d.state, d.why, d.attempts,
d.last_status as "lastStatus", d.last_error as "lastError", d.last_tried_at as "lastTriedAt", case d.state when 'queued' then d.next_try_at end as "nextTryAt",
d.ended_at as "endedAt", d.created_at as "createdAt" from webhook_deliveries d join webhook_events v on v.seq = d.event_seq
   where true and d.endpoint_id = $1 and d.state = $2 and v.type = $3 and d.object_id = $4 and (whole_milliseconds(d.created_at), d.id) < ($5::timestamptz, $6) order by whole_milliseconds(d.created_at) desc, d.id desc limit $7;

-- db/queries/webhook-records.ts: replayWebhooks
select replay_webhooks($1, $2, $3::timestamptz, $4) as n;

-- db/queries/why.ts: readWhyBill
select why_bill($1, $2) as facts;

-- db/queries/why.ts: readWhyPayment
select why_payment($1) as facts;

-- db/queries/widget-uses.ts: countUse
select date_trunc('month', business_now())::date as month;

-- db/queries/widget-uses.ts: readUses
select widget, count(*)::int as n from widget_uses where month = $1::date group by widget;

-- db/queries/withdrawals.ts: readWithdrawal
select withdrawal_of(id) as answer from methods where id = $1 and resident_id = $2;

-- db/queries/withdrawals.ts: watchMethodExpiry
select watch_method_expiry($1) as n;

-- db/queries/withdrawals.ts: withdrawMethod
select withdraw_method($1, $2) as answer;

-- db/registry/begin.ts: beginImport
select f.id, f.no, f.biller_id, f.kind, f.name, f.sent_by, f.sha256, f.bytes, f.version, f.format, f.state, f.reader, f.staged_lines,
f.chunk_lines, f.failure_code, f.failure_detail, f.created_at, f.finished_at,
coalesce((f.reader->'place'->>'offset')::bigint, 0) as bytes_read, coalesce((f.reader->>'billLines')::bigint, 0) as lines,
(select count(*) from registry_refusals x where x.file_no = f.no) as refused_lines,
f.known_lines + coalesce((select sum(r.value::bigint) from registry_chunks c, jsonb_each_text(c.results) r where c.file_no = f.no), 0)::bigint as applied_lines,
coalesce((select jsonb_object_agg(n.key, n.lines) from (select r.key, sum(r.lines) as lines from (
    select e.key, e.value::bigint as lines from registry_chunks c, jsonb_each_text(c.results) e where c.file_no = f.no
    union all select 'duplicate', f.known_lines where f.known_lines > 0) r group by r.key) n), '{}') as results from registry_files f
  where f.biller_id = $1 and f.kind = 'file' and f.state in ('reading', 'applying');
