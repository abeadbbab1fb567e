-- Mandates that run by their own schedule (M1). Which days is decided in domain/scheduled-run.ts; here a run is kept, and its instants are made, once each.

create table mandate_runs (
  mandate_id  text not null references mandates,
  -- the run's name: a mandate runs once in each of its months or weeks, under whatever schedule (§4.1)
  period_kind text not null check (period_kind in ('month', 'week')),
  period      date not null,
  nominal     date not null,
  -- the day of the debit as the schedule and the table of working days have it; limits count the day on which it is really planned
  debit_on    date not null,
  certainty   text not null check (certainty in ('decreed', 'not-decreed-yet')),
  -- the trigger and the zone that it was reckoned by
  trigger     jsonb not null,
  zone        text not null,
  -- made by the zone database of that day and kept: a newer one changes no instant that stands here
  plan_at     timestamptz not null,
  debit_at    timestamptz not null check (debit_at >= plan_at),
  state       text not null default 'ahead' check (state in ('ahead', 'run', 'skipped')),
  why         text check (state = 'skipped' or why is null),
  bill_id     text references bills check (state = 'run' or bill_id is null),
  reckoned_at timestamptz not null default business_now(),
  ended_at    timestamptz check ((ended_at is null) = (state = 'ahead')),
  primary key (mandate_id, period_kind, period)
);
create unique index mandate_runs_ahead on mandate_runs (mandate_id) where state = 'ahead';
create unique index mandate_runs_by_bill on mandate_runs (bill_id) where bill_id is not null;

-- A period that has run is never run again and never forgotten; only what is ahead is reckoned anew.
create function run_stays() returns trigger language plpgsql as $$
begin
  if old.state <> 'ahead' then raise exception 'the run of % in % is over', old.mandate_id, old.period; end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger run_stays before update or delete on mandate_runs for each row execute function run_stays();

-- When a run's debit is to come, and when it is to be announced: so that its notice, accepted then, opens the debit at that very moment.
create function run_clock(pack jsonb, debit_on date, zone text, out plan_at timestamptz, out debit_at timestamptz) language plpgsql stable as $$
declare
  opens time := (pack->'hours'->>'from')::time;
  lead double precision := (pack->>'leadSeconds')::double precision;
begin
  debit_at := (debit_on + opens) at time zone zone;
  plan_at := case when (pack->>'earlierCalendarDay')::boolean
    then (debit_on - greatest(1, ceil(lead / 86400))::int + opens) at time zone zone
    else debit_at - make_interval(secs => lead) end;
end $$;

-- The bill of a run: its owner's alone, like the one of a payment that nobody asked for (0048), but named by the period. Null: this biller does not take the sum.
-- q: {"mandateId","periodKind","period","amountMinor","payee","payeeHash","contentHash","purpose"}
create function bill_of_run(q jsonb) returns text language plpgsql as $$
declare
  m mandates;
  r billers;
  terms jsonb;
  planned date;
  made text;
begin
  select * into m from mandates where id = q->>'mandateId';
  select * into r from billers where id = m.biller_id;
  if r.without_bill is null or (q->>'amountMinor')::bigint not between (r.without_bill->>'leastMinor')::bigint and (r.without_bill->>'mostMinor')::bigint
     or not same_payee(r.payee, q->'payee') then
    return null;
  end if;
  select v.terms into terms from mandate_versions v where v.mandate_id = m.id and v.version = m.version;
  select k.planned_on into planned from notice_clock(terms->'noticePack', business_now(), terms->>'zone') k;
  insert into bills (biller_id, identity_key, account, period, kind, state, version, amount_minor, full_minor, currency, issued_on, due_on, purpose, payee, payee_hash,
      content_hash, livemode, source, source_version, said, made_by)
    select r.id, concat_ws('/', 'run', m.id, q->>'periodKind', q->>'period'), m.account, '', 'payer', 'owed', 1, (q->>'amountMinor')::bigint, (q->>'amountMinor')::bigint,
      'RUB', (business_now() at time zone r.zone)::date,
      -- nobody waits for this money on a day: it is in time on the day on which its notice opens it
      planned + r.settle_days, q->>'purpose', q->'payee', q->>'payeeHash', q->>'contentHash', d.livemode, 'payer', 1, 'issued', m.resident_id from deployment d
    returning id into made;
  return made;
end $$;

-- The bill of a run is covered by the mandate that runs, and by no other; a mandate with a schedule of its own covers nothing else.
create or replace function mandates_of_bill(b bills) returns setof mandates language sql stable as
  $$ select m.* from mandates m where b.source <> 'payer' and m.biller_id = b.biller_id and m.account = any (bill_references(b)) and mandate_covers(m, b)
       and exists (select 1 from mandate_versions v where v.mandate_id = m.id and v.version = m.version and v.terms->'trigger'->>'kind' = 'on-bill')
     union all
     select m.* from mandate_runs x join mandates m on m.id = x.mandate_id where b.source = 'payer' and x.bill_id = b.id and mandate_covers(m, b) $$;

create or replace function bills_of_mandate(m mandates) returns setof bills language sql stable as
  $$ select b.* from bills b where b.biller_id = m.biller_id and b.account = m.account and b.state = 'owed' and b.source not in ('paper', 'payer')
     union all
     select b.* from bill_subjects s join bills b on b.id = s.bill_id
      where m.account like 'subject/%' and s.subject_key = substr(m.account, 9) and b.biller_id = m.biller_id and b.state = 'owed'
     union all
     select b.* from mandate_runs x join bills b on b.id = x.bill_id where x.mandate_id = m.id and b.state = 'owed' $$;

create or replace function pg_temp.amend(p_function text, p_old text, p_new text) returns void language plpgsql as $amend$
declare
  body text;
begin
  select pg_get_functiondef(p.oid) into strict body from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = current_schema() and p.proname = p_function;
  if length(body) - length(replace(body, p_old, '')) <> length(p_old) then raise exception '% does not say once: %', p_function, p_old; end if;
  execute replace(body, p_old, p_new);
end $amend$;
select pg_temp.amend('plan_read', '''gateway'', r.gateway, ''told'', x.told,', '''gateway'', r.gateway, ''told'', x.told,
        ''runOf'', (select n.mandate_id from mandate_runs n where n.bill_id = x.id),');
-- Everybody who gives to one fund has the same account there: a run locks its own mandate, not those of all others.
select pg_temp.amend('plan_read', '  perform 1 from mandates m where m.biller_id = b.biller_id and m.account = any (bill_references(b)) and m.state in (''active'', ''paused'')
    order by m.id for no key update;', '  if b.source = ''payer'' then
    perform 1 from mandates m where m.id = (select n.mandate_id from mandate_runs n where n.bill_id = b.id) for no key update;
  else
    perform 1 from mandates m where m.biller_id = b.biller_id and m.account = any (bill_references(b)) and m.state in (''active'', ''paused'')
      order by m.id for no key update;
  end if;');
