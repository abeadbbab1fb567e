create table methods (
  id                text primary key default new_code(),
  resident_id       text not null references residents,
  gateway           text not null,
  state             text not null check (state in ('binding', 'active', 'unusable', 'withdrawn')),
  state_reason      text,
  -- the gateway's token, AES-256-GCM, associated data = this id; deleted after withdrawal
  token             bytea,
  binding_object_id text,
  confirmation      bytea,
  confirm_by        timestamptz,
  kind              text not null default 'bank_card',
  title             text,
  brand             text,
  last4             text check (last4 ~ '^[0-9]{4}$'),
  expiry_month      int,
  expiry_year       int,
  -- one budget per card over all mandates needs a name for the card (payment rules §9.2)
  card_key          text,
  return_path       text,
  version           int not null default 1,
  livemode          boolean not null,
  created_at        timestamptz not null default business_now(),
  withdrawn_at      timestamptz
);
create index methods_by_resident on methods (resident_id, created_at);

create table mandates (
  id           text primary key default new_code(),
  resident_id  text not null references residents,
  biller_id    text not null references billers,
  account      text not null,
  state        text not null check (state in ('proposed', 'active', 'paused', 'ended')),
  paused_by    text check (paused_by in ('payer', 'system', 'operator')),
  paused_until timestamptz,
  why          text,
  version      int not null default 1,
  external_id  text,
  livemode     boolean not null,
  -- payments planned before the last stop never go out, not even after a resume (payment rules §6)
  last_stop_at timestamptz,
  next_look_at timestamptz,
  created_at   timestamptz not null default business_now(),
  changed_at   timestamptz not null default business_now()
);
create index mandates_by_account on mandates (biller_id, account) where state in ('active', 'paused');
create index mandates_by_resident on mandates (resident_id, created_at);
create index mandates_to_look on mandates (next_look_at) where next_look_at is not null;
-- own overlap is refused at creation (M10)
create unique index one_living_mandate_per_account on mandates (resident_id, biller_id, account)
  where state in ('proposed', 'active', 'paused');

-- Terms never change in place: an edit is a version. `narrowing` says whether notices of older versions stay valid.
create table mandate_versions (
  mandate_id text not null references mandates,
  version    int not null,
  terms      jsonb not null,
  narrowing  boolean not null,
  made_at    timestamptz not null default business_now(),
  primary key (mandate_id, version)
);

-- The payer's consent, append-only: exact text, its hash, language, device (payment rules §15).
create table consents (
  id          bigint generated always as identity primary key,
  mandate_id  text references mandates,
  method_id   text references methods,
  resident_id text not null references residents,
  version     int not null,
  text        text not null,
  text_hash   text not null,
  locale      text not null,
  sign_in     text not null,
  ip          text,
  user_agent  text,
  given_at    timestamptz not null default business_now()
);
create index consents_by_mandate on consents (mandate_id, version);
