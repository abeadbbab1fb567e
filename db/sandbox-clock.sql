-- The sandbox city's clock: offset and scale around the real clock. Applied only where deployment.livemode is false.
create table if not exists sandbox_clock (
  only_row        boolean primary key default true check (only_row),
  real_anchor     timestamptz not null default clock_timestamp(),
  business_anchor timestamptz not null default clock_timestamp(),
  scale           double precision not null default 1 check (scale >= 1 and scale <= 1000000)
);
insert into sandbox_clock default values on conflict do nothing;

create or replace function business_now() returns timestamptz language sql volatile as
  $$ select business_anchor + (clock_timestamp() - real_anchor) * scale from sandbox_clock $$;
create or replace function real_ms_until(instant timestamptz) returns bigint language sql volatile strict as
  $$ select greatest(0, ceil(extract(epoch from instant - business_now()) * 1000 / (select scale from sandbox_clock)))::bigint $$;
create or replace function business_after_real(real_interval interval) returns timestamptz language sql volatile as
  $$ select business_now() + real_interval * (select scale from sandbox_clock) $$;
