-- Web push and short messages (N3, docs/decisions/0174, 0175, 0176): browsers that may be told, how each message reached each of them, and that only a message that was SHOWN
-- counts as a notice (payment rules §7.3).

alter table notifications drop constraint if exists notifications_channel_check;
alter table notifications add constraint notifications_channel_check check (channel in ('email', 'push', 'sms'));

-- Which channels the operator has set up; the worker says it when it starts. Without it nobody is reachable there.
alter table deployment add column push_on boolean not null default true, add column sms_on boolean not null default false;

-- A browser of a resident's. Where it is reached, and what only it can read, is sealed under the id and gone with the subscription.
create table push_subscriptions (
  id            text primary key default new_code(),
  resident_id   text not null references residents,
  -- the address holds a secret of its push service: a plain hash tells nothing of it
  endpoint_hash text not null check (endpoint_hash ~ '^[0-9a-f]{64}$'),
  sealed        bytea,
  -- what the browser says of itself
  device        text,
  created_at    timestamptz not null default business_now(),
  -- when its push service last took a message
  accepted_at   timestamptz,
  gone_at       timestamptz,
  gone_why      text check (gone_why in ('removed', 'gone', 'renewed', 'too-many', 'another-person')),
  check ((gone_at is null) = (gone_why is null) and (gone_at is null) = (sealed is not null))
);
-- a browser is one person's at a time
create unique index push_subscriptions_living on push_subscriptions (endpoint_hash) where gone_at is null;
create index push_subscriptions_by_resident on push_subscriptions (resident_id, created_at);
create trigger push_subscriptions_owner_is_here before insert on push_subscriptions for each row execute function owner_must_be_here();

-- One message at one browser. A repetition goes only to those that have not taken it.
create table push_deliveries (
  notification_id text not null references notifications,
  subscription_id text not null references push_subscriptions on delete cascade,
  resident_id     text not null references residents,
  -- by what the browser says that it has shown it; the token is in the encrypted message alone
  token_hash      text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
  outcome         text check (outcome in ('accepted', 'refused', 'later', 'unknown')),
  answer          text,
  attempts        int not null default 0,
  accepted_at     timestamptz,
  shown_at        timestamptz,
  created_at      timestamptz not null default business_now(),
  primary key (notification_id, subscription_id)
);
create index push_deliveries_by_resident on push_deliveries (resident_id);
create index push_deliveries_by_subscription on push_deliveries (subscription_id);
create trigger push_deliveries_owner_is_here before insert on push_deliveries for each row execute function owner_must_be_here();

create function push_reachable(p_resident text) returns boolean language sql stable as
  $$ select (select push_on from deployment) and exists (select 1 from push_subscriptions where resident_id = p_resident and gone_at is null) $$;

-- A number counts as proved when the identity provider says so in the very token (docs/decisions/0073).
create function sms_reachable(p_resident text) returns boolean language sql stable as
  $$ select (select sms_on from deployment)
       and exists (select 1 from saved_identifiers where resident_id = p_resident and kind = 'mobile' and proved_by is not null) $$;

-- q: {"id","residentId","endpointHash","sealed" (hex),"device"}; answers the id under which the browser is kept: that of before, where it is here already.
create function add_push_device(q jsonb) returns text language plpgsql as $$
declare
  most constant int := 10;
  s push_subscriptions;
begin
  -- one after the other: two that count at once would both find room
  perform 1 from residents where id = q->>'residentId' for no key update;
  perform pg_advisory_xact_lock(hashtextextended('push/' || (q->>'endpointHash'), 0));
  select * into s from push_subscriptions where endpoint_hash = q->>'endpointHash' and gone_at is null for update;
  if found and s.resident_id = q->>'residentId' then return s.id; end if;
  -- somebody else has signed in at that browser: what is told to the one before must not be shown to this one
  if found then perform end_push_device(s.id, 'another-person'); end if;
  perform end_push_device(old.id, 'too-many') from (select id from push_subscriptions where resident_id = q->>'residentId' and gone_at is null
    order by coalesce(accepted_at, created_at) desc, id offset most - 1) old;
  insert into push_subscriptions (id, resident_id, endpoint_hash, sealed, device)
    values (q->>'id', q->>'residentId', q->>'endpointHash', decode(q->>'sealed', 'hex'), q->>'device');
  return q->>'id';
end $$;

create function end_push_device(p_id text, p_why text) returns boolean language plpgsql as $$
begin
  update push_subscriptions set gone_at = business_now(), gone_why = p_why, sealed = null where id = p_id and gone_at is null;
  return found;
end $$;

-- Its owner wants no more messages there; false: there is no such browser of theirs.
create function remove_push_device(p_resident text, p_id text) returns boolean language sql as
  $$ select coalesce((select end_push_device(id, 'removed') from push_subscriptions where id = p_id and resident_id = p_resident and gone_at is null), false) $$;

-- The browser's push service has given it another address; whoever knows the secret of the old one says so. Null: the old one is not living.
create function renew_push_device(p_old_hash text, q jsonb) returns text language plpgsql as $$
declare
  s push_subscriptions;
begin
  select * into s from push_subscriptions where endpoint_hash = p_old_hash and gone_at is null for update;
  if not found then return null; end if;
  if p_old_hash = q->>'endpointHash' then return s.id; end if;
  perform end_push_device(s.id, 'renewed');
  return add_push_device(q || jsonb_build_object('residentId', s.resident_id, 'device', s.device));
end $$;

-- Before messages leave for browsers. p: [{"notificationId","subscriptionId","tokenHash"}…]
create function begin_push(p jsonb) returns void language sql as
  $$ insert into push_deliveries as d (notification_id, subscription_id, resident_id, token_hash, attempts)
       select n.id, s.id, s.resident_id, w."tokenHash", 1
         from jsonb_to_recordset(p) as w("notificationId" text, "subscriptionId" text, "tokenHash" text)
         join notifications n on n.id = w."notificationId" join push_subscriptions s on s.id = w."subscriptionId" and s.resident_id = n.resident_id
         join residents r on r.id = s.resident_id where r.erased_at is null and s.gone_at is null
         order by n.id, s.id
       on conflict (notification_id, subscription_id) do update set attempts = d.attempts + 1 $$;

-- How they ended there. p: [{"notificationId","subscriptionId","outcome","answer","gone"}…]
create function settle_push(p jsonb) returns void language plpgsql as $$
declare
  w record;
begin
  for w in select * from jsonb_to_recordset(p) as x("notificationId" text, "subscriptionId" text, outcome text, answer text, gone boolean)
            order by x."notificationId", x."subscriptionId" loop
    update push_deliveries set outcome = w.outcome, answer = w.answer, accepted_at = case when w.outcome = 'accepted' then business_now() end
      where notification_id = w."notificationId" and subscription_id = w."subscriptionId" and outcome is distinct from 'accepted';
    if w.outcome = 'accepted' then
      update push_subscriptions set accepted_at = business_now() where id = w."subscriptionId" and gone_at is null;
    end if;
    if w.gone then perform end_push_device(w."subscriptionId", 'gone'); end if;
  end loop;
end $$;

-- The browser has shown it. Of a notice this, and nothing before it, is the acceptance. Any number of times; false: there is no such message.
create function push_shown(p_token_hash text) returns boolean language plpgsql as $$
declare
  d push_deliveries;
  n notifications;
begin
  select * into d from push_deliveries where token_hash = p_token_hash;
  if not found then return false; end if;
  if d.shown_at is not null then return true; end if;
  -- payment before message, as everywhere
  perform 1 from payments y join notifications q on q.payment_id = y.id and q.notice_id is not null where q.id = d.notification_id for no key update of y;
  select * into n from notifications where id = d.notification_id for update;
  update push_deliveries set shown_at = business_now(), outcome = 'accepted', accepted_at = coalesce(accepted_at, business_now())
    where token_hash = p_token_hash and shown_at is null;
  -- what was shown was taken over, whatever became of the push service's answer
  update notifications set state = 'accepted', sent_at = business_now(), lease_until = null where id = n.id and state in ('sending', 'queued');
  if n.notice_id is not null then perform accept_notice(n.notice_id, 'push'); end if;
  return true;
end $$;

-- Whoever calls it: what a push service took over is no notice yet, because push services take messages for dead devices, too.
select pg_temp.amend_function('accept_notice', '  if n.state <> ''queued'' then return; end if;', '  if n.state <> ''queued'' then return; end if;
  if p_channel = ''push'' and not exists (select 1 from push_deliveries d join notifications q on q.id = d.notification_id
      where q.notice_id = p_notice and d.shown_at is not null) then
    return;
  end if;');

select pg_temp.amend_function('erase_resident', '  delete from sessions where resident_id = r.id;', '  delete from sessions where resident_id = r.id;
  delete from push_deliveries where resident_id = r.id;
  delete from push_subscriptions where resident_id = r.id;');

-- The doors of a person (0045).
create function person.add_push_device(q jsonb) returns text language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(q->>'residentId');
  return public.add_push_device(q);
end $$;
create function person.remove_push_device(p_resident text, p_id text) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.remove_push_device(p_resident, p_id);
end $$;
revoke execute on function person.add_push_device(jsonb), person.remove_push_device(text, text) from public;
grant execute on function person.add_push_device(jsonb), person.remove_push_device(text, text) to kvitok_person;
