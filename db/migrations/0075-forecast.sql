-- The forecast (M9): what it rests on, and the instants that only this database makes. What comes of it is decided in domain/forecast/ by the planner's own decisions; nothing here
-- plans, locks or writes, and all of it is read in one snapshot (db/queries/forecast.ts).

-- An instant as the domain compares it: UTC, milliseconds, always as long.
create function utc_text(at timestamptz) returns text language sql immutable as
  $$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

create function forecast_payments(m mandates) returns jsonb language sql stable as
  $$ select coalesce(jsonb_agg(jsonb_build_object('id', y.id, 'billId', y.bill_id, 'state', y.state, 'need', y.need, 'amountMinor', y.amount_minor, 'methodId', y.method_id,
       'notBefore', utc_text(y.not_before), 'nextLookAt', utc_text(y.next_look_at), 'giveUpAt', utc_text(y.give_up_at),
       'stopped', y.stop_mark is not null or b.state <> 'owed' or mandate_stops(y) or stops_with_its_method(y),
       'period', (select n.period from mandate_runs n where n.bill_id = y.bill_id),
       'notice', (select jsonb_build_object('state', n.state, 'notBefore', utc_text(n.not_before), 'notAfter', utc_text(n.not_after), 'firstClock', n.clock_of is not null)
         from notices n where n.payment_id = y.id and n.state <> 'void'),
       'sentAt', (select utc_text(c.first_sent_at) from charges c where c.payment_id = y.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')))
       order by y.created_at, y.id), '[]')
     from payments y join bills b on b.id = y.bill_id
    where y.mandate_id = m.id and y.state in ('scheduled', 'needs-payer', 'charging') $$;

create function forecast_bills(m mandates, terms jsonb) returns jsonb language sql volatile as
  $$ select coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'version', b.version, 'part', b.part, 'currency', b.currency, 'dueMinor', bill_due(b),
       'dueChanges', case when b.discount_ends_at > business_now() and bill_due_at(b, b.discount_ends_at) <> bill_due(b)
         then jsonb_build_object('at', utc_text(b.discount_ends_at), 'toMinor', bill_due_at(b, b.discount_ends_at)) end,
       'lastSafe', utc_text(last_safe_instant(b, terms->>'zone')), 'payeeOnFile', same_payee(b.payee, r.payee), 'doubt', bill_doubt(b),
       'givenBack', exists (select 1 from payments y where y.bill_id = b.id and y.state = 'paid') and money_kept(b.id) <= 0,
       'skipped', exists (select 1 from skip_marks s where s.mandate_id = m.id and s.claim_key = b.identity_key and s.part = b.part),
       'claimed', exists (select 1 from claims c join payments y on y.id = c.payment_id where c.claim_key = b.identity_key and c.part = b.part and y.mandate_id is distinct from m.id),
       'runOf', x.mandate_id, 'period', x.period,
       'planPending', exists (select 1 from outbox o where o.subject_id = b.id and o.kind = 'plan-bill' and o.done_at is null),
       'freshUntil', utc_text(b.confirmed_at + r.max_age)) order by b.received_at, b.id), '[]')
     from (select distinct on (d.id) d.* from bills_of_mandate(m) d) b join billers r on r.id = b.biller_id left join mandate_runs x on x.bill_id = b.id
    where mandate_covers(m, b) $$;

-- Bills that came to this account before, newest first: only a habit.
create function forecast_history(m mandates, p_zone text) returns jsonb language sql stable as
  $$ select coalesce(jsonb_agg(jsonb_build_object('on', h.came, 'amountMinor', h.full_minor) order by h.came desc), '[]')
     from (select (b.received_at at time zone p_zone)::date as came, b.full_minor from bills b
            where b.biller_id = m.biller_id and b.account = m.account and b.source not in ('paper', 'payer') and b.state <> 'merged' and b.currency = 'RUB'
            order by b.received_at desc limit 12) h $$;

create function forecast_mandate(m mandates, r billers, v mandate_versions) returns jsonb language sql volatile as
  $$ select jsonb_build_object('id', m.id, 'residentId', m.resident_id, 'state', m.state, 'version', m.version, 'terms', v.terms, 'gateway', r.gateway,
       'withoutBill', r.without_bill,
       'pauses', (select coalesce(jsonb_agg(jsonb_build_object('by', p.author, 'until', utc_text(p.until))), '[]') from mandate_pauses p where p.mandate_id = m.id),
       'methods', (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'active', t.state = 'active',
           'expires', to_char(make_date(t.expiry_year, t.expiry_month, 1), 'YYYY-MM')) order by q.n), '[]')
         from jsonb_array_elements_text(v.terms->'methods') with ordinality q(id, n) join methods t on t.id = q.id),
       'reachable', (select x.email is not null and x.email_verified from residents x where x.id = m.resident_id),
       'held', exists (select 1 from holds h where h.scope = 'all' or (h.scope = 'gateway' and h.scope_id = r.gateway) or (h.scope = 'biller' and h.scope_id = r.id)
         or (h.scope = 'category' and h.scope_id = r.category)),
       'today', (business_now() at time zone (v.terms->>'zone'))::date,
       'consentedOn', ((select min(x.made_at) from mandate_versions x where x.mandate_id = m.id and x.version > coalesce(
           (select max(o.version) from mandate_versions o where o.mandate_id = m.id and o.terms->'trigger' <> v.terms->'trigger'), 0)) at time zone (v.terms->>'zone'))::date,
       'lastPeriod', (select max(n.period) from mandate_runs n where n.mandate_id = m.id and n.state <> 'ahead'),
       'ahead', (select jsonb_build_object('nominal', a.nominal, 'period', a.period, 'debit', a.debit_on, 'certainty', a.certainty, 'trigger', a.trigger, 'zone', a.zone,
           'planAt', utc_text(a.plan_at)) from mandate_runs a where a.mandate_id = m.id and a.state = 'ahead'),
       -- nothing ahead looks further back than the beginning of its year
       'uses', (select coalesce(jsonb_agg(jsonb_build_object('paymentId', u.payment_id, 'on', u.counted_on, 'amountMinor', u.amount_minor)), '[]') from limit_use u
         where u.scope = 'mandate' and u.scope_id = m.id and u.state <> 'freed'
           and u.counted_on >= date_trunc('year', business_now() at time zone (v.terms->>'zone'))::date - 7),
       'payments', forecast_payments(m), 'bills', forecast_bills(m, v.terms), 'history', forecast_history(m, v.terms->>'zone')) $$;

-- All that a payer's forecast rests on. Null: no such payer.
create function forecast_read(p_resident text, p_days int) returns jsonb language sql volatile as
  $$ select jsonb_build_object('now', utc_text(n.at), 'until', utc_text(n.at + make_interval(days => p_days)),
       'mandates', (select coalesce(jsonb_agg(forecast_mandate(m, r, v) order by m.created_at, m.id), '[]') from mandates m join billers r on r.id = m.biller_id
         join mandate_versions v on v.mandate_id = m.id and v.version = m.version where m.resident_id = x.id and m.state in ('active', 'paused')))
     from residents x, (select business_now() as at) n where x.id = p_resident $$;

-- The instants of runs and of acceptances, by the functions that plan. asks: [{"mandate","version","day"|"at"}]
create function forecast_instants(p_resident text, asks jsonb) returns jsonb language sql stable as
  $$ select coalesce(jsonb_agg(jsonb_build_object('mandate', a.mandate, 'version', a.version, 'day', a.day, 'asked', a.at,
       'at', utc_text(coalesce(a.at::timestamptz, r.plan_at)), 'on', (coalesce(a.at::timestamptz, r.plan_at) at time zone (v.terms->>'zone'))::date,
       'plannedOn', k.planned_on, 'notBefore', utc_text(k.not_before), 'notAfter', utc_text(k.not_after),
       'lastSafe', utc_text(last_safe_instant(jsonb_populate_record(null::bills,
         jsonb_build_object('biller_id', m.biller_id, 'due_on', k.planned_on + b.settle_days)), v.terms->>'zone')))), '[]')
     from jsonb_to_recordset(asks) a(mandate text, version int, day date, at text)
     join mandates m on m.id = a.mandate and m.resident_id = p_resident join billers b on b.id = m.biller_id
     join mandate_versions v on v.mandate_id = m.id and v.version = a.version
     cross join lateral run_clock(v.terms->'noticePack', a.day, v.terms->>'zone') r
     cross join lateral notice_clock(v.terms->'noticePack', coalesce(a.at::timestamptz, r.plan_at), v.terms->>'zone') k $$;

create function person.forecast_read(p_resident text, p_days int) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.forecast_read(p_resident, p_days);
end $$;
create function person.forecast_instants(p_resident text, asks jsonb) returns jsonb language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.forecast_instants(p_resident, asks);
end $$;
revoke execute on function person.forecast_read(text, int), person.forecast_instants(text, jsonb) from public;
grant execute on function person.forecast_read(text, int), person.forecast_instants(text, jsonb) to kvitok_person;
