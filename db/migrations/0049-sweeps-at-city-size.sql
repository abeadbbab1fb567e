-- Sweeps that look at what has changed and not at everything: a city has a million mandates, and few methods end in a day.

-- A mandate of which something changed that may leave it without a method, or give it one. Rows are only ever added: a unique row would make whoever withdraws a
-- card wait for the sweep, which waits for the mandates that others hold.
create table method_doubts (
  id         bigint generated always as identity primary key,
  mandate_id text not null references mandates
);

create function doubt_methods_of_owner() returns trigger language plpgsql as $$
begin
  insert into method_doubts (mandate_id) select id from mandates where resident_id = new.resident_id and state in ('active', 'paused');
  return null;
end $$;
create trigger method_changed after insert or update of state, gateway on methods
  for each row execute function doubt_methods_of_owner();
create function doubt_methods_of_mandate() returns trigger language plpgsql as $$
begin
  insert into method_doubts (mandate_id) values (new.id);
  return null;
end $$;
create trigger mandate_changed after insert or update of state, version, biller_id on mandates
  for each row when (new.state in ('active', 'paused')) execute function doubt_methods_of_mandate();
-- A mandate may be there before its terms are.
create function doubt_methods_of_terms() returns trigger language plpgsql as $$
begin
  insert into method_doubts (mandate_id) select id from mandates where id = new.mandate_id and version = new.version and state in ('active', 'paused');
  return null;
end $$;
create trigger terms_changed after insert on mandate_versions for each row execute function doubt_methods_of_terms();
-- Another gateway for a biller's bills: the cards of the old one do not pay them.
create function doubt_methods_for_biller() returns trigger language plpgsql as $$
begin
  insert into method_doubts (mandate_id) select id from mandates where biller_id = new.id and state in ('active', 'paused');
  return null;
end $$;
create trigger biller_gateway_changed after update of gateway on billers
  for each row when (old.gateway is distinct from new.gateway) execute function doubt_methods_for_biller();
insert into method_doubts (mandate_id) select id from mandates where state in ('active', 'paused');

-- Methods of the mandate's owner alone: nobody else's can stand in its terms.
create or replace function has_usable_method(p_mandate text) returns boolean language sql stable as
  $$ select exists (select 1 from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
       join billers r on r.id = m.biller_id join methods t on t.resident_id = m.resident_id
      where m.id = p_mandate and v.terms->'methods' ? t.id and t.state = 'active' and t.gateway = r.gateway) $$;

drop function pause_one_without_method();
drop function resume_one_with_method();

-- What a doubt about a mandate's methods comes to: it pauses for want of one (§6), it waited for one and goes on, or nothing.
create function method_verdict(m mandates) returns text language sql stable as
  $$ select case
       when m.state = 'active' and not has_usable_method(m.id) then 'pause'
       -- only a card that its owner has bound anew comes back, and these terms name it already: its consent stands
       when m.state = 'paused' and exists (select 1 from mandate_pauses p where p.mandate_id = m.id and p.author = 'system' and p.why = 'no-method')
         and has_usable_method(m.id) then 'resume' end $$;

-- Forgets doubts that come to nothing, many at once and without locks: a change that is not committed yet leaves a doubt of its own. Answers how many.
create function forget_idle_method_doubts(p_limit int) returns int language plpgsql as $$
declare
  n int;
begin
  with looked as (select id, mandate_id from method_doubts order by id limit p_limit for update skip locked)
  delete from method_doubts d using looked l join mandates m on m.id = l.mandate_id where d.id = l.id and method_verdict(m) is null;
  get diagnostics n = row_count;
  return n;
end $$;

-- Settles the oldest doubt that nobody else settles. One mandate in one transaction: the mandates of one account have one order, those of several have none
-- (§1.9). Answers whether there was a doubt.
create function settle_one_method_doubt() returns boolean language plpgsql as $$
declare
  doubted text;
  m mandates;
begin
  delete from method_doubts where id = (select id from method_doubts order by id limit 1 for update skip locked) returning mandate_id into doubted;
  if not found then return false; end if;
  select * into m from mandates where id = doubted for no key update;
  case method_verdict(m)
  when 'pause' then perform stop_mandate(m.id, null, 'pause', null, 'no-method', 'system');
  when 'resume' then perform resume_mandate(m.id, m.resident_id, 'system');
  else null;
  end case;
  return true;
end $$;

create or replace function follow_one_withdrawal() returns boolean language plpgsql as $$
begin
  if settle_one_method_doubt() then return true; end if;
  if forget_one_token() then return true; end if;
  return move_debits_off_gone_methods(1) > 0;
end $$;

-- The day after tomorrow begins everywhere within two days: a bound that an index of expiry dates understands.
create or replace function ending_cards() returns table (method_id text, gateway text, gateway_key text, step int) language sql stable as
  $$ select x.id, x.gateway, x.gateway_key, case when d.days < 0 then 0 when d.days <= 7 then 7 else 30 end
       from methods x join residents r on r.id = x.resident_id
       cross join lateral (select x.expires_on - (business_now() at time zone r.zone)::date as days) d
      where x.state = 'active' and x.expires_on <= (select (business_now() at time zone 'UTC')::date + 32)
        and x.expires_on <= (business_now() at time zone r.zone)::date + 30
        and (d.days < 0 or x.expiry_told is null or (x.expiry_told > 7 and d.days <= 7)) $$;

-- Whose object a gateway's notification names: the unique indexes of objects are partial, each for its own round.
create index charges_by_any_object on charges (gateway, object_id) where object_id is not null;
