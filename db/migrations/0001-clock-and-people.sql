-- One clock for all business time (payment rules §1.8). In production it is the clock of the database server; the
-- sandbox city replaces the two functions (db/sandbox-clock.sql) and adds a table that production does not have.
create function business_now() returns timestamptz
  language sql volatile parallel safe as $$ select clock_timestamp() $$;

-- How long a process has to wait, in real milliseconds, until a business instant comes; null when none is awaited
-- (greatest() skips nulls: without "strict" nothing to wait for would read as "now", for ever).
create function real_ms_until(instant timestamptz) returns bigint
  language sql volatile strict parallel safe as
  $$ select greatest(0, ceil(extract(epoch from instant - clock_timestamp()) * 1000))::bigint $$;

-- One row: what this database is for. Live and sandbox data never share a database (P15).
create table deployment (
  only_row  boolean primary key default true check (only_row),
  livemode  boolean not null,
  created_at timestamptz not null default clock_timestamp()
);

-- Public ids: KV-7F3K-9Q2M-X4TB, 60 random bits in Crockford's base 32; read over the phone, used in workflow ids.
create function new_code() returns text language plpgsql volatile as $$
declare
  alphabet constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  bytes constant bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
  -- bytes 6 and 8 of a version-4 uuid carry fixed bits; these twelve are all random
  random_at constant int[] := array[0,1,2,3,4,5,7,9,10,11,12,13];
  code text := 'KV';
begin
  for i in 0..11 loop
    if i % 4 = 0 then code := code || '-'; end if;
    code := code || substr(alphabet, (get_byte(bytes, random_at[i + 1]) & 31) + 1, 1);
  end loop;
  return code;
end $$;

create table residents (
  id            text primary key default new_code(),
  issuer        text not null,
  subject       text not null,
  name          text not null,
  email         text,
  email_verified boolean not null default false,
  locale        text not null check (locale in ('ru', 'en')),
  zone          text not null,
  -- categories × events × channels that were switched off: [{"event","channel"}…]; everything else is on
  muted         jsonb not null default '[]',
  created_at    timestamptz not null default business_now(),
  unique (issuer, subject)
);

create table billers (
  id              text primary key,
  name            text not null,
  category        text not null,
  section         text not null default 'main',
  region          text not null default '77',
  -- requisites on file; a bill that names other ones stops before the debit
  payee           jsonb not null,
  allowed_methods text[] not null default '{bank_card}',
  gateway         text not null default 'yookassa',
  settle_days     int not null default 1 check (settle_days between 0 and 30),
  -- null: a push-only source whose silence says nothing
  max_age         interval,
  -- encrypted webhook secret; row id is associated data
  webhook_secret  bytea not null,
  created_at      timestamptz not null default business_now()
);

-- A resident's account at a biller: what connects a pushed bill with people.
create table payer_accounts (
  resident_id text not null references residents,
  biller_id   text not null references billers,
  account     text not null,
  label       text,
  created_at  timestamptz not null default business_now(),
  primary key (resident_id, biller_id, account)
);
create index payer_accounts_by_account on payer_accounts (biller_id, account);

-- A hold stops every charge in its scope (gate check 1). Its exclusive advisory lock makes the commit the moment.
create table holds (
  scope     text not null check (scope in ('all', 'gateway', 'biller', 'category')),
  scope_id  text not null default '',
  reason    text not null,
  placed_by text not null,
  placed_at timestamptz not null default business_now(),
  primary key (scope, scope_id)
);

create table audit (
  id         bigint generated always as identity primary key,
  at         timestamptz not null default business_now(),
  actor      text not null,
  action     text not null,
  subject    text not null,
  detail     jsonb not null default '{}'
);
create index audit_by_subject on audit (subject, id);

-- The business instant that will be reached when so much real time has passed.
create function business_after_real(real_interval interval) returns timestamptz
  language sql volatile parallel safe as $$ select clock_timestamp() + real_interval $$;
