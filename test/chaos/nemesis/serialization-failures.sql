-- A test-only trigger: two of a hundred writes of the engine fail as a serialization failure does. A sequence counts them, for it keeps its number when its transaction is undone.
create sequence if not exists chaos_failures;
grant usage, select on sequence chaos_failures to public;

-- A switch instead of dropping: that would want every table to itself, and deadlock with an engine that works.
create table if not exists chaos_failing (is_on boolean not null);
truncate chaos_failing;
insert into chaos_failing values (true);
grant select on chaos_failing to public;

create or replace function chaos_fail() returns trigger language plpgsql as $$
begin
  if current_setting('application_name') like 'kvitok-%' and random() < 0.02
     and (select is_on from public.chaos_failing) then
    perform nextval('public.chaos_failures');
    raise exception 'could not serialize access (chaos)' using errcode = '40001';
  end if;
  return null;
end $$;

create or replace trigger chaos_fail after insert or update on payments for each statement execute function chaos_fail();
create or replace trigger chaos_fail after insert or update on charges for each statement execute function chaos_fail();
create or replace trigger chaos_fail after insert or update on outbox for each statement execute function chaos_fail();
create or replace trigger chaos_fail after insert or update on notifications for each statement execute function chaos_fail();
create or replace trigger chaos_fail after insert or update on mandates for each statement execute function chaos_fail();
create or replace trigger chaos_fail after insert or update on gateway_nudges for each statement execute function chaos_fail();
