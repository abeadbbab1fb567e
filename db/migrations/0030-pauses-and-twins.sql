-- Pauses by author: each ends only by its own (payment rules §7.1). A pause of the system, for want of a method, is no stop: who is asked for another
-- card may still answer. A card that was saved twice is withdrawn as one card.

create table mandate_pauses (
  mandate_id text not null references mandates,
  author     text not null check (author in ('payer', 'system', 'operator')),
  until      timestamptz,
  why        text,
  since      timestamptz not null default business_now(),
  primary key (mandate_id, author)
);
insert into mandate_pauses (mandate_id, author, until, why, since)
  select id, paused_by, paused_until, why, changed_at from mandates where state = 'paused';

-- What a mandate shows of its pauses: the strongest one. It looks at itself again at the first date of any of them. Called under its lock.
create function show_pauses(p_mandate text) returns mandates language plpgsql as $$
declare
  m mandates;
  x mandate_pauses;
begin
  select * into x from mandate_pauses where mandate_id = p_mandate
    order by array_position('{operator,payer,system}', author) limit 1;
  update mandates set state = case when x.author is null then 'active' else 'paused' end, paused_by = x.author, paused_until = x.until, why = x.why,
      changed_at = business_now(), next_look_at = (select min(until) from mandate_pauses where mandate_id = p_mandate)
    where id = p_mandate returning * into m;
  return m;
end $$;

create function has_usable_method(p_mandate text) returns boolean language sql stable as
  $$ select exists (select 1 from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
       join billers r on r.id = m.biller_id join methods t on v.terms->'methods' ? t.id
      where m.id = p_mandate and t.state = 'active' and t.gateway = r.gateway) $$;

create or replace function stop_mandate(p_mandate text, p_resident text, p_kind text, p_until timestamptz, p_why text, p_by text)
  returns jsonb language plpgsql as $$
declare
  m mandates;
  changed boolean := false;
begin
  select * into m from mandates where id = p_mandate and (p_resident is null or resident_id = p_resident) for no key update;
  if not found then return null; end if;
  if p_kind = 'cancel' and m.state <> 'ended' then
    delete from mandate_pauses where mandate_id = m.id;
    update mandates set state = 'ended', why = coalesce(p_why, 'cancelled'), paused_by = null, paused_until = null,
      last_stop_at = business_now(), changed_at = business_now(), next_look_at = null where id = m.id returning * into m;
    changed := true;
  elsif p_kind = 'pause' and m.state in ('active', 'paused') then
    insert into mandate_pauses as x (mandate_id, author, until, why) values (m.id, p_by, p_until, p_why)
      on conflict (mandate_id, author) do update set until = excluded.until, why = excluded.why
        where x.until is distinct from excluded.until;
    changed := found;
    if changed then
      m := show_pauses(m.id);
      -- what was planned before a person's stop never goes out; for want of a method nothing could, and a question may still be answered
      if p_by <> 'system' then update mandates set last_stop_at = business_now() where id = m.id returning * into m; end if;
    end if;
  end if;
  if changed then
    insert into audit (actor, action, subject, detail) values (coalesce(p_resident, p_by), 'mandate.' || p_kind, m.id,
      -- a payer's own words stay with the mandate, where they can be erased
      jsonb_build_object('until', p_until, 'why', case when p_by <> 'payer' then p_why end));
    perform tell_workflow('wake-mandate', m.id);
    perform tell_resident(case p_kind when 'cancel' then 'mandate-ended' else 'mandate-paused' end, m.resident_id,
      'mandate-' || p_kind || '/' || m.id || '/' || extract(epoch from m.changed_at), m.id, mandate_words(m), true);
  end if;
  return jsonb_build_object('mandate', to_jsonb(m), 'changed', changed, 'stoppedAt', m.last_stop_at, 'inFlight', in_flight(m.id, null, null));
end $$;

-- Ends the pause of one author; the others' hold on. Without a resident it is the pause's own date that has come.
create or replace function resume_mandate(p_mandate text, p_resident text, p_by text) returns jsonb language plpgsql as $$
declare
  m mandates;
  x mandate_pauses;
begin
  select * into m from mandates where id = p_mandate and (p_resident is null or resident_id = p_resident) for no key update;
  if not found then return null; end if;
  if m.state <> 'paused' then return jsonb_build_object('mandate', to_jsonb(m)); end if;
  select * into x from mandate_pauses where mandate_id = m.id and author = p_by;
  if not found then return jsonb_build_object('mandate', to_jsonb(m), 'refused', 'paused-by-' || m.paused_by); end if;
  if p_resident is null and x.until > business_now() then
    -- resumed by its date, which its payer has moved while we waited for the lock
    return jsonb_build_object('mandate', to_jsonb(m));
  end if;
  if not has_usable_method(m.id) then
    if p_resident is not null then return jsonb_build_object('mandate', to_jsonb(m), 'refused', 'method-not-active'); end if;
    -- the date has come and there is nothing to pay with: from here on it waits for a method
    insert into mandate_pauses (mandate_id, author, why) values (m.id, 'system', 'no-method') on conflict do nothing;
  end if;
  delete from mandate_pauses where mandate_id = m.id and author = p_by;
  m := show_pauses(m.id);
  insert into audit (actor, action, subject) values (coalesce(p_resident, p_by), 'mandate.resume', m.id);
  perform tell_workflow('wake-mandate', m.id);
  if m.state = 'paused' then
    if m.paused_by = 'system' then
      perform tell_resident('mandate-paused', m.resident_id, 'mandate-pause/' || m.id || '/' || extract(epoch from m.changed_at),
        m.id, mandate_words(m), true);
    end if;
    return jsonb_build_object('mandate', to_jsonb(m));
  end if;
  perform tell_resident('mandate-resumed', m.resident_id, 'mandate-resumed/' || m.id || '/' || extract(epoch from m.changed_at),
    m.id, mandate_words(m), false);
  -- bills that waited meanwhile are planned anew, with a new notice
  insert into outbox (kind, subject_id, payload) select 'plan-bill', b.id, '{"because":"resumed"}' from bills b
    where b.biller_id = m.biller_id and b.account = m.account and b.state = 'owed';
  perform ring('plan');
  return jsonb_build_object('mandate', to_jsonb(m));
end $$;

-- A person's stop, or the end, of the mandate that a payment was planned by. A pause for want of a method is none.
create function mandate_stops(y payments) returns boolean language sql stable as
  $$ select exists (select 1 from mandates m where m.id = y.mandate_id
       and (m.state not in ('active', 'paused') or (m.state = 'paused' and m.paused_by is distinct from 'system') or y.created_at <= m.last_stop_at)) $$;

-- A debit that waits on a card which its payer has withdrawn, while the mandate has no other: it stops with the card (§6).
create function stops_with_its_method(y payments) returns boolean language sql stable as
  $$ select y.state = 'scheduled' and y.route = 'mandate' and exists (select 1 from methods t where t.id = y.method_id and t.state = 'withdrawn')
       and exists (select 1 from mandates m where m.id = y.mandate_id and m.state = 'paused' and m.paused_by = 'system')
       -- its owner has confirmed it meanwhile, with a method of their choice
       and not exists (select 1 from instructions i where i.payment_id = y.id and i.used_at is null and i.expires_at > business_now()) $$;

create or replace function permission_is_gone(c charges, p payments) returns boolean language sql volatile as
  $$ select p.stop_mark is not null or mandate_stops(p)
       or exists (select 1 from methods t where t.id = c.method_id and t.state = 'withdrawn') $$;

create or replace function stopped_payments(p_limit int) returns table (payment_id text, outcome text) language sql volatile as
  $$ select y.id, case when y.stop_mark is not null then case when y.stop_mark in ('skipped') then 'skipped' else 'stopped' end
              when b.state = 'annulled' then 'annulled' when b.state in ('paid', 'paid-elsewhere') then 'paid-elsewhere' else 'stopped' end
     from payments y join bills b on b.id = y.bill_id
     where (y.state in ('scheduled', 'needs-payer')
       and (y.stop_mark is not null or b.state <> 'owed' or (y.route = 'mandate' and mandate_stops(y)) or stops_with_its_method(y)))
       or (y.state = 'charging' and y.stop_mark is null and ((y.route = 'mandate' and mandate_stops(y))
         or exists (select 1 from charges c join methods t on t.id = c.method_id where c.payment_id = y.id and t.state = 'withdrawn'
           and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'))))
     order by y.id limit p_limit $$;

create or replace function gate_check_mandate(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  m mandates;
  b bills;
  terms jsonb;
begin
  if p.mandate_id is null then return row('nothing-configured', 'a person pays', null)::gate_answer; end if;
  -- also when its payer confirms it: what a stop's answer did not list is never sent
  if mandate_stops(p) then return row('end', 'stopped', null)::gate_answer; end if;
  if q->>'initiatedBy' = 'cit' then return row('nothing-configured', 'a person pays', null)::gate_answer; end if;
  select * into m from mandates where id = p.mandate_id;
  if m.state <> 'active' then
    if stops_with_its_method(p) then return row('end', 'stopped', null)::gate_answer; end if;
    return row('ask', 'new-method', null)::gate_answer;
  end if;
  select * into b from bills where id = p.bill_id;
  if m.biller_id <> b.biller_id or m.account <> b.account then return row('end', 'stopped', null)::gate_answer; end if;
  if exists (select 1 from skip_marks s where s.mandate_id = m.id and s.claim_key = b.identity_key and s.part = p.part) then
    return row('end', 'skipped', null)::gate_answer;
  end if;
  select v.terms into terms from mandate_versions v where v.mandate_id = m.id and v.version = m.version;
  if not terms->'methods' ? (q->>'methodId') then return row('ask', 'new-method', null)::gate_answer; end if;
  return gate_pass();
end $$;

create or replace function pause_one_without_method() returns boolean language plpgsql as $$
declare
  mandate text;
begin
  select x.id into mandate from mandates x where x.state = 'active' and not has_usable_method(x.id) order by x.id limit 1;
  if not found then return false; end if;
  perform stop_mandate(mandate, null, 'pause', null, 'no-method', 'system');
  return true;
end $$;

create or replace function resume_one_with_method() returns boolean language plpgsql as $$
declare
  m mandates;
begin
  select x.* into m from mandates x join mandate_pauses p on p.mandate_id = x.id
    where x.state = 'paused' and p.author = 'system' and p.why = 'no-method' and has_usable_method(x.id)
    order by x.id limit 1;
  if not found then return false; end if;
  perform resume_mandate(m.id, m.resident_id, 'system');
  return true;
end $$;

create or replace function move_debits_off_gone_methods(p_limit int) returns int language plpgsql as $$
declare
  y payments;
  other text;
  n int := 0;
begin
  for y in select x.* from payments x join methods t on t.id = x.method_id join mandates m on m.id = x.mandate_id
            where x.state = 'scheduled' and x.route = 'mandate' and x.stop_mark is null and t.state in ('withdrawn', 'unusable')
              and not mandate_stops(x) and not stops_with_its_method(x)
              -- the owner has confirmed it meanwhile, with a method of their choice
              and not exists (select 1 from instructions i where i.payment_id = x.id and i.used_at is null and i.expires_at > business_now())
            order by x.id limit p_limit for no key update of x skip locked loop
    other := case when (select state from mandates where id = y.mandate_id) = 'active' then next_consented_method(y, null) end;
    if other is null then
      perform gate_refuse(y, 'method', row('ask', 'new-method', null)::gate_answer);
    else
      update payments set method_id = other, changed_at = business_now() where id = y.id;
      perform give_notice(y.id, 'notice-changed', 'another method');
    end if;
    perform tell_workflow('wake-payment', y.id);
    n := n + 1;
  end loop;
  return n;
end $$;

-- The same card under another row of its owner: where a gateway gives no fingerprint, a card that was saved twice stays two methods (decision 0049).
create function twins_of(t methods) returns setof methods language sql stable as
  $$ select x.* from methods x where x.id = t.id or (t.card_key is not null and x.card_key = t.card_key and x.resident_id = t.resident_id
       and (x.state in ('active', 'unusable') or (x.state = 'withdrawn' and x.withdrawn_clock = t.withdrawn_clock))) $$;

-- The first other method of the mandate's current terms that this debit could be charged to: its owner consented to it there. The same card saved
-- a second time is no other.
create or replace function next_consented_method(p payments, caps jsonb) returns text language sql stable as
  $$ select t.id from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
       cross join jsonb_array_elements_text(v.terms->'methods') with ordinality q(id, n) join methods t on t.id = q.id
       left join methods gone on gone.id = p.method_id
      where m.id = p.mandate_id and t.id is distinct from p.method_id and (t.card_key is null or t.card_key is distinct from gone.card_key)
        and method_refusal(t, p, 'mandate', caps) is null
      order by q.n limit 1 $$;

create or replace function withdrawal_of(p_method text) returns jsonb language sql volatile as
  $$ with asked as (select * from methods where id = p_method),
       card as materialized (select x.* from asked a cross join lateral twins_of(a) x),
       follows as (
         select m.id, r.name as biller, m.account, m.state, m.created_at, n.id is not null as goes_on, coalesce(n.title, n.brand || ' *' || n.last4) as next
           from mandates m join billers r on r.id = m.biller_id
           join mandate_versions v on v.mandate_id = m.id and v.version = m.version
           left join lateral (select o.id, o.title, o.brand, o.last4 from jsonb_array_elements_text(v.terms->'methods') with ordinality q(id, n)
               join methods o on o.id = q.id where o.id not in (select id from card) and o.state = 'active' and o.gateway = r.gateway
               order by q.n limit 1) n on true
          where m.state in ('active', 'paused') and exists (select 1 from card c where v.terms->'methods' ? c.id))
     select jsonb_build_object('methodId', t.id, 'stoppedAt', t.withdrawn_at,
       'twins', coalesce((select jsonb_agg(jsonb_build_object('methodId', c.id, 'title', coalesce(c.title, c.brand || ' *' || c.last4)) order by c.created_at, c.id)
          from card c where c.id <> t.id), '[]'),
       'inFlight', coalesce((select jsonb_agg(f order by f->>'sentAt', f->>'charge') from card c, jsonb_array_elements(in_flight(null, c.id, null)) f), '[]'),
       'mandates', coalesce((select jsonb_agg(f.id order by f.id) from follows f), '[]'),
       'follows', coalesce((select jsonb_agg(jsonb_build_object('mandate', f.id, 'biller', f.biller, 'account', f.account, 'state', f.state,
           'outcome', case when f.goes_on then 'goes-on' else 'stops' end, 'next', f.next) order by f.created_at, f.id) from follows f), '[]'),
       'planned', coalesce((select jsonb_agg(jsonb_build_object('payment', y.id, 'payee', r.name, 'plannedOn', y.planned_on,
             'amount', jsonb_build_object('amountMinor', y.amount_minor, 'currency', y.currency),
             'outcome', case when y.state = 'needs-payer' then 'waits'
               when exists (select 1 from follows f where f.id = y.mandate_id and f.goes_on) then 'moves' else 'stops' end) order by y.planned_on, y.id)
           from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
          where y.method_id in (select id from card) and y.state in ('scheduled', 'needs-payer')), '[]'),
       'sentAfter', (select count(*) from gate_passes g join charges c on c.id = g.charge_id and g.kind <> 'void'
          where c.method_id in (select id from card) and g.passed_at > t.withdrawn_clock),
       'lastSentAt', (select max(g.business_at) from gate_passes g join charges c on c.id = g.charge_id and g.kind <> 'void'
          where c.method_id in (select id from card)))
     from asked t $$;

create or replace function withdraw_method(p_method text, p_resident text) returns jsonb language plpgsql as $$
declare
  t methods;
  told jsonb;
begin
  select * into t from methods where id = p_method and resident_id = p_resident;
  if not found then return null; end if;
  -- rows of one card in one order: nothing else is locked behind them
  perform 1 from twins_of(t) w join methods x on x.id = w.id order by x.id for no key update of x;
  select * into t from methods where id = p_method;
  if t.state = 'withdrawn' then return withdrawal_of(t.id); end if;
  update methods set state = 'withdrawn', withdrawn_at = business_now(), withdrawn_clock = clock_timestamp(), place = null,
    confirmation = null, confirm_by = null, version = version + 1 where id = t.id returning * into t;
  update methods set state = 'withdrawn', withdrawn_at = t.withdrawn_at, withdrawn_clock = t.withdrawn_clock, place = null,
    confirmation = null, confirm_by = null, version = version + 1
    where id <> t.id and id in (select id from twins_of(t)) and state <> 'withdrawn';
  told := withdrawal_of(t.id);
  insert into audit (actor, action, subject, detail) values (p_resident, 'method.withdraw', t.id,
    jsonb_build_object('mandates', told->'mandates', 'twins', (select jsonb_agg(x->'methodId') from jsonb_array_elements(told->'twins') x),
      'inFlight', (select jsonb_agg(x->'charge') from jsonb_array_elements(told->'inFlight') x)));
  perform tell_resident('method-withdrawn', t.resident_id, 'method-withdrawn/' || t.id, t.id,
    jsonb_build_object('method', coalesce(t.title, '')), true);
  perform ring('stop');
  return told;
end $$;

-- Everywhere else that asks whether a mandate stops its payment asks the one function.
do $$
declare
  name text;
  body text;
  old constant text := 'exists (select 1 from mandates m where m.id = y.mandate_id and (m.state <> ''active'' or y.created_at <= m.last_stop_at))';
begin
  foreach name in array array['confirm_payment_as_chosen', 'plan_write'] loop
    select pg_get_functiondef(p.oid) into strict body from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = current_schema() and p.proname = name;
    if position(old in body) = 0 then raise exception '% judges a stop in another way', name; end if;
    execute replace(body, old, 'mandate_stops(y)');
  end loop;
end $$;
