-- A mandate on a schedule that pays what is due (M1, docs/decisions/0147). A bill that arrives is planned for the run that comes: claim, reservation and notice stand from then on, and the
-- notice goes out so early before the run as its pack wants it. Which run it is, and whether the bill can wait for it, is decided in domain/due-run.ts; instants are made here.

-- the run that a debit waits for; all null: it comes as soon as its notice allows
alter table payments
  add column run_nominal date,
  add column run_on date,
  add column run_at timestamptz,
  add constraint payment_run_is_whole check (num_nonnulls(run_nominal, run_on, run_at) in (0, 3));

-- The day ahead of such a schedule is kept as its row says, named by itself; it leaves nothing behind: what it paid are the bills.
alter table mandate_runs drop constraint mandate_runs_period_kind_check;
alter table mandate_runs add constraint mandate_runs_period_kind_check check (period_kind in ('month', 'week', 'day') and (period_kind <> 'day' or state = 'ahead'));

-- A pack that counts days of its own (ten working days, two calendar days) is announced so many days earlier.
create or replace function run_clock(pack jsonb, debit_on date, zone text, out plan_at timestamptz, out debit_at timestamptz) language plpgsql stable as $$
declare
  opens time := (pack->'hours'->>'from')::time;
  lead double precision := (pack->>'leadSeconds')::double precision;
begin
  debit_at := (debit_on + opens) at time zone zone;
  if pack->'leadDays' is not null and jsonb_typeof(pack->'leadDays') = 'object' then
    for days in 1 .. 60 loop
      plan_at := (debit_on - days + opens) at time zone zone;
      exit when (notice_clock(pack, plan_at, zone)).not_before <= debit_at;
    end loop;
    return;
  end if;
  plan_at := case when (pack->>'earlierCalendarDay')::boolean
    then (debit_on - greatest(1, ceil(lead / 86400))::int + opens) at time zone zone
    else debit_at - make_interval(secs => lead) end;
end $$;

-- What planning a bill for a run would mean for a mandate: its day and hours if its notice is accepted in time, what is due then, what of the limit is used by then.
create function due_run(p_bill text, p_mandate text, p_debit_on date) returns jsonb language plpgsql as $$
declare
  b bills;
  terms jsonb;
  at timestamptz := business_now();
  r record;
  k record;
begin
  select * into b from bills where id = p_bill;
  select v.terms into terms from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version where m.id = p_mandate;
  select * into r from run_clock(terms->'noticePack', p_debit_on, terms->>'zone');
  select * into k from notice_clock(terms->'noticePack', greatest(at, r.plan_at), terms->>'zone', r.debit_at);
  return jsonb_build_object('at', to_jsonb(r.debit_at), 'plannedOn', k.planned_on, 'notBefore', to_jsonb(k.not_before), 'notAfter', to_jsonb(k.not_after),
    'amountMinor', debit_due_at(b, k.not_before),
    'usedMinor', case when jsonb_typeof(terms->'limitPerPeriod') = 'object'
       then limit_used('mandate', p_mandate, terms->'limitPerPeriod'->>'period', k.planned_on,
            (select y.id from payments y where y.bill_id = p_bill and y.mandate_id = p_mandate
               and y.state in ('scheduled', 'needs-payer', 'charging') limit 1)) else 0 end,
    'dueSafe', to_jsonb(last_safe_instant(b, terms->>'zone')));
end $$;

-- Bills that arrive are for mandates that wait for them, whenever they pay.
select pg_temp.amend_function('mandates_of_bill', 'v.terms->''trigger''->>''kind'' = ''on-bill''', '(v.terms->''trigger''->>''kind'' = ''on-bill'' or v.terms->''trigger''->>''pays'' = ''due'')');

select pg_temp.amend_function('plan_read', '''runsFrom'', (running_notice(y, b)).not_before,', '''runsFrom'', (running_notice(y, b)).not_before,
        ''run'', case when y.run_at is not null then jsonb_build_object(''nominal'', y.run_nominal, ''debitOn'', y.run_on) end,
        -- of another kind since an edit, the mandate does not pay bills of this kind any more
        ''uncovered'', y.mandate_id is not null and not exists (select 1 from mandates_of_bill(b) w where w.id = y.mandate_id),
        ''otherTrigger'', coalesce((select o.terms->''trigger'' <> c.terms->''trigger'' from mandates w join mandate_versions o on o.mandate_id = w.id and o.version = y.mandate_version
           join mandate_versions c on c.mandate_id = w.id and c.version = w.version where w.id = y.mandate_id), false),');
select pg_temp.amend_function('plan_read', '''plannedOn'', k.planned_on, ''notBefore'', k.not_before,', '''consentedOn'', case when v.terms->''trigger''->>''kind'' = ''on-schedule'' then consented_on(m) end,
        ''plannedOn'', k.planned_on, ''notBefore'', k.not_before,');

-- The day on which the payer agreed to the very trigger that holds today.
create function consented_on(m mandates) returns date language sql stable as
  $$ select ((select min(x.made_at) from mandate_versions x where x.mandate_id = m.id and x.version > coalesce(
         (select max(o.version) from mandate_versions o where o.mandate_id = m.id and o.terms->'trigger' <> v.terms->'trigger'), 0))
        at time zone (v.terms->>'zone'))::date
     from mandate_versions v where v.mandate_id = m.id and v.version = m.version $$;

-- What is planned keeps its run, and the terms that it was planned by.
select pg_temp.amend_function('plan_write', 'next_look_at, give_up_at, livemode)
      values (d->>''residentId''', 'next_look_at, give_up_at, livemode, run_nominal, run_on, run_at)
      values (d->>''residentId''');
select pg_temp.amend_function('plan_write', '        (d->>''giveUpAt'')::timestamptz, live)', '        (d->>''giveUpAt'')::timestamptz, live, (d->''run''->>''nominal'')::date, (d->''run''->>''debitOn'')::date, (d->''run''->>''at'')::timestamptz)');
select pg_temp.amend_function('plan_write', 'give_up_at = (d->>''giveUpAt'')::timestamptz, changed_at = business_now(),
        -- the card', 'give_up_at = (d->>''giveUpAt'')::timestamptz, changed_at = business_now(),
        run_nominal = (d->''run''->>''nominal'')::date, run_on = (d->''run''->>''debitOn'')::date, run_at = (d->''run''->>''at'')::timestamptz,
        mandate_version = coalesce((select m.version from mandates m where m.id = payments.mandate_id), mandate_version),
        -- the card');

-- A notice of a run that is far away waits for its time; until then its payer knows the day from a message of its own.
select pg_temp.amend_function('give_notice', '  told int;
begin', '  told int;
  announce timestamptz;
  later boolean := false;
begin');
select pg_temp.amend_function('give_notice', '    select * into k from notice_clock(terms->''noticePack'', business_now(), terms->>''zone'', p_earliest);
', '    if p.run_at > business_now() then
      select r.plan_at into announce from run_clock(terms->''noticePack'', p.run_on, terms->>''zone'') r;
      later := announce > business_now() and coalesce(p_earliest <= p.run_at, true);
    end if;
    select * into k from notice_clock(terms->''noticePack'', case when later then announce else business_now() end, terms->>''zone'', greatest(p_earliest, p.run_at));
');
select pg_temp.amend_function('give_notice', '  told := tell_resident(p_event, p.resident_id, p_event || ''/'' || n, p.id, payment_words(p), true, p.id, n);
', '  if later and p_event = ''notice-changed'' and not exists (select 1 from notices x where x.payment_id = p.id and x.accepted_at is not null) then
    -- the one before was never sent: nothing has changed for who reads it
    p_event := ''notice'';
  end if;
  told := tell_resident(p_event, p.resident_id, p_event || ''/'' || n, p.id, payment_words(p), true, p.id, n);
  if later then
    update notifications set due_at = announce where notice_id = n and state = ''queued'';
    perform tell_resident(''bill-planned'', p.resident_id, ''bill-planned/'' || p.id || ''/'' || p.bill_version || ''/'' || p.amount_minor || ''/'' || p.planned_on,
      p.id, payment_words(p), false, p.id);
  end if;
');

-- A mandate that is of another kind since an edit sends nothing that it planned before.
select pg_temp.amend_function('gate_check_mandate', 'if not mandate_covers(m, b) then', 'if not exists (select 1 from mandates_of_bill(b) w where w.id = m.id) then');
