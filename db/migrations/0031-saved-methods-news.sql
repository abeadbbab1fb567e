-- News of saved methods: a card that is taken away at its gateway, or renewed by its issuer, is known by a keyed hash of the gateway's own name of it, and
-- looked up there. News prove nothing; what the look shows moves the row. Because news may be lost, and some gateways send none, a card is looked up
-- before its owner is warned of its end, and before it ends.

alter table methods
  -- keyed hash of what the gateway's news call it now: its binding, then the saved method. Never the name itself: at some gateways that is the token (§15)
  add column gateway_key text;
create index methods_by_gateway_key on methods (gateway, gateway_key) where gateway_key is not null;
create index methods_without_gateway_key on methods (id) where gateway_key is null and token is not null;
drop index methods_by_binding;

alter table gateway_nudges
  add column object_key    text,
  -- the standing permission for the method that is named: no money can be taken with it
  add column permission_id text;
create index gateway_nudges_by_key on gateway_nudges (gateway, object_key, received_at) where object_key is not null;
-- What was named in the clear goes. Nothing is lost by it: a payer who comes back, and the watch over the cards' months, ask the gateway themselves.
delete from gateway_nudges where subject = 'binding';
alter table gateway_nudges add check (subject <> 'binding' or (object_id = '' and object_key is not null));

-- As in 0015-refunds.sql. New: what is told by its keyed hash. n: + "objectKey"|null, "permissionId"|null.
create or replace function keep_nudge(n jsonb) returns void language plpgsql as $$
declare
  numbered boolean := n->>'eventId' is not null;
begin
  insert into gateway_nudges (gateway, event, event_id, subject, object_id, object_key, permission_id, of_object_id, charge_id)
    values (n->>'gateway', n->>'event',
      coalesce(n->>'eventId', concat_ws('/', n->>'event', coalesce(n->>'objectKey', n->>'objectId'),
        to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDDHH24MI'))),
      n->>'subject', n->>'objectId', n->>'objectKey', n->>'permissionId', n->>'ofObjectId', n->>'chargeId')
    on conflict (gateway, event_id) where event_id is not null do update
      set repeats = gateway_nudges.repeats + 1, done_at = null, attempts = 0, not_before = clock_timestamp()
      where not numbered and gateway_nudges.done_at is not null;
  if found then perform ring('nudge'); end if;
end $$;

-- What a look at a saved method showed. q: {"version","shows": usable | unlinked | permission-withdrawn | inactive, "revives": boolean,
-- "card": {"title","brand","last4","expiryMonth","expiryYear","cardKey"}}. `version` is the row's when its token was read: one that has moved on since,
-- say because its owner has bound the card anew, is looked at again. Answers "again", "same", "renewed" or "gone".
create function see_method(p_method text, q jsonb) returns text language plpgsql as $$
declare
  t methods;
begin
  -- the gate holds the same lock: either its charge was there first, or it sees what is written here (§6)
  select * into t from methods where id = p_method for no key update;
  if not found or t.state not in ('active', 'unusable') then return 'same'; end if;
  if t.version <> (q->>'version')::int then return 'again'; end if;
  if q->>'shows' <> 'usable' then return end_method(t, q->>'shows'); end if;
  return keep_method(t, q->'card', (q->>'revives')::boolean);
end $$;

create function end_method(t methods, p_why text) returns text language plpgsql as $$
declare
  for_good boolean := p_why <> 'inactive';
begin
  if t.state = 'unusable' and not for_good then return 'same'; end if;
  update methods set state = case when for_good then 'withdrawn' else 'unusable' end, state_reason = p_why, version = version + 1,
      withdrawn_at = case when for_good then business_now() end, withdrawn_clock = case when for_good then clock_timestamp() end,
      place = case when for_good then null else place end
    where id = t.id returning * into t;
  insert into audit (actor, action, subject, detail) values ('engine', 'method.gone', t.id, jsonb_build_object('why', p_why));
  perform tell_resident('method-gone', t.resident_id, 'method-gone/' || t.id || '/' || t.version, t.id,
    jsonb_build_object('method', coalesce(t.title, '')), true);
  perform ring('stop');
  return 'gone';
end $$;

-- A card that its issuer has renewed is the same method with another expiry, perhaps with other digits. What a network has forbidden stays forbidden under its
-- new name. What ended with the old card (`revives`) works again, and brings back the autopays that waited for it: their terms name it already.
create function keep_method(t methods, card jsonb, revives boolean) returns text language plpgsql as $$
declare
  n methods;
  changed boolean;
  revived boolean;
begin
  update methods set title = card->>'title', brand = card->>'brand', last4 = card->>'last4', card_key = coalesce(card->>'cardKey', card_key),
      expiry_month = (card->>'expiryMonth')::int, expiry_year = (card->>'expiryYear')::int
    where id = t.id returning * into n;
  changed := (n.last4, n.expires_on, n.card_key) is distinct from (t.last4, t.expires_on, t.card_key);
  revived := t.state = 'unusable' and revives and (changed or t.state_reason = 'inactive')
    and coalesce(n.expires_on >= (business_now() at time zone (select zone from residents where id = t.resident_id))::date, true)
    and not exists (select 1 from card_bans where card_key in (t.card_key, n.card_key) and bans = 'all');
  if not changed and not revived then return 'same'; end if;
  if n.card_key <> t.card_key then
    insert into card_bans (card_key, bans, charge_id) select n.card_key, bans, charge_id from card_bans where card_key = t.card_key
      on conflict (card_key) do update set bans = 'all' where excluded.bans = 'all';
  end if;
  update methods set expiry_told = null, version = version + 1, state = case when revived then 'active' else state end,
      state_reason = case when revived then null else state_reason end where id = t.id returning * into n;
  insert into audit (actor, action, subject, detail) values ('engine', 'method.renewed', t.id, jsonb_build_object('revived', revived));
  if n.state = 'active' and n.expires_on is not null then
    perform tell_resident('method-renewed', t.resident_id, 'method-renewed/' || t.id || '/' || n.version, t.id,
      jsonb_build_object('method', coalesce(n.title, ''), 'expiresOn', n.expires_on), false);
  end if;
  if revived then perform ring('stop'); end if;
  return 'renewed';
end $$;

-- Cards whose owner has a warning, or the end, to hear of now, and which: 30 or 7 days before the last day of a card's month, 0 the day after. Civil days in
-- its owner's zone.
create function ending_cards() returns table (method_id text, gateway text, gateway_key text, step int) language sql stable as
  $$ select x.id, x.gateway, x.gateway_key, case when d.days < 0 then 0 when d.days <= 7 then 7 else 30 end
       from methods x join residents r on r.id = x.resident_id
       cross join lateral (select x.expires_on - (business_now() at time zone r.zone)::date as days) d
      where x.state = 'active' and x.expires_on <= (business_now() at time zone r.zone)::date + 30
        and (d.days < 0 or x.expiry_told is null or (x.expiry_told > 7 and d.days <= 7)) $$;

-- Was the gateway asked about this step within a day: true when it has answered, or has had its ten minutes to. Null: not asked.
create function card_was_looked_at(p_gateway text, p_key text, p_step int) returns boolean language sql volatile as
  $$ select bool_or(done_at is not null or received_at < clock_timestamp() - interval '10 minutes') from gateway_nudges
      where gateway = p_gateway and object_key = p_key and event = 'expiry/' || p_step and received_at > clock_timestamp() - interval '1 day' $$;

-- As in 0013-methods.sql. New: the gateway is asked first. One that does not answer keeps nothing back.
create or replace function watch_method_expiry(p_limit int) returns int language plpgsql as $$
declare
  e record;
  t methods;
  n int := 0;
begin
  insert into gateway_nudges (gateway, event, subject, object_id, object_key)
    select c.gateway, 'expiry/' || c.step, 'binding', '', c.gateway_key from ending_cards() c
     where c.gateway_key is not null and card_was_looked_at(c.gateway, c.gateway_key, c.step) is null order by c.method_id limit p_limit;
  if found then perform ring('nudge'); end if;
  for e in select * from ending_cards() c where c.gateway_key is null or card_was_looked_at(c.gateway, c.gateway_key, c.step)
            order by c.method_id limit p_limit loop
    select x.* into t from methods x where x.id = e.method_id and x.state = 'active' for no key update skip locked;
    -- renewed, withdrawn or held by a gate at this very moment: it comes again, if there is still anything to tell
    continue when not found or not exists (select 1 from ending_cards() c where c.method_id = t.id and c.step = e.step);
    if e.step = 0 then
      update methods set state = 'unusable', state_reason = 'expired', version = version + 1 where id = t.id;
      insert into audit (actor, action, subject) values ('engine', 'method.expired', t.id);
      perform tell_resident('method-expired', t.resident_id, 'method-expired/' || t.id || '/' || t.expires_on, t.id,
        jsonb_build_object('method', coalesce(t.title, ''), 'expiresOn', t.expires_on), false);
      perform ring('stop');
    else
      update methods set expiry_told = e.step where id = t.id;
      perform tell_resident('method-expiring', t.resident_id, 'method-expiring/' || t.id || '/' || t.expires_on || '/' || e.step, t.id,
        jsonb_build_object('method', coalesce(t.title, ''), 'expiresOn', t.expires_on), false);
    end if;
    n := n + 1;
  end loop;
  return n;
end $$;
