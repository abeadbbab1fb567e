-- Top-ups by a balance (M1, payment rules §4.1, docs/decisions/0148). Whether one is due is decided in domain/top-up.ts; here are readings, the biller's words about top-ups, and the cycles.

-- {"confirmsTopUps": true|false}: tells balances of its accounts, and whether it also says when a top-up has come; null: it knows no balances
alter table billers add column balances jsonb check (balances is null or (jsonb_typeof(balances->'confirmsTopUps') = 'boolean' and without_bill is not null));

-- The newest balance that a mandate was told; nothing is kept of accounts that nobody's autopay watches.
create table balance_readings (
  mandate_id    text primary key references mandates,
  balance_minor bigint not null,
  currency      text not null,
  -- the biller's own instant: readings are ordered by it, never by their arrival
  read_at       timestamptz not null,
  received_at   timestamptz not null default business_now()
);

-- One row a cycle: the number grows only when the last one is over (§4.1).
create table top_ups (
  mandate_id    text not null references mandates,
  cycle         int not null check (cycle > 0),
  -- null: the biller did not take the sum, or the mandate's limits left it out before anything was planned
  bill_id       text unique references bills,
  why           text check ((why is null) <> (bill_id is null)),
  balance_minor bigint not null,
  read_at       timestamptz not null,
  made_at       timestamptz not null default business_now(),
  -- when the biller said that the money has come; the first word stands
  credited_at   timestamptz,
  primary key (mandate_id, cycle)
);

-- The mandate that made a bill by itself; null for bills that were asked for.
create function runner_of(p_bill text) returns text language sql stable as
  $$ select coalesce((select mandate_id from mandate_runs where bill_id = p_bill), (select mandate_id from top_ups where bill_id = p_bill)) $$;

select pg_temp.amend_function('plan_read', '''runOf'', (select n.mandate_id from mandate_runs n where n.bill_id = x.id)', '''runOf'', runner_of(x.id)');
select pg_temp.amend_function('plan_read', 'm.id = (select n.mandate_id from mandate_runs n where n.bill_id = b.id) for no key update', 'm.id = runner_of(b.id) for no key update');
select pg_temp.amend_function('mandates_of_bill', 'select m.* from mandate_runs x join mandates m on m.id = x.mandate_id where b.source = ''payer'' and x.bill_id = b.id and mandate_covers(m, b)',
  'select m.* from mandates m where b.source = ''payer'' and m.id = runner_of(b.id) and mandate_covers(m, b)');
select pg_temp.amend_function('bills_of_mandate', 'select b.* from mandate_runs x join bills b on b.id = x.bill_id where x.mandate_id = m.id and b.state = ''owed''',
  'select b.* from (select bill_id from mandate_runs where mandate_id = m.id union all select bill_id from top_ups where mandate_id = m.id) x
      join bills b on b.id = x.bill_id where b.state = ''owed''');
select pg_temp.amend_function('bill_of_run', 'concat_ws(''/'', ''run'', m.id, q->>''periodKind'', q->>''period'')', 'coalesce(q->>''identity'', concat_ws(''/'', ''run'', m.id, q->>''periodKind'', q->>''period''))');

-- Keeps what a biller said: readings of accounts that are watched, newest by the biller's own instant, and its words about top-ups. Wakes the mandates whose balance is low now.
-- p: {"billerId","readings": [{"account","balanceMinor","currency","at"}],"credited": [{"payment","at"}]}. Answers {"readings": [taken|older|ahead],"credited": [taken|unknown|ahead]} in their order.
create function receive_balances(p jsonb) returns jsonb language plpgsql as $$
declare
  r jsonb;
  readings jsonb := '[]';
  credited jsonb := '[]';
  biller text := p->>'billerId';
  latest timestamptz := business_now() + interval '1 minute';
  older boolean;
  m mandates;
begin
  for r in select value from jsonb_array_elements(p->'credited') loop
    if (r->>'at')::timestamptz > latest then credited := credited || '"ahead"'; continue; end if;
    update top_ups t set credited_at = coalesce(t.credited_at, (r->>'at')::timestamptz) from payments y join bills b on b.id = y.bill_id
      where y.id = r->>'payment' and b.biller_id = biller and t.bill_id = b.id;
    credited := credited || to_jsonb(case when found then 'taken' else 'unknown' end);
  end loop;
  -- in one order, so that two deliveries wait for each other and not in a ring
  for r in select value || jsonb_build_object('place', ordinality) from jsonb_array_elements(p->'readings') with ordinality order by value->>'account', ordinality loop
    if (r->>'at')::timestamptz > latest then readings := readings || jsonb_build_object('place', r->'place', 'result', 'ahead'); continue; end if;
    older := false;
    for m in select x.* from mandates x join mandate_versions v on v.mandate_id = x.id and v.version = x.version
        where x.biller_id = biller and x.account = r->>'account' and x.state in ('active', 'paused') and v.terms->'trigger'->>'kind' = 'on-balance' order by x.id loop
      insert into balance_readings as x (mandate_id, balance_minor, currency, read_at)
        values (m.id, (r->>'balanceMinor')::bigint, r->>'currency', (r->>'at')::timestamptz)
        on conflict (mandate_id) do update set balance_minor = excluded.balance_minor, currency = excluded.currency, read_at = excluded.read_at,
          received_at = excluded.received_at where x.read_at < excluded.read_at;
      older := older or not found;
      if found and m.state = 'active' then
        perform tell_workflow('wake-mandate', m.id) from mandate_versions v where v.mandate_id = m.id and v.version = m.version
          and (r->>'balanceMinor')::bigint < (v.terms->'trigger'->'below'->>'amountMinor')::bigint;
      end if;
    end loop;
    readings := readings || jsonb_build_object('place', r->'place', 'result', case when older then 'older' else 'taken' end);
  end loop;
  return jsonb_build_object('credited', credited,
    'readings', (select coalesce(jsonb_agg(value->'result' order by (value->>'place')::int), '[]') from jsonb_array_elements(readings)));
end $$;

-- What is known for the next decision, behind the mandate's lock; the daily cap counts the day on which a notice of now opens the debit.
create function top_up_read(p_mandate text) returns jsonb language plpgsql as $$
declare
  m mandates;
  terms jsonb;
  k record;
  t top_ups;
  y payments;
  ended timestamptz;
  last jsonb;
begin
  select * into m from mandates where id = p_mandate;
  select v.terms into terms from mandate_versions v where v.mandate_id = m.id and v.version = m.version;
  select * into k from notice_clock(terms->'noticePack', business_now(), terms->>'zone');
  select * into t from top_ups where mandate_id = m.id order by cycle desc limit 1;
  if found then
    select * into y from payments where bill_id = t.bill_id order by created_at desc limit 1;
    if y.id is not null and y.state not in ('paid', 'closed') then
      last := jsonb_build_object('state', 'under-way');
    else
      ended := case when y.state = 'paid' then y.paid_at else coalesce(y.changed_at, t.made_at) end;
      last := jsonb_build_object('state', 'over', 'endedAt', to_jsonb(ended),
        'biller', case when y.state = 'paid' and t.credited_at is not null then jsonb_build_object('saidAt', to_jsonb(t.credited_at))
                       when y.state = 'paid' and (select (r.balances->>'confirmsTopUps')::boolean from billers r where r.id = m.biller_id) then '"awaited"' else '"none"' end,
        -- one that took no money is not tried again on the same day
        'again', case when y.state is distinct from 'paid' then to_jsonb((((ended at time zone (terms->>'zone'))::date + 1)::timestamp) at time zone (terms->>'zone')) end);
    end if;
  end if;
  return jsonb_build_object('now', to_jsonb(business_now()), 'cycle', coalesce(t.cycle, 0) + 1, 'last', last,
    'reading', (select jsonb_build_object('balance', jsonb_build_object('amountMinor', b.balance_minor, 'currency', b.currency), 'at', to_jsonb(b.read_at))
      from balance_readings b where b.mandate_id = m.id),
    'today', jsonb_build_object('amountMinor', limit_used('mandate', m.id, 'day', k.planned_on, null), 'currency', terms->'trigger'->'perDay'->>'currency'),
    'tomorrow', to_jsonb((((business_now() at time zone (terms->>'zone'))::date + 1)::timestamp) at time zone (terms->>'zone')));
end $$;

-- Whoever stops watching leaves no balance behind.
create function forget_balance() returns trigger language plpgsql security definer set search_path to public, pg_temp as $$
begin
  delete from balance_readings where mandate_id = new.id;
  return null;
end $$;
create trigger forget_balance after update of state on mandates for each row when (new.state = 'ended' and old.state <> 'ended') execute function forget_balance();
