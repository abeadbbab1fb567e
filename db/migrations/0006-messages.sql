-- The outbox: what must still be told to Temporal or decided by the planner, written in the transaction of its cause.
create table outbox (
  id           bigint generated always as identity primary key,
  kind         text not null check (kind in ('plan-bill', 'start-payment', 'start-mandate', 'start-bill',
                 'wake-payment', 'wake-mandate', 'wake-bill')),
  subject_id   text not null,
  payload      jsonb not null default '{}',
  created_at   timestamptz not null default business_now(),
  -- real time: a lease of a drainer, or the pause after a failure
  not_before   timestamptz not null default clock_timestamp(),
  attempts     int not null default 0,
  last_error   text,
  done_at      timestamptz
);
create index outbox_open on outbox (not_before, id) where done_at is null;

-- One row per (event, recipient, channel): promise 6.
create table notifications (
  id           text primary key default new_code(),
  dedupe_key   text not null unique,
  event        text not null,
  resident_id  text not null references residents,
  channel      text not null check (channel in ('email')),
  subject_id   text not null,
  notice_id    text references notices,
  payment_id   text references payments,
  args         jsonb not null,
  locale       text not null,
  -- what the recipient had chosen at that moment, kept with the message
  preference   jsonb not null,
  legal_minimum boolean not null,
  state        text not null check (state in ('queued', 'sending', 'accepted', 'bounced', 'dropped')),
  why          text,
  message_id   text not null unique,
  attempts     int not null default 0,
  uncertain    int not null default 0,
  due_at       timestamptz not null default business_now(),
  lease_until  timestamptz,
  answer       text,
  sent_at      timestamptz,
  created_at   timestamptz not null default business_now()
);
create index notifications_to_send on notifications (due_at) where state in ('queued', 'sending');
create index notifications_by_resident on notifications (resident_id, created_at);
create index notifications_by_payment on notifications (payment_id) where payment_id is not null;

-- Answers to POSTs by (principal, key): the same request gets the same answer (A3).
create table idempotency_keys (
  principal   text not null,
  key         text not null,
  fingerprint text not null,
  state       text not null check (state in ('running', 'done')),
  status      int,
  headers     jsonb,
  body        text,
  -- what the command wrote, committed with it: a repetition after a crash finds it instead of writing again
  made_id     text,
  -- real time; also the fence: who lost the lease cannot commit
  lease_until timestamptz not null,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (principal, key)
);

-- What gateways told us, as it came: nudges, never evidence (§1.5).
create table gateway_nudges (
  id          bigint generated always as identity primary key,
  gateway     text not null,
  event       text not null,
  object_id   text not null,
  charge_id   text,
  received_at timestamptz not null default clock_timestamp(),
  not_before  timestamptz not null default clock_timestamp(),
  attempts    int not null default 0,
  done_at     timestamptz
);
create index gateway_nudges_open on gateway_nudges (not_before) where done_at is null;

create function ring(p_bell text) returns void language sql as $$ select pg_notify('kvitok', p_bell) $$;

create function tell_workflow(p_kind text, p_subject text, p_payload jsonb default '{}') returns void
  language plpgsql as $$
begin
  insert into outbox (kind, subject_id, payload) values (p_kind, p_subject, p_payload);
  perform ring('outbox');
end $$;

-- Queues one message for one resident on every channel that is on; returns how many rows were made.
create function tell_resident(p_event text, p_resident text, p_dedupe text, p_subject text, p_args jsonb,
                              p_legal_minimum boolean, p_payment text default null, p_notice text default null)
  returns int language plpgsql as $$
declare
  r residents;
  off boolean;
begin
  select * into r from residents where id = p_resident;
  -- an address is proved before anything personal goes there (N8)
  if r.email is null or not r.email_verified then return 0; end if;
  off := r.muted @> jsonb_build_array(jsonb_build_object('event', p_event, 'channel', 'email'));
  insert into notifications (dedupe_key, event, resident_id, channel, subject_id, notice_id, payment_id, args, locale,
                             preference, legal_minimum, state, why, message_id)
    values (p_dedupe || '/email', p_event, r.id, 'email', p_subject, p_notice, p_payment, p_args, r.locale,
            jsonb_build_object('email', not off), p_legal_minimum,
            case when off and not p_legal_minimum then 'dropped' else 'queued' end,
            case when off and not p_legal_minimum then 'preference' end,
            encode(sha256(convert_to(p_dedupe || '/email', 'UTF8')), 'hex'))
    on conflict (dedupe_key) do nothing;
  perform ring('notify');
  return 1;
end $$;
