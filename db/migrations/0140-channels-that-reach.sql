-- Which channels reach a resident, now that there are several; and a digest that a browser has shown accepts the notices that it carries (§7.3).

create or replace function channel_reachable(p_resident text, p_channel text) returns boolean language plpgsql stable as $$
begin
  return case p_channel
    -- what came back is left alone until its owner proves it again
    when 'email' then exists (select 1 from residents r where r.id = p_resident and r.email is not null and r.email_verified
      and not exists (select 1 from suppressed_addresses s where s.address_hash = address_hash(r.email)))
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

-- What waits for a channel that reaches its reader no more goes on by another one, or nobody is told; a notice then permits no debit, and its payer is asked on the page.
drop function drop_suppressed();
create index notifications_without_a_way on notifications (payment_id) where state = 'queued' and why = 'no-channel';
create function drop_unreachable() returns int language plpgsql as $$
declare
  w record;
  n notifications;
  gone int := 0;
begin
  for w in select q.id, q.payment_id from notifications q where q.state = 'queued' and q.why = 'no-channel' order by q.payment_id, q.id limit 500 loop
    -- payment before message, as everywhere
    perform 1 from payments where id = w.payment_id for no key update;
    update notifications q set state = case when channel_reachable(q.resident_id, q.channel) then 'queued' else 'dropped' end,
        why = case when channel_reachable(q.resident_id, q.channel) then null else q.why end where id = w.id and state = 'queued' returning * into n;
    continue when not found or n.state = 'queued';
    perform message_lost(n, 'no channel');
    gone := gone + 1;
  end loop;
  return gone;
end $$;

-- A message came back after it had been accepted: THE one place where that is decided, whichever way it was heard (as in 0130). New: a digest comes back with all it carries; another channel that
-- reaches the reader tells it, a notice with a clock of its own (§7.3).
create or replace function bounce_notification(p_message text, p_kind text, p_answer text, p_recipients text[] default '{}') returns text language plpgsql as $$
declare
  n notifications;
  address text;
  others boolean;
begin
  select * into n from notifications where message_id = p_message;
  if not found then return 'unmatched'; end if;
  if p_kind = 'delayed' then return 'noted'; end if;
  -- payments before messages, as everywhere
  perform lock_payments_of(array[n.id]);
  select * into n from notifications where message_id = p_message for update;
  select r.email into address from residents r where r.id = n.resident_id;
  -- a mailbox that forwards elsewhere may be fine itself: only an address that the report means is left alone from now on
  if p_kind in ('permanent', 'complaint') and address is not null
     and (cardinality(p_recipients) = 0 or lower(address) = any (select lower(x) from unnest(p_recipients) x)) then
    insert into suppressed_addresses (address_hash, reason)
      values (address_hash(address), case p_kind when 'complaint' then 'complained' else 'bounced' end) on conflict do nothing;
  end if;
  -- 'sending': taken over, and only the relay's answer got lost
  if n.state not in ('accepted', 'sending') then return 'noted'; end if;
  others := exists (select 1 from notification_channels c where c.name <> n.channel and channel_reachable(n.resident_id, c.name));
  for n in update notifications set state = 'bounced', answer = left(p_answer, 2000), lease_until = null
      where id = n.id or (carried_by = n.id and state in ('accepted', 'queued')) returning * loop
    insert into audit (actor, action, subject, detail) values ('engine', 'mail.bounced', n.id, jsonb_build_object('kind', p_kind));
    if n.notice_id is null then
      perform fail_over(n);
    -- before the debit nobody was told of it; after it nothing is undone
    elsif exists (select 1 from payments y join notices x on x.payment_id = y.id where y.id = n.payment_id and y.state in ('scheduled', 'needs-payer') and x.id = n.notice_id and x.state <> 'void'
        and (x.state = 'queued' or x.channel = n.channel)) then
      if others and exists (select 1 from payments where id = n.payment_id and state = 'scheduled') then
        perform give_notice(n.payment_id, 'notice', 'bounced');
      else
        perform void_notice(n.notice_id, 'bounced');
      end if;
    end if;
  end loop;
  perform ring('notify');
  return 'bounced';
end $$;
