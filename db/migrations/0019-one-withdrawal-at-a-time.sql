-- What follows the end of a method, one row in one transaction: mandates of one account have one order, but two sweeps that pause some and resume
-- others, and debits that are moved behind them, have none between them, and planners wait for the very same rows (payment rules §1.9).

drop function follow_withdrawals();

-- A mandate without another usable consented method pauses (§6). Answers whether there was one.
create function pause_one_without_method() returns boolean language plpgsql as $$
declare
  mandate text;
begin
  select x.id into mandate from mandates x join billers r on r.id = x.biller_id
    join mandate_versions v on v.mandate_id = x.id and v.version = x.version
    where x.state = 'active' and not exists (select 1 from methods t
      where t.state = 'active' and t.gateway = r.gateway and v.terms->'methods' ? t.id)
    order by x.id limit 1;
  if not found then return false; end if;
  perform stop_mandate(mandate, null, 'pause', null, 'no-method', 'system');
  return true;
end $$;

-- Only a card that its owner has bound anew comes back, and these terms name it already: its consent stands.
create function resume_one_with_method() returns boolean language plpgsql as $$
declare
  m mandates;
begin
  select x.* into m from mandates x join billers r on r.id = x.biller_id
    join mandate_versions v on v.mandate_id = x.id and v.version = x.version
    where x.state = 'paused' and x.paused_by = 'system' and x.why = 'no-method' and exists (select 1 from methods t
      where t.state = 'active' and t.gateway = r.gateway and v.terms->'methods' ? t.id)
    order by x.id limit 1;
  if not found then return false; end if;
  perform resume_mandate(m.id, m.resident_id, 'system');
  return true;
end $$;

-- A token goes when nothing with it is undecided (§15).
create function forget_one_token() returns boolean language plpgsql as $$
begin
  update methods set token = null where id = (select t.id from methods t where t.state = 'withdrawn' and t.token is not null
      and not exists (select 1 from charges c where c.method_id = t.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'))
    order by t.id limit 1 for no key update skip locked);
  return found;
end $$;

-- The next thing to do after a method is gone. Answers whether there was anything: called until there is nothing.
create function follow_one_withdrawal() returns boolean language plpgsql as $$
begin
  if pause_one_without_method() then return true; end if;
  if resume_one_with_method() then return true; end if;
  if forget_one_token() then return true; end if;
  return move_debits_off_gone_methods(1) > 0;
end $$;

-- No answer twice: counted as not delivered, and a notice among them permits no debit. One in a transaction, called until there is none.
drop function expire_notifications();
create function expire_one_notification() returns boolean language plpgsql as $$
declare
  n notifications;
begin
  select * into n from notifications where state = 'sending' and uncertain >= 1 and lease_until < clock_timestamp()
    order by payment_id, id limit 1;
  if not found then return false; end if;
  -- payment before message, as everywhere
  perform 1 from payments where id = n.payment_id and n.notice_id is not null for no key update;
  perform 1 from notifications where id = n.id and state = 'sending' and lease_until < clock_timestamp() for update;
  -- its sender has settled it meanwhile: there may be others
  if not found then return true; end if;
  update notifications set state = 'bounced', why = 'no-answer', lease_until = null where id = n.id;
  if n.notice_id is not null then perform void_notice(n.notice_id, 'no answer'); end if;
  return true;
end $$;

-- A row is locked for its whole life only by who deletes it. PostgreSQL checks the foreign keys of a row again when one transaction updates it twice, and
-- so locks what it names for its key: behind the payment, against the order, and waits for whoever holds a bill or a mandate "for update".
do $$
declare
  body text;
begin
  for body in select pg_get_functiondef(p.oid) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = current_schema() and p.proname in
      ('receive_bill', 'plan_read', 'stop_mandate', 'resume_mandate', 'skip_payment', 'withdraw_method')
  loop
    execute regexp_replace(body, '\mfor update\M', 'for no key update', 'g');
  end loop;
end $$;
