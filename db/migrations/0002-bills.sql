-- Bills are found, not invented. A bill's identity is one across sources and payers (B6): identity_key is the HMAC
-- of biller + account + period + kind, so the key itself carries no personal data.
create table bills (
  id            text primary key default new_code(),
  biller_id     text not null references billers,
  identity_key  text not null unique,
  external_id   text,
  account       text not null,
  period        text not null,
  kind          text not null default 'charge',
  state         text not null check (state in ('owed', 'paid', 'paid-elsewhere', 'annulled', 'merged')),
  echo          boolean not null default false,
  version       int not null check (version >= 1),
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null,
  due_on        date not null,
  purpose       text not null,
  payee         jsonb not null,
  payee_hash    text not null,
  part          int not null default 1,
  content_hash  text not null,
  livemode      boolean not null,
  received_at   timestamptz not null default business_now(),
  confirmed_at  timestamptz not null default business_now(),
  -- the newest push and what came of it: the same delivery again gets the same answer
  last_delivery text,
  last_result   text,
  -- a bill/<id> workflow was asked for: it wants to know how the bill ends
  told          boolean not null default false
);
create index bills_by_account on bills (biller_id, account, due_on);

create table bill_versions (
  bill_id      text not null references bills,
  version      int not null,
  status       text not null,
  amount_minor bigint not null,
  currency     text not null,
  due_on       date not null,
  purpose      text not null,
  payee        jsonb not null,
  received_at  timestamptz not null default business_now(),
  primary key (bill_id, version)
);
