-- Which channels reach a resident, now that there are several; and a digest that a browser has shown accepts the notices that it carries (§7.3).

create or replace function channel_reachable(p_resident text, p_channel text) returns boolean language plpgsql stable as $$
begin
  return case p_channel
    when 'email' then exists (select 1 from residents where id = p_resident and email is not null and email_verified)
    when 'push' then push_reachable(p_resident)
    when 'sms' then sms_reachable(p_resident)
    else false end;
end $$;

select pg_temp.amend_function('accept_notice', 'where q.notice_id = p_notice and d.shown_at is not null)', 'where d.shown_at is not null
        and q.id in (select coalesce(w.carried_by, w.id) from notifications w where w.notice_id = p_notice and w.channel = ''push''))');

create or replace function push_shown(p_token_hash text) returns boolean language plpgsql as $$
declare
  d push_deliveries;
  n notifications;
begin
  select * into d from push_deliveries where token_hash = p_token_hash;
  if not found then return false; end if;
  if d.shown_at is not null then return true; end if;
  -- payments before messages, as everywhere
  perform lock_payments_of(array[d.notification_id]);
  perform 1 from notifications where id = d.notification_id for update;
  update push_deliveries set shown_at = business_now(), outcome = 'accepted', accepted_at = coalesce(accepted_at, business_now())
    where token_hash = p_token_hash and shown_at is null;
  -- what was shown was taken over, whatever became of the push service's answer
  update notifications set state = 'accepted', sent_at = coalesce(sent_at, business_now()), lease_until = null
    where (id = d.notification_id or carried_by = d.notification_id) and state in ('sending', 'queued');
  for n in select * from notifications where (id = d.notification_id or carried_by = d.notification_id) and notice_id is not null and state = 'accepted' order by id loop
    perform accept_notice(n.notice_id, 'push');
  end loop;
  return true;
end $$;

-- A notice in the queue is told when its reader's quiet hours are over.
select pg_temp.amend_function('forecast_payments', '(select utc_text(min(q.due_at)) from notifications q where q.notice_id = n.id and q.state = ''queued'')',
  '(select utc_text(heard_at(y.resident_id, greatest(min(q.due_at), business_now()))) from notifications q where q.notice_id = n.id and q.state = ''queued'')');
select pg_temp.amend_function('bill_of_run', 'notice_clock(terms->''noticePack'', business_now(),', 'notice_clock(terms->''noticePack'', heard_at(m.resident_id, business_now()),');
