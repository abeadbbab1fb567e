-- One message for one event, recipient and channel, judged when its turn comes: off is not sent, quiet hours and preference gather, newer words replace older ones
-- (payment rules §13; domain/notifications/verdict.ts says the same, and a test holds the two together).

alter table notifications
  drop constraint notifications_channel_check,
  add constraint notifications_channel_fkey foreign key (channel) references notification_channels,
  -- the event and its recipient, whatever the channel
  add column event_key text,
  add column topic text,
  add column priority int not null default 4,
  add column category text,
  add column biller_id text,
  add column bill_id text,
  add column expires_at timestamptz,
  -- the gathering it waits in; null: it goes alone
  add column digest_id text,
  -- the message that carried it
  add column carried_by text references notifications,
  -- it waited in a digest and goes alone after all
  add column released boolean not null default false;
update notifications n set event_key = left(dedupe_key, -6), topic = u.topic, priority = u.priority from notification_rules u where u.event = n.event;
update notifications set event_key = left(dedupe_key, -6) where event_key is null;
alter table notifications alter column event_key set not null;

create table digests (
  -- '<resident>/<instant of its closing>'
  id          text primary key,
  resident_id text not null references residents,
  closes_at   timestamptz not null,
  state       text not null default 'open' check (state in ('open', 'closed')),
  created_at  timestamptz not null default business_now(),
  closed_at   timestamptz
);
create trigger digests_owner_is_here before insert on digests for each row execute function owner_must_be_here();
create index digests_open on digests (closes_at) where state = 'open';
create index digests_by_resident on digests (resident_id);
alter table notifications add foreign key (digest_id) references digests;

drop index notifications_to_send;
create index notifications_to_send on notifications (priority, legal_minimum desc, due_at, id) where state = 'queued' and digest_id is null;
create index notifications_under_way on notifications (lease_until) where state = 'sending';
create index notifications_gathered on notifications (digest_id) where digest_id is not null;
create index notifications_carried on notifications (carried_by) where carried_by is not null;
create index notifications_queued_of_bill on notifications (bill_id) where state = 'queued' and bill_id is not null;

alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in ('plan-bill', 'start-payment', 'start-mandate', 'start-bill', 'start-refund', 'start-digest',
  'wake-payment', 'wake-mandate', 'wake-bill', 'wake-refund'));

-- ---------------------------------------------------------------------------------------------------------------------
-- What a resident wants.

-- An address is proved before anything personal goes there (N8). Other channels add themselves.
create function channel_reachable(p_resident text, p_channel text) returns boolean language plpgsql stable as $$
begin
  return case p_channel when 'email' then exists (select 1 from residents where id = p_resident and email is not null and email_verified) else false end;
end $$;

create function can_be_told(p_resident text) returns boolean language sql stable as
  $$ select exists (select 1 from notification_channels c where channel_reachable(p_resident, c.name)) $$;

-- The choice for the category, else the one for all, else the channel's default.
create function channel_choice(p_resident text, p_channel text, p_topic text, p_category text) returns text language sql stable as
  $$ select coalesce(
       (select choice from notification_choices where resident_id = p_resident and topic = p_topic and channel = p_channel and category in (p_category, '*')
         order by category = '*' limit 1),
       (select case when is_on then 'on' else 'off' end from notification_channels where name = p_channel)) $$;

-- The channel that carries the legal minimum although it is off: the first that can be reached, those whose provider's word proves the arrival before others.
create function channel_of_minimum(p_resident text) returns text language sql stable as
  $$ select name from notification_channels where channel_reachable(p_resident, name) order by carries_notices desc, place limit 1 $$;

create function is_muted(p_resident text, p_biller text, p_bill text) returns boolean language sql stable as
  $$ select exists (select 1 from notification_mutes where resident_id = p_resident
       and ((kind = 'biller' and subject_id = p_biller) or (kind = 'bill' and subject_id = p_bill))) $$;

-- When the quiet hours end in which an instant lies; null: it lies in none. Civil time of the recipient: an hour that the clocks skip or repeat moves the end with them.
create function quiet_end(p_resident text, p_channel text, p_at timestamptz) returns timestamptz language plpgsql stable as $$
declare
  opens time;
  closes time;
  local timestamp;
  ends timestamptz;
  home text;
begin
  select r.zone, case coalesce(s.quiet, 'default') when 'hours' then s.quiet_from when 'default' then c.quiet_from end,
      case coalesce(s.quiet, 'default') when 'hours' then s.quiet_to when 'default' then c.quiet_to end
    into home, opens, closes
    from residents r cross join notification_channels c left join notification_settings s on s.resident_id = r.id where r.id = p_resident and c.name = p_channel;
  if opens is null or opens = closes then return null; end if;
  local := p_at at time zone home;
  if not (case when opens < closes then local::time >= opens and local::time < closes else local::time >= opens or local::time < closes end) then return null; end if;
  ends := (local::date + closes + case when local::time < closes then interval '0' else interval '1 day' end) at time zone home;
  return case when ends > p_at then ends end;
end $$;

-- When a mail that is written then leaves: what is reckoned from a notice is reckoned from there.
create function heard_at(p_resident text, p_at timestamptz) returns timestamptz language sql stable as
  $$ select coalesce(quiet_end(p_resident, 'email', p_at), p_at) $$;

create function next_digest_at(p_resident text, p_at timestamptz) returns timestamptz language sql stable as
  $$ select min(t.at) from residents r left join notification_settings s on s.resident_id = r.id
       cross join lateral (select (((p_at at time zone r.zone)::date + d.n + coalesce(s.digest_at, time '18:00')) at time zone r.zone) as at
         from generate_series(0, 2) d(n)) t where r.id = p_resident and t.at > p_at $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Writing messages.

create function message_keys(p_event_key text) returns text[] language sql stable as
  $$ select array_agg(p_event_key || '/' || name) from notification_channels $$;

-- From then on it says nothing any more.
create function message_expires_at(p_expiry text, p_args jsonb, p_zone text) returns timestamptz language sql stable as
  $$ select case p_expiry
       when 'due-day' then ((p_args->>'dueOn')::date + 1)::timestamp at time zone p_zone
       when 'discount-day' then ((p_args->>'discountUntil')::date + 1)::timestamp at time zone p_zone
       when 'give-up' then (p_args->>'giveUpAt')::timestamptz
       when 'debit' then (p_args->>'notBefore')::timestamptz end $$;

-- Drops what a newer message makes out of date and nobody has been told yet.
create function replace_older(u notification_rules, p_resident text, p_bill text, p_payment text, p_subject text) returns void language sql as
  $$ update notifications n set state = 'dropped', why = 'collapsed'
       where n.resident_id = p_resident and n.state = 'queued' and not n.legal_minimum and n.event = any (u.replaces)
         and case u.same when 'bill' then n.bill_id = p_bill when 'payment' then n.payment_id = p_payment when 'method' then n.subject_id = p_subject end $$;

-- Was the arrival of a bill written and never left? Then its recipient has not heard of it yet.
create function is_unheard(p_resident text, p_bill text) returns boolean language sql stable as
  $$ select coalesce(bool_and(state in ('queued', 'dropped')), false) from notifications
       where resident_id = p_resident and bill_id = p_bill and event in ('bill-arrived', 'bill-planned', 'notice') $$;

-- Queues one message for one resident on every channel that reaches them; returns how many rows were made.
create or replace function tell_resident(p_event text, p_resident text, p_dedupe text, p_subject text, p_args jsonb,
                              p_legal_minimum boolean, p_payment text default null, p_notice text default null)
  returns int language plpgsql as $$
declare
  r residents;
  u notification_rules;
  about record;
  c record;
  unheard boolean;
  minimum text;
  why text;
  made int := 0;
  known boolean;
begin
  -- a repetition says nothing new, and replaces nothing
  select count(*) filter (where n.why is distinct from 'no-channel'), count(*) > 0 into made, known from notifications n where n.dedupe_key = any (message_keys(p_dedupe));
  if known then return made; end if;
  select * into r from residents where id = p_resident;
  select * into u from notification_rules where event = p_event;
  if u.event is null then raise exception 'no rule for messages about %', p_event; end if;
  select b.id as bill, coalesce(b.biller_id, m.biller_id) as biller, x.category into about from (select 1) one
    left join bills b on b.id = p_args->>'billId' left join mandates m on m.id = p_args->>'mandateId' left join billers x on x.id = coalesce(b.biller_id, m.biller_id);
  perform replace_older(u, r.id, about.bill, p_payment, p_subject);
  unheard := p_event in ('bill-changed', 'bill-annulled') and is_unheard(r.id, about.bill);
  -- who has not heard of the bill yet hears of it as it is now
  if unheard and p_event = 'bill-changed' then select * into u from notification_rules where event = 'bill-arrived'; end if;
  minimum := channel_of_minimum(r.id);
  for c in select n.name, channel_choice(r.id, n.name, u.topic, about.category) as choice from notification_channels n where channel_reachable(r.id, n.name) order by n.place loop
    why := case
      when unheard and p_event = 'bill-annulled' then 'collapsed'
      when p_legal_minimum and (c.choice <> 'off' or c.name = minimum) then null
      when c.choice = 'off' or (not p_legal_minimum and is_muted(r.id, about.biller, about.bill)) then 'preference' end;
    insert into notifications (dedupe_key, event_key, event, topic, priority, resident_id, channel, subject_id, notice_id, payment_id, category, biller_id, bill_id, args, locale,
                               preference, legal_minimum, state, why, message_id, expires_at)
      values (p_dedupe || '/' || c.name, p_dedupe, u.event, u.topic, u.priority, r.id, c.name, p_subject, p_notice, p_payment, about.category, about.biller, about.bill, p_args, r.locale,
              jsonb_build_object(c.name, c.choice), p_legal_minimum, case when why is null then 'queued' else 'dropped' end, why,
              encode(sha256(convert_to(p_dedupe || '/' || c.name, 'UTF8')), 'hex'), message_expires_at(u.expiry, p_args, r.zone))
      on conflict (dedupe_key) do nothing;
    made := made + 1;
  end loop;
  if made > 0 then
    perform ring('notify');
  elsif r.email_verified then
    -- mail came back from there: that nobody could be told stands in the record
    insert into notifications (dedupe_key, event_key, event, topic, priority, resident_id, channel, subject_id, notice_id, payment_id, category, biller_id, bill_id, args, locale,
                               preference, legal_minimum, state, why, message_id)
      values (p_dedupe || '/email', p_dedupe, u.event, u.topic, u.priority, r.id, 'email', p_subject, p_notice, p_payment, about.category, about.biller, about.bill, p_args, r.locale,
              '{}', p_legal_minimum, 'dropped', 'no-channel', encode(sha256(convert_to(p_dedupe || '/email', 'UTF8')), 'hex'))
      on conflict (dedupe_key) do nothing;
  end if;
  return made;
end $$;

select pg_temp.amend_function('tell_of_bill', 'where dedupe_key = ''bill-arrived/'' || b.id || ''/'' || b.part || ''/'' || p_resident || ''/email'')',
  'where dedupe_key = any (message_keys(''bill-arrived/'' || b.id || ''/'' || b.part || ''/'' || p_resident)))');
select pg_temp.amend_function('keep_reminders', 'where dedupe_key = name || ''/email'' and state', 'where dedupe_key = any (message_keys(name)) and state');

-- Reminders end the moment a bill is not owed any more, whatever ended it (N7).
create function end_reminders() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update notifications set state = 'dropped', why = 'collapsed' where bill_id = new.id and state = 'queued' and not legal_minimum
    and event in ('bill-arrived', 'bill-changed', 'bill-planned', 'reminder', 'overdue', 'discount-ending');
  return null;
end $$;
create trigger bill_ends_its_reminders after update of state on bills for each row when (old.state = 'owed' and new.state <> 'owed') execute function end_reminders();

-- Who mutes a bill or a biller hears no more of it from that moment on, the legal minimum apart.
create function mute_ends_reminders() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update notifications set state = 'dropped', why = 'preference' where resident_id = new.resident_id and state = 'queued' and not legal_minimum
    and new.subject_id = case new.kind when 'bill' then bill_id else biller_id end;
  return null;
end $$;
create trigger mute_ends_reminders after insert on notification_mutes for each row execute function mute_ends_reminders();

-- ---------------------------------------------------------------------------------------------------------------------
-- Sending.

-- What happens to a message whose turn has come: send, drop (why) or gather (until).
create function judge_notification(n notifications, p_at timestamptz, out verdict text, out why text, out until timestamptz) language plpgsql stable as $$
declare
  choice text;
  quiet timestamptz;
  answers_by timestamptz;
begin
  verdict := 'drop';
  if exists (select 1 from notices x where x.id = n.notice_id and x.state = 'void') then why := 'collapsed'; return; end if;
  if not channel_reachable(n.resident_id, n.channel) then why := 'no-channel'; return; end if;
  if n.topic is not null then
    choice := channel_choice(n.resident_id, n.channel, n.topic, n.category);
    if n.legal_minimum then
      -- it is the channel that carries the minimum, or stands in for the one that failed
      if choice = 'off' and n.channel <> channel_of_minimum(n.resident_id) and not n.preference ? 'insteadOf' then why := 'preference'; return; end if;
    elsif choice = 'off' or is_muted(n.resident_id, n.biller_id, n.bill_id) then
      why := 'preference'; return;
    elsif n.expires_at <= p_at then
      why := 'expired'; return;
    end if;
  end if;
  verdict := 'gather';
  quiet := quiet_end(n.resident_id, n.channel, p_at);
  if quiet is not null then
    -- what must be answered within the hour does not wait for the morning
    if n.event = 'needs-confirmation' then answers_by := (n.args->>'giveUpAt')::timestamptz; end if;
    until := least(quiet, answers_by - interval '1 hour');
    if until > p_at then return; end if;
  end if;
  until := null;
  if not n.released and not n.legal_minimum and n.topic is not null then
    if choice = 'digest' then until := next_digest_at(n.resident_id, p_at); return; end if;
    -- so many an hour come one by one, what is more comes as one
    if (select count(*) from notifications o where o.resident_id = n.resident_id and o.channel = n.channel and o.carried_by is null and o.created_at > p_at - interval '2 days'
          and (o.state = 'sending' or (o.state = 'accepted' and o.sent_at > p_at - interval '1 hour'))) >= 10 then
      until := date_trunc('hour', p_at) + interval '1 hour'; return;
    end if;
  end if;
  verdict := 'send';
end $$;

-- Lets a message wait: in the recipient's digest of that instant, or alone where it came out of one.
create function hold_notification(n notifications, p_until timestamptz) returns void language plpgsql as $$
declare
  name constant text := n.resident_id || '/' || to_char(p_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  d digests;
begin
  update notifications set due_at = p_until where id = n.id;
  if n.topic is null or n.released then return; end if;
  insert into digests (id, resident_id, closes_at) values (name, n.resident_id, p_until) on conflict (id) do nothing;
  if found then
    insert into outbox (kind, subject_id, payload) values ('start-digest', name, jsonb_build_object('waitMs', real_ms_until(p_until)));
    perform ring('outbox');
  end if;
  select * into d from digests where id = name for share;
  if d.state = 'open' then update notifications set digest_id = name where id = n.id; end if;
end $$;

-- Messages that are due, in the order of their urgency, each judged under its lock. A sender that dies gives them back after the lease: sent once more, with the same Message-ID, and counted as possibly double.
create or replace function lease_notifications(p_limit int, p_lease interval) returns setof notifications language plpgsql as $$
declare
  n notifications;
  v record;
  taken text[] := '{}';
  at constant timestamptz := business_now();
  level int := 0;
  more boolean;
begin
  for n in select * from notifications where state = 'sending' and lease_until < clock_timestamp() and uncertain < 1 order by lease_until, id limit p_limit for update skip locked loop
    -- sent once without an answer: what is superseded or switched off since is not sent again
    select * into v from judge_notification(n, at);
    if v.verdict = 'drop' then
      update notifications set state = 'dropped', why = v.why, lease_until = null where id = n.id;
    else
      update notifications set attempts = attempts + 1, lease_until = clock_timestamp() + p_lease, uncertain = uncertain + 1 where id = n.id;
      taken := taken || n.id;
    end if;
  end loop;
  while level < 4 and cardinality(taken) < p_limit loop
    level := level + 1;
    loop
      more := false;
      for n in select * from notifications where priority = level and state = 'queued' and digest_id is null and due_at <= at
                order by legal_minimum desc, due_at, id limit p_limit - cardinality(taken) for update skip locked loop
        more := true;
        if n.topic is null then perform drop_lines_of(n); end if;
        select * into v from judge_notification(n, at);
        if v.verdict = 'send' and n.topic is null and not exists (select 1 from notifications where carried_by = n.id and state = 'queued') then
          update notifications set state = 'dropped', why = 'collapsed' where id = n.id;
        elsif v.verdict = 'send' then
          update notifications set state = 'sending', attempts = attempts + 1, lease_until = clock_timestamp() + p_lease where id = n.id;
          taken := taken || n.id;
        elsif v.verdict = 'gather' then
          perform hold_notification(n, v.until);
        else
          update notifications set state = 'dropped', why = v.why where id = n.id;
        end if;
      end loop;
      exit when not more or cardinality(taken) >= p_limit;
    end loop;
  end loop;
  return query select x.* from unnest(taken) with ordinality t(id, place) join notifications x on x.id = t.id order by t.place;
end $$;

-- Lines of a digest that say nothing any more, or that their reader does not want any more.
create function drop_lines_of(carrier notifications) returns void language plpgsql as $$
declare
  n notifications;
  v record;
begin
  for n in select * from notifications where carried_by = carrier.id and state = 'queued' order by id for update loop
    select * into v from judge_notification(n, business_now());
    if v.verdict = 'drop' then update notifications set state = 'dropped', why = v.why where id = n.id; end if;
  end loop;
end $$;

-- So many lines are one message; the rest is another.
create function close_digest(p_digest text) returns boolean language plpgsql as $$
declare
  d digests;
  n notifications;
  v record;
  c record;
  carrier text;
  lines text[];
  chunk int;
begin
  select * into d from digests where id = p_digest for update;
  if d.id is null or d.state = 'closed' then return true; end if;
  if d.closes_at > business_now() then return false; end if;
  for n in select * from notifications where digest_id = d.id and state = 'queued' order by id for update loop
    select * into v from judge_notification(n, business_now());
    if v.verdict = 'drop' then update notifications set state = 'dropped', why = v.why where id = n.id; end if;
  end loop;
  for c in select channel, array_agg(id order by priority, created_at, id) as ids from notifications where digest_id = d.id and state = 'queued' group by channel loop
    if cardinality(c.ids) = 1 then
      update notifications set digest_id = null, released = true, due_at = business_now() where id = c.ids[1];
      continue;
    end if;
    for chunk in 0 .. (cardinality(c.ids) - 1) / 100 loop
      lines := c.ids[chunk * 100 + 1 : chunk * 100 + 100];
      insert into notifications (dedupe_key, event_key, event, priority, resident_id, channel, subject_id, args, locale, preference, legal_minimum, state, message_id)
        select 'digest/' || d.id || '/' || chunk || '/' || c.channel, 'digest/' || d.id || '/' || chunk, 'digest', min(w.priority), d.resident_id, c.channel, d.id,
            '{}', r.locale, '{}', bool_or(w.legal_minimum), 'queued', encode(sha256(convert_to('digest/' || d.id || '/' || chunk || '/' || c.channel, 'UTF8')), 'hex')
          from notifications w join residents r on r.id = w.resident_id where w.id = any (lines) group by r.locale
        returning id into carrier;
      update notifications set carried_by = carrier where id = any (lines);
    end loop;
  end loop;
  update digests set state = 'closed', closed_at = business_now() where id = d.id;
  perform ring('notify');
  return true;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- How it ended.

-- The legal minimum goes on by the next channel that reaches its recipient: the same message, a further row. False: there is none.
create function fail_over(n notifications) returns boolean language plpgsql as $$
declare
  stand_in text;
begin
  if not n.legal_minimum or n.topic is null then return false; end if;
  select c.name into stand_in from notification_channels c where channel_reachable(n.resident_id, c.name) and c.name <> n.channel
      and not exists (select 1 from notifications o where o.dedupe_key = n.event_key || '/' || c.name and (o.state <> 'dropped' or o.why <> 'preference'))
    order by c.place limit 1;
  if stand_in is null then return false; end if;
  insert into notifications (dedupe_key, event_key, event, topic, priority, resident_id, channel, subject_id, notice_id, payment_id, category, biller_id, bill_id, args, locale,
                             preference, legal_minimum, state, message_id, expires_at)
    values (n.event_key || '/' || stand_in, n.event_key, n.event, n.topic, n.priority, n.resident_id, stand_in, n.subject_id, n.notice_id, n.payment_id, n.category, n.biller_id,
            n.bill_id, n.args, n.locale, n.preference || jsonb_build_object('insteadOf', n.channel), true, 'queued',
            encode(sha256(convert_to(n.event_key || '/' || stand_in, 'UTF8')), 'hex'), n.expires_at)
    on conflict (dedupe_key) do update set state = 'queued', why = null, due_at = business_now(), preference = excluded.preference;
  perform ring('notify');
  return true;
end $$;

-- A message did not arrive: another channel tells it, or nobody does; a notice that nobody can bring permits no debit (§7.3).
create function message_lost(n notifications, p_why text) returns void language plpgsql as $$
begin
  if fail_over(n) or n.notice_id is null then return; end if;
  -- accepted by another channel, or still on its way there
  if exists (select 1 from notices x where x.id = n.notice_id and x.state = 'accepted' and x.channel <> n.channel)
     or exists (select 1 from notifications o where o.notice_id = n.notice_id and o.id <> n.id and o.state in ('queued', 'sending', 'accepted')) then return; end if;
  perform void_notice(n.notice_id, p_why);
end $$;

-- No answer twice: counted as not delivered, and a notice among them permits no debit.
create or replace function expire_one_notification() returns boolean language plpgsql as $$
declare
  n notifications;
begin
  select * into n from notifications where state = 'sending' and uncertain >= 1 and lease_until < clock_timestamp() order by lease_until, id limit 1;
  if not found then return false; end if;
  -- payments before messages, as everywhere
  perform lock_payments_of(array[n.id]);
  perform 1 from notifications where id = n.id and state = 'sending' and lease_until < clock_timestamp() for update;
  -- its sender has settled it meanwhile: there may be others
  if not found then return true; end if;
  perform end_message(n.id, 'bounced', 'no-answer', null);
  return true;
end $$;

-- Locks the payments whose notices these messages carry, in one order.
create function lock_payments_of(p_messages text[]) returns void language sql as
  $$ select 1 from payments where id in (select payment_id from notifications where notice_id is not null and (id = any (p_messages) or carried_by = any (p_messages)))
       order by id for no key update $$;

-- One message, or a digest and all its lines, has arrived or never will.
create function end_message(p_id text, p_state text, p_why text, p_answer text) returns void language plpgsql as $$
declare
  n notifications;
begin
  for n in update notifications set state = p_state, why = p_why, answer = coalesce(p_answer, answer), lease_until = null, sent_at = case when p_state = 'accepted' then business_now() end
      where id = p_id or (carried_by = p_id and state = 'queued') returning * loop
    if p_state <> 'accepted' then perform message_lost(n, coalesce(replace(p_why, '-', ' '), 'bounced'));
    -- a push service also accepts for devices that are dead: only the device's own word counts
    elsif n.notice_id is not null and n.channel <> 'push' then perform accept_notice(n.notice_id, n.channel);
    end if;
  end loop;
end $$;

-- s: [{"id","outcome": accepted|refused|later|unknown,"answer","againSeconds"}…]
create or replace function settle_notifications(s jsonb) returns void language plpgsql as $$
declare
  x jsonb;
  n notifications;
  superseded boolean;
begin
  -- payments before messages, in one order, for other senders settle at the same time
  perform lock_payments_of(array(select e.value->>'id' from jsonb_array_elements(s) e));
  for x in select e.value from jsonb_array_elements(s) e order by e.value->>'id' loop
    select * into n from notifications where id = x->>'id' and state = 'sending' for update;
    continue when not found;
    if x->>'outcome' = 'accepted' then perform end_message(n.id, 'accepted', null, x->>'answer');
    elsif x->>'outcome' = 'refused' then perform end_message(n.id, 'bounced', null, x->>'answer');
    elsif x->>'outcome' = 'later' then
      -- a notice that was superseded meanwhile is not tried again
      superseded := exists (select 1 from notices v where v.id = n.notice_id and v.state = 'void');
      update notifications set state = case when superseded then 'dropped' else 'queued' end,
        why = case when superseded then 'collapsed' end, answer = x->>'answer', lease_until = null,
        due_at = business_now() + make_interval(secs => (x->>'againSeconds')::double precision) where id = n.id;
    else
      -- unknown: the lease runs out after ten minutes, then once more with the same Message-ID
      update notifications set answer = x->>'answer', lease_until = clock_timestamp() + interval '10 minutes' where id = n.id;
    end if;
  end loop;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- A notice is reckoned from when its reader hears it: it does not need the night.
select pg_temp.amend_function('give_notice', 'case when later then announce else business_now() end', 'heard_at(p.resident_id, case when later then announce else business_now() end)');
select pg_temp.amend_function('plan_read', 'cross join lateral notice_clock(v.terms->''noticePack'', at,', 'cross join lateral notice_clock(v.terms->''noticePack'', heard_at(m.resident_id, at),');

select pg_temp.amend_function('due_run', 'notice_clock(terms->''noticePack'', greatest(at, r.plan_at),', 'notice_clock(terms->''noticePack'', heard_at((select resident_id from mandates where id = p_mandate), greatest(at, r.plan_at)),');
select pg_temp.amend_function('top_up_read', 'notice_clock(terms->''noticePack'', business_now(),', 'notice_clock(terms->''noticePack'', heard_at(m.resident_id, business_now()),');
select pg_temp.amend_function('forecast_instants', 'notice_clock(v.terms->''noticePack'', t.told_at,', 'notice_clock(v.terms->''noticePack'', heard_at(p_resident, t.told_at),');
select pg_temp.amend_function('forecast_instants', '''at'', utc_text(t.told_at),', '''at'', utc_text(t.told_at), ''toldAt'', utc_text(heard_at(p_resident, t.told_at)),
       ''toldOn'', (heard_at(p_resident, t.told_at) at time zone (v.terms->>''zone''))::date,');
select pg_temp.amend_function('forecast_mandate', '(select x.email is not null and x.email_verified from residents x where x.id = m.resident_id)', 'can_be_told(m.resident_id)');
select pg_temp.amend_function('forecast_bills', 'n.dedupe_key = ''over-limit-skipped/'' || b.id || ''/'' || b.version || ''/'' || m.resident_id || ''/email'')',
  'n.dedupe_key = any (message_keys(''over-limit-skipped/'' || b.id || ''/'' || b.version || ''/'' || m.resident_id)))');

-- What no channel has taken over by the last day that it names is announced anew.
select pg_temp.amend_function('gate_check_given_notice', '  if n.state <> ''accepted'' then', '  if n.state <> ''accepted'' and business_now() > n.not_after then return row(''renotice'', ''notice too old'', null)::gate_answer; end if;
  if n.state <> ''accepted'' then');
