-- What a person's queries can reach (docs/decisions/0120). The API acts for a person with the role kvitok_person, whose rows the policies choose (db/rights/); everything else of it and the
-- worker with the rights of the engine. Roles belong to the whole server: they may be there already.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['kvitok_person', 'kvitok_engine'] loop
    begin
      if not exists (select 1 from pg_roles where rolname = wanted) then
        -- the engine's rows are all rows, and COPY FROM goes past row security or not at all
        execute format('create role %I nologin nosuperuser nocreatedb nocreaterole noinherit %s', wanted,
          case wanted when 'kvitok_engine' then 'bypassrls' else 'nobypassrls' end);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- another database of this server made it in this moment
    end;
    if not (select rolsuper from pg_roles where rolname = current_user) and not pg_has_role(current_user, wanted, 'set') then
      execute format('grant %I to current_user with set true', wanted);
    end if;
  end loop;
end $$;

-- Whoever forgets to close what they make leaves it closed; the engine works with what comes later, too.
revoke create on schema public from public;
grant usage on schema public to kvitok_person, kvitok_engine;
alter default privileges in schema public grant select, insert, update, delete on tables to kvitok_engine;

-- ---------------------------------------------------------------------------------------------------------------------
-- Who acts: the name of the token, ["issuer","subject"], set anew whenever a connection is taken from the pool (db/database.ts). Nobody, where nothing is set.
create schema person;
grant usage on schema person to kvitok_person;

create function person.principal() returns text language sql stable as $$ select nullif(current_setting('kvitok.principal', true), '') $$;
create function person.issuer() returns text language sql stable as $$ select person.principal()::jsonb ->> 0 $$;
create function person.subject() returns text language sql stable as $$ select person.principal()::jsonb ->> 1 $$;
create function person.actor_id() returns text language sql stable security definer set search_path = public, pg_temp as
  $$ select id from residents where issuer = person.issuer() and subject = person.subject() $$;

-- Every bill that the actor sees, by the one rule of visibility.
create function person.actor_bills() returns text[] language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  actor constant text := person.actor_id();
begin
  return coalesce((select array_agg(distinct bill_id) from bill_viewers where resident_id = actor), '{}');
end $$;

-- Is it the actor's? By the keys of the rows alone, however many the actor has.
create function person.owns_payment(p_payment text) returns boolean language plpgsql stable security definer set search_path = public, pg_temp as
  $$ begin return exists (select 1 from payments y join residents r on r.id = y.resident_id
       where y.id = p_payment and r.issuer = person.issuer() and r.subject = person.subject()); end $$;
create function person.owns_charge(p_charge text) returns boolean language plpgsql stable security definer set search_path = public, pg_temp as
  $$ begin return exists (select 1 from charges c where c.id = p_charge and person.owns_payment(c.payment_id)); end $$;
create function person.owns_refund(p_refund text) returns boolean language plpgsql stable security definer set search_path = public, pg_temp as
  $$ begin return exists (select 1 from refunds f where f.id = p_refund and person.owns_payment(f.payment_id)); end $$;
create function person.owns_posting(p_transaction bigint) returns boolean language plpgsql stable security definer set search_path = public, pg_temp as
  $$ begin return exists (select 1 from ledger_transactions l where l.id = p_transaction and person.owns_payment(l.payment_id)); end $$;

-- A payment's page reads its notices and messages by the payment.
create index notices_by_payment on notices (payment_id);

create view person.bill_viewers with (security_barrier) as
  select resident_id, bill_id, because from public.bill_viewers where resident_id = (select person.actor_id());
grant select on person.bill_viewers to kvitok_person;

-- ---------------------------------------------------------------------------------------------------------------------
-- Two things that were written out where they were used.

-- Has another payer taken this debt?
create function claimed_by_another(b bills, p_resident text) returns boolean language sql stable as
  $$ select exists (select 1 from claims c join payments y on y.id = c.payment_id
       where c.claim_key = b.identity_key and c.part = b.part and y.resident_id <> p_resident) $$;

-- All that a mandate covers is looked at by the planner again.
create function plan_mandate_again(p_mandate text, p_because text) returns void language plpgsql as $$
begin
  insert into outbox (kind, subject_id, payload)
    select 'plan-bill', b.id, jsonb_build_object('because', p_because) from mandates m cross join lateral bills_of_mandate(m) b where m.id = p_mandate;
  perform ring('plan');
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Doors: the commands of a person, under the names that they have for the engine. A person's path of names is "person, public": what stands here is found first, asks whose it is, and goes on with the
-- engine's rights. The road of the engine itself knows nothing of them.

create function person.must_be(p_resident text) returns void language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if p_resident is null or p_resident is distinct from person.actor_id() then
    raise exception 'this is another person''s' using errcode = 'insufficient_privilege';
  end if;
end $$;
create function person.must_own(p_subject text) returns void language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if not person.owns_payment(p_subject)
    and not exists (select 1 from mandates where id = p_subject and resident_id = person.actor_id())
    and not exists (select 1 from methods where id = p_subject and resident_id = person.actor_id()) then
    raise exception 'this is another person''s' using errcode = 'insufficient_privilege';
  end if;
end $$;

create function person.pay_now(q jsonb) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(q->>'residentId');
  return public.pay_now(q);
end $$;
create function person.confirm_payment(p_payment text, p_resident text, q jsonb) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.confirm_payment(p_payment, p_resident, q);
end $$;
create function person.skip_payment(p_payment text, p_resident text) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.skip_payment(p_payment, p_resident);
end $$;
create function person.save_with_charge(p_payment text, p_kind text, p_uses text[]) returns text language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_own(p_payment);
  return public.save_with_charge(p_payment, p_kind, p_uses);
end $$;
create function person.stop_mandate(p_mandate text, p_resident text, p_kind text, p_until timestamptz, p_why text, p_by text) returns jsonb
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.stop_mandate(p_mandate, p_resident, p_kind, p_until, p_why, p_by);
end $$;
create function person.resume_mandate(p_mandate text, p_resident text, p_by text) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.resume_mandate(p_mandate, p_resident, p_by);
end $$;
create function person.plan_mandate_again(p_mandate text, p_because text) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_own(p_mandate);
  perform public.plan_mandate_again(p_mandate, p_because);
end $$;
create function person.withdraw_method(p_method text, p_resident text) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.withdraw_method(p_method, p_resident);
end $$;
create function person.withdrawal_of(p_method text) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_own(p_method);
  return public.withdrawal_of(p_method);
end $$;
create function person.in_flight(p_mandate text, p_method text, p_payment text) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_own(coalesce(p_mandate, p_method, p_payment));
  return public.in_flight(p_mandate, p_method, p_payment);
end $$;
create function person.tell_workflow(p_kind text, p_subject text, p_payload jsonb default '{}') returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_own(p_subject);
  perform public.tell_workflow(p_kind, p_subject, p_payload);
end $$;
create function person.tell_resident(p_event text, p_resident text, p_dedupe text, p_subject text, p_args jsonb, p_legal_minimum boolean,
  p_payment text default null, p_notice text default null) returns int language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.tell_resident(p_event, p_resident, p_dedupe, p_subject, p_args, p_legal_minimum, p_payment, p_notice);
end $$;

-- Facts about a bill that rest on other people's payments; the actor sees the bill, and nothing of theirs but the answer.
create function person.sees(p_bill text) returns boolean language sql stable security definer set search_path = public, pg_temp as
  $$ select exists (select 1 from bill_viewers where bill_id = p_bill and resident_id = person.actor_id()) $$;
create function person.money_kept(p_bill text) returns bigint language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return case when person.sees(p_bill) then public.money_kept(p_bill) end;
end $$;
create function person.claimed_by_another(b public.bills, p_resident text) returns boolean language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return person.sees(b.id) and public.claimed_by_another(b, p_resident);
end $$;
-- The name that a bill has after it was joined with another: a name only, the bill itself is seen or not.
create function person.living_bill(p_bill text) returns text language plpgsql stable security definer set search_path = public, pg_temp as
  $$ begin return public.living_bill(p_bill); end $$;
-- Turns are counted by keyed hashes of whose they are; the answer is how long to wait.
create function person.take_turn(p_whose text[], p_burst int[], p_every_seconds double precision[]) returns jsonb
  language plpgsql security definer set search_path = public, pg_temp as $$ begin return public.take_turn(p_whose, p_burst, p_every_seconds); end $$;

revoke execute on all functions in schema person from public;
grant execute on all functions in schema person to kvitok_person;
