-- A mandate that debits nothing for 13 months ends, announced 30 and 7 days before; its owner can keep it (payment rules §7.1, docs/decisions/0158).

create table mandate_dormancy (
  mandate_id    text primary key references mandates,
  -- since when nothing was debited, as far as it was looked at: the last debit, the last renewal, the beginning
  idle_since    timestamptz not null,
  first_told_at timestamptz,
  last_told_at  timestamptz check (last_told_at is null or first_told_at is not null),
  -- once it was announced
  expires_at    timestamptz check ((expires_at is null) = (first_told_at is null)),
  next_look_at  timestamptz not null
);
create index mandate_dormancy_to_look on mandate_dormancy (next_look_at);

create function first_dormancy_look(idle_since timestamptz) returns timestamptz language sql stable as
  $$ select idle_since + interval '13 months' - interval '30 days' $$;

create function follow_dormancy() returns trigger language plpgsql as $$
begin
  insert into mandate_dormancy (mandate_id, idle_since, next_look_at) values (new.id, new.created_at, first_dormancy_look(new.created_at));
  return null;
end $$;
create trigger mandate_dormancy_is_followed after insert on mandates for each row execute function follow_dormancy();
-- what is older than the rule is announced like everything else: nothing ends without its 30 days
insert into mandate_dormancy (mandate_id, idle_since, next_look_at)
  select id, created_at, first_dormancy_look(created_at) from mandates where state <> 'ended';

-- One look at one mandate whose moment has come; false: none is left. An announcement that came late moves the end, never shortens it.
create function look_at_one_dormant_mandate() returns boolean language plpgsql as $$
declare
  d mandate_dormancy;
  m mandates;
  idle timestamptz;
  ends timestamptz;
  now timestamptz := business_now();
  name text;
begin
  select x.mandate_id into d.mandate_id from mandate_dormancy x join mandates y on y.id = x.mandate_id where x.next_look_at <= now
    order by x.next_look_at, x.mandate_id limit 1 for no key update of y skip locked;
  if not found then return false; end if;
  select * into m from mandates where id = d.mandate_id;
  select * into d from mandate_dormancy where mandate_id = m.id for update;
  if d.next_look_at > now then return true; end if;
  if m.state = 'ended' then
    delete from mandate_dormancy where mandate_id = m.id;
    return true;
  end if;
  select greatest(d.idle_since, max(y.paid_at)) into idle from payments y where y.mandate_id = m.id;
  if idle > d.idle_since then
    d.idle_since := idle; d.first_told_at := null; d.last_told_at := null; d.expires_at := null;
  end if;
  if d.first_told_at is null and now < first_dormancy_look(d.idle_since) then
    d.next_look_at := first_dormancy_look(d.idle_since);
  elsif exists (select 1 from payments y where y.mandate_id = m.id and y.state = 'charging') then
    d.next_look_at := now + interval '1 day';
  elsif d.last_told_at is not null and now >= d.expires_at then
    delete from mandate_dormancy where mandate_id = m.id;
    perform stop_mandate(m.id, null, 'cancel', null, 'expired', 'system');
    return true;
  elsif d.first_told_at is null or (d.last_told_at is null and now >= d.expires_at - interval '7 days') then
    ends := greatest(coalesce(d.expires_at, d.idle_since + interval '13 months'), now + case when d.first_told_at is null then interval '30 days' else interval '7 days' end);
    name := 'mandate-expiring/' || m.id || '/' || extract(epoch from d.idle_since) || case when d.first_told_at is null then '/first' else '/last' end;
    if tell_resident('mandate-expiring', m.resident_id, name, m.id, mandate_words(m) || jsonb_build_object('until', ends), true) = 0 then
      -- what cannot be announced does not end
      d.next_look_at := now + interval '1 day';
    else
      if d.first_told_at is null then d.first_told_at := now; else d.last_told_at := now; end if;
      d.expires_at := ends;
      d.next_look_at := case when d.last_told_at is null then ends - interval '7 days' else ends end;
    end if;
  else
    d.next_look_at := case when d.last_told_at is null then d.expires_at - interval '7 days' else d.expires_at end;
  end if;
  update mandate_dormancy set idle_since = d.idle_since, first_told_at = d.first_told_at, last_told_at = d.last_told_at, expires_at = d.expires_at,
    next_look_at = d.next_look_at where mandate_id = m.id;
  return true;
end $$;

-- Its owner keeps it; also while it is paused. Null: no such mandate of theirs; false: it has ended.
create function renew_mandate(p_mandate text, p_resident text) returns boolean language plpgsql as $$
declare
  m mandates;
  now timestamptz := business_now();
begin
  select * into m from mandates where id = p_mandate and resident_id = p_resident for no key update;
  if not found then return null; end if;
  if m.state = 'ended' then return false; end if;
  insert into mandate_dormancy (mandate_id, idle_since, next_look_at) values (m.id, now, first_dormancy_look(now))
    on conflict (mandate_id) do update set idle_since = now, first_told_at = null, last_told_at = null, expires_at = null, next_look_at = excluded.next_look_at;
  insert into audit (actor, action, subject) values (p_resident, 'mandate.renew', m.id);
  perform tell_resident('mandate-renewed', m.resident_id, 'mandate-renewed/' || m.id || '/' || extract(epoch from now), m.id, mandate_words(m), false);
  return true;
end $$;
create function person.renew_mandate(p_mandate text, p_resident text) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.renew_mandate(p_mandate, p_resident);
end $$;
revoke execute on function person.renew_mandate(text, text) from public;
grant execute on function person.renew_mandate(text, text) to kvitok_person;
