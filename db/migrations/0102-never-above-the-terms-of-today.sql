-- A debit never goes beyond what its mandate says today, nor by another day than its bill can wait for (docs/decisions/0165).

-- What a mandate pays by itself, it pays by its terms of now: of the kind that made the bill, not above their sum, and no top-up beside others that the day has no room for.
create function pays_own_bill(m mandates, b bills) returns boolean language plpgsql stable as $$
declare
  trigger jsonb;
  y payments;
begin
  select v.terms->'trigger' into trigger from mandate_versions v where v.mandate_id = m.id and v.version = m.version;
  if exists (select 1 from mandate_runs x where x.mandate_id = m.id and x.bill_id = b.id) then
    return trigger->>'kind' = 'on-schedule' and jsonb_typeof(trigger->'pays') = 'object' and trigger->'pays'->>'currency' = b.currency
      and b.amount_minor <= (trigger->'pays'->>'amountMinor')::bigint;
  end if;
  if not exists (select 1 from top_ups t where t.mandate_id = m.id and t.bill_id = b.id) or trigger->>'kind' <> 'on-balance'
     or trigger->'topUp'->>'currency' <> b.currency or b.amount_minor > (trigger->'topUp'->>'amountMinor')::bigint then
    return false;
  end if;
  select * into y from payments x where x.bill_id = b.id and x.state in ('scheduled', 'needs-payer', 'charging') limit 1;
  return y.id is null or limit_used('mandate', m.id, 'day', y.planned_on, y.id) + b.amount_minor <= (trigger->'perDay'->>'amountMinor')::bigint;
end $$;
select pg_temp.amend_function('mandates_of_bill', 'm.id = runner_of(b.id) and mandate_covers(m, b)', 'm.id = runner_of(b.id) and mandate_covers(m, b) and pays_own_bill(m, b)');

-- Another day than was announced: the notice of the old one says nothing of it, and its clock does not run on.
select pg_temp.amend_function('plan_write', '    stands := (standing_notice(y, b)).id;
', '    if (d->''run''->>''debitOn'')::date is distinct from y.run_on then
      update notices set state = ''void'', void_why = ''another day'' where payment_id = y.id and state <> ''void'';
    end if;
    stands := (standing_notice(y, b)).id;
');

-- A biller's word that a top-up has come is of a charge that was sent, and not of a time before it.
select pg_temp.amend_function('receive_balances', 'where y.id = r->>''payment'' and b.biller_id = biller and t.bill_id = b.id;',
  'where y.id = r->>''payment'' and b.biller_id = biller and t.bill_id = b.id
        -- its clock may be behind ours by as much as it may be ahead
        and (r->>''at'')::timestamptz >= (select min(c.first_sent_at) from charges c where c.payment_id = y.id) - interval ''1 minute''
      returning t.mandate_id into m.id;');
select pg_temp.amend_function('receive_balances', 'credited := credited || to_jsonb(case when found then ''taken'' else ''unknown'' end);',
  'credited := credited || to_jsonb(case when found then ''taken'' else ''unknown'' end);
    -- a low balance that was told meanwhile has waited for this word
    if credited->>-1 = ''taken'' then perform tell_workflow(''wake-mandate'', m.id); end if;');

-- A balance that was told while a top-up was under way is looked at when it is over, with money or without.
create function top_up_is_over() returns trigger language plpgsql as $$
begin
  perform tell_workflow('wake-mandate', t.mandate_id) from top_ups t where t.bill_id = new.bill_id;
  return null;
end $$;
create trigger top_up_is_over after update of state on payments for each row
  when (new.mandate_id is not null and new.state in ('paid', 'closed') and old.state <> new.state) execute function top_up_is_over();

-- A mandate that is about to debit, or that asks its payer, is not dormant; and nothing ends of which its owner did not hear.
select pg_temp.amend_function('look_at_one_dormant_mandate', 'y.state = ''charging'')', 'y.state in (''scheduled'', ''needs-payer'', ''charging''))');
create function heard_that_it_expires(p_mandate text, since timestamptz) returns boolean language sql stable as
  $$ select exists (select 1 from notifications n where n.event = 'mandate-expiring' and n.subject_id = p_mandate and n.state = 'accepted' and n.created_at >= since) $$;
select pg_temp.amend_function('look_at_one_dormant_mandate', '  elsif d.last_told_at is not null and now >= d.expires_at then
', '  elsif d.last_told_at is null and now >= d.expires_at - interval ''7 days'' and not heard_that_it_expires(m.id, d.first_told_at) then
    -- the first telling bounced: it begins anew, with all its days
    d.first_told_at := null; d.expires_at := null; d.next_look_at := now;
  elsif d.last_told_at is not null and now >= d.expires_at and not heard_that_it_expires(m.id, d.last_told_at) then
    d.last_told_at := null; d.expires_at := now + interval ''7 days''; d.next_look_at := now;
  elsif d.last_told_at is not null and now >= d.expires_at then
');
select pg_temp.amend_function('look_at_one_dormant_mandate', '''/first'' else ''/last'' end;', '''/first/'' else ''/last/'' end || ends::date;');

-- The share of a debit is its mandate's on that day: known before the payment is, so that a forecast names the instant.
create function spread_moment(pack jsonb, zone text, mandate text, not_before timestamptz, not_after timestamptz) returns timestamptz language plpgsql stable as $$
declare
  share double precision := (hashtextextended(mandate || '/' || (not_before at time zone zone)::date, 90) & 2147483647)::double precision / 2147483648;
  at timestamptz := not_before + make_interval(secs => (pack->>'spreadMinutes')::double precision * 60 * share);
begin
  if at is null
     or (at at time zone zone)::date <> (not_before at time zone zone)::date
     or pack->'hours'->>'to' < '24:00' and (at at time zone zone)::time >= (pack->'hours'->>'to')::time
     or at > not_after - interval '1 hour' then
    return not_before;
  end if;
  return at;
end $$;
create or replace function debit_moment(pack jsonb, zone text, p payments, b bills, not_before timestamptz, not_after timestamptz) returns timestamptz language plpgsql volatile as $$
declare
  at timestamptz := spread_moment(pack, zone, p.mandate_id, not_before, not_after);
begin
  return case when at > last_good_instant(b, zone) or debit_due_at(b, at) <> debit_due_at(b, not_before) then not_before else at end;
end $$;
select pg_temp.amend_function('forecast_instants', '''notBefore'', utc_text(k.not_before), ''notAfter''',
  '''notBefore'', utc_text(k.not_before), ''spreadTo'', utc_text(spread_moment(v.terms->''noticePack'', v.terms->>''zone'', m.id, k.not_before, k.not_after)), ''notAfter''');

-- A top-up is no bill that came.
select pg_temp.amend_function('forecast_payments', '''period'', (select n.period', '''topUp'', exists (select 1 from top_ups t where t.bill_id = y.bill_id), ''period'', (select n.period');
select pg_temp.amend_function('forecast_bills', '''runOf'', x.mandate_id,', '''runOf'', runner_of(b.id), ''topUp'', exists (select 1 from top_ups t where t.bill_id = b.id),');
select pg_temp.amend_function('why_bill', 'exists (select 1 from mandate_runs x
          where x.mandate_id = m.id and x.bill_id = b.id)', 'm.id = runner_of(b.id)');

-- A mandate that ends while a reading of its balance is on its way leaves nothing behind: the reading waits for it.
select pg_temp.amend_function('receive_balances', '''on-balance'' order by x.id loop', '''on-balance'' order by x.id for share of x loop');

-- One row is written once where there is no usual sum to add.
select pg_temp.amend_function('plan_write', '    update payments set usual_minor = (d->>''usualMinor'')::bigint where id = y.id returning * into y;
    insert into claims', '    if d->>''usualMinor'' is not null then update payments set usual_minor = (d->>''usualMinor'')::bigint where id = y.id returning * into y; end if;
    insert into claims');
