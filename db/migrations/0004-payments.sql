create table payments (
  id              text primary key default new_code(),
  resident_id     text not null references residents,
  bill_id         text not null references bills,
  part            int not null default 1,
  bill_version    int not null,
  route           text not null check (route in ('mandate', 'manual', 'batch', 'template', 'api')),
  channel         text not null,
  mandate_id      text references mandates,
  mandate_version int,
  method_id       text references methods,
  gateway         text not null,
  amount_minor    bigint not null check (amount_minor > 0),
  currency        text not null,
  payee_hash      text not null,
  state           text not null check (state in ('scheduled', 'needs-payer', 'charging', 'paid', 'returning', 'closed')),
  outcome         text check (outcome in
    ('stopped', 'skipped', 'gave-up', 'taken-over', 'duplicate', 'annulled', 'paid-elsewhere', 'returned')),
  need            text check (need in ('confirm-again', 'new-method', 'confirm-amount', 'over-limit', 'approval',
    'payee-changed', 'late-bill', 'no-channel', 'contact-bank')),
  reason          text,
  stop_mark       text,
  -- the civil day of the debit in the payer's zone, and the instants between which it may happen
  planned_on      date not null,
  not_before      timestamptz not null,
  not_after       timestamptz,
  next_look_at    timestamptz not null,
  give_up_at      timestamptz not null,
  tries           int not null default 0,
  paid_minor      bigint,
  paid_at         timestamptz,
  external_id     text,
  livemode        boolean not null,
  created_at      timestamptz not null default business_now(),
  changed_at      timestamptz not null default business_now(),
  check ((state = 'closed') = (outcome is not null)),
  check ((state = 'needs-payer') = (need is not null)),
  check ((state = 'paid') = (paid_minor is not null and paid_at is not null) or state in ('returning', 'closed')),
  check ((route = 'mandate') = (mandate_id is not null and mandate_version is not null))
);
create index payments_by_resident on payments (resident_id, created_at);
create index payments_by_bill on payments (bill_id);
create index payments_by_mandate on payments (mandate_id, created_at) where mandate_id is not null;
create index payments_by_method on payments (method_id) where state in ('scheduled', 'needs-payer', 'charging');
create index payments_to_look on payments (next_look_at)
  where state in ('scheduled', 'needs-payer', 'charging', 'returning');

-- "This debt is being paid by that payment." The primary key is promise 1.
create table claims (
  claim_key  text not null,
  part       int not null,
  payment_id text not null references payments,
  state      text not null check (state in ('held', 'spent')),
  taken_at   timestamptz not null default business_now(),
  primary key (claim_key, part)
);
create unique index claims_by_payment on claims (payment_id);

create table claim_history (
  id          bigint generated always as identity primary key,
  claim_key   text not null,
  part        int not null,
  payment_id  text not null,
  taken_at    timestamptz not null,
  released_at timestamptz not null default business_now(),
  why         text not null
);

-- A notice names one debit exactly (§7.3). Anything that changes makes it void.
create table notices (
  id              text primary key default new_code(),
  payment_id      text not null references payments,
  mandate_id      text not null references mandates,
  mandate_version int not null,
  amount_minor    bigint not null,
  currency        text not null,
  payee_hash      text not null,
  method_id       text not null references methods,
  fallbacks       text[] not null default '{}',
  planned_on      date not null,
  not_before      timestamptz not null,
  not_after       timestamptz not null,
  state           text not null check (state in ('queued', 'accepted', 'void')),
  channel         text,
  accepted_at     timestamptz,
  void_why        text,
  created_at      timestamptz not null default business_now(),
  check ((state = 'queued') or (state = 'void') or (accepted_at is not null and channel is not null))
);
create unique index one_living_notice_per_payment on notices (payment_id) where state <> 'void';

-- What the payer, being present, told us to pay (CIT): amount and payee as shown on the page.
create table instructions (
  id           text primary key default new_code(),
  payment_id   text not null references payments,
  resident_id  text not null references residents,
  amount_minor bigint not null,
  currency     text not null,
  payee_hash   text not null,
  -- null: the payer enters a card on the gateway's own page
  method_id    text references methods,
  sign_in      text not null,
  ip           text,
  given_at     timestamptz not null default business_now(),
  used_at      timestamptz,
  expires_at   timestamptz not null
);
create index instructions_by_payment on instructions (payment_id, given_at);

create table charges (
  id                text primary key,
  payment_id        text not null references payments,
  ordinal           int not null check (ordinal >= 1),
  gateway           text not null,
  merchant_account  text not null,
  initiated_by      text not null check (initiated_by in ('mit', 'cit')),
  method_id         text references methods,
  notice_id         text references notices,
  instruction_id    text references instructions,
  amount_minor      bigint not null check (amount_minor > 0),
  currency          text not null,
  payee_hash        text not null,
  bill_version      int not null,
  idempotency_key   text not null unique,
  request           bytea,
  request_hash      text not null,
  object_id         text,
  state             text not null check (state in
    ('sending', 'challenged', 'pending', 'held', 'unknown', 'charged', 'not-charged')),
  how               text check (how in ('declined', 'expired', 'voided', 'refused', 'absent', 'by-hand')),
  reason            text,
  transmissions     int not null default 1 check (transmissions >= 1),
  unanswered        int not null default 0,
  looks             int not null default 0,
  first_sent_at     timestamptz not null,
  last_sent_at      timestamptz not null,
  -- real time, not business time: leases belong to processes (payment rules §1.8)
  lease_until       timestamptz not null,
  confirm_by        timestamptz,
  confirmation      bytea,
  charged_minor     bigint,
  fee_minor         bigint,
  evidence_id       bigint,
  decided_at        timestamptz,
  scans_empty       int not null default 0,
  first_empty_scan_at timestamptz,
  unique (payment_id, ordinal),
  check (id = payment_id || '-' || ordinal),
  check ((state = 'not-charged') = (how is not null)),
  check ((state = 'charged') = (charged_minor is not null)),
  -- a charge stands on an accepted notice or on the payer's recorded instruction, never on nothing (promise 3)
  check ((initiated_by = 'mit' and notice_id is not null and instruction_id is null)
      or (initiated_by = 'cit' and instruction_id is not null and notice_id is null))
);
-- Promise 1: never two undecided charges for one payment.
create unique index one_undecided_charge_per_payment on charges (payment_id)
  where state in ('sending', 'challenged', 'pending', 'held', 'unknown');
create index charges_by_method on charges (method_id, first_sent_at);
create unique index charges_by_object on charges (gateway, object_id) where object_id is not null;

-- One row for every transmission that was permitted: who looks at the bank's journal finds its gate here.
create table gate_passes (
  charge_id    text not null references charges,
  transmission int not null,
  checks       jsonb not null,
  passed_at    timestamptz not null default clock_timestamp(),
  business_at  timestamptz not null default business_now(),
  primary key (charge_id, transmission)
);

-- What was seen, by whom, when: only evidence moves a charge (§1.5). The same evidence twice changes nothing.
create table evidence (
  id        bigint generated always as identity primary key,
  charge_id text not null references charges,
  rank      int not null check (rank between 1 and 5),
  source    text not null,
  outcome   text not null,
  hash      text not null,
  facts     jsonb not null,
  raw       bytea,
  moved     boolean not null,
  seen_at   timestamptz not null default business_now(),
  unique (charge_id, hash)
);

-- Use of a limit; a sum under the lock of the scope's row is the check, a cached sum is never trusted (§7.4).
create table limit_use (
  payment_id   text not null references payments,
  scope        text not null check (scope in ('mandate', 'method', 'branch')),
  scope_id     text not null,
  counted_on   date not null,
  amount_minor bigint not null,
  currency     text not null,
  state        text not null check (state in ('reserved', 'spent', 'freed')),
  primary key (payment_id, scope)
);
create index limit_use_by_scope on limit_use (scope, scope_id, counted_on) where state <> 'freed';

-- "Skip this one" survives its payment: the mandate never plans that debt again (§7.1).
create table skip_marks (
  mandate_id text not null references mandates,
  claim_key  text not null,
  part       int not null,
  marked_at  timestamptz not null default business_now(),
  primary key (mandate_id, claim_key, part)
);

create table refunds (
  id           text primary key default new_code(),
  payment_id   text not null references payments,
  charge_id    text not null references charges,
  amount_minor bigint not null check (amount_minor > 0),
  currency     text not null,
  state        text not null check (state in ('requested', 'withdrawn', 'sending', 'unknown', 'pending', 'done', 'refused')),
  why          text not null,
  created_at   timestamptz not null default business_now()
);

-- A task for a person, with owner, age and money at stake.
create table cases (
  id           text primary key default new_code(),
  kind         text not null,
  subject      text not null,
  amount_minor bigint,
  currency     text,
  detail       jsonb not null default '{}',
  owner        text,
  opened_at    timestamptz not null default business_now(),
  closed_at    timestamptz,
  unique (kind, subject)
);
