-- Webhooks to integrators (docs/decisions/0178, 0179, 0180). Events are written by triggers in the transaction of their cause, so that no function can forget one; a delivery is one event on
-- its way to one endpoint, and a workflow of its own for each (endpoint, object) carries them out in order.

create table webhook_endpoints (
  id              text primary key default new_code(),
  url             text not null check (length(url) <= 2000),
  description     text not null default '' check (length(description) <= 200),
  -- "whsec_…", AES-256-GCM, associated data = this id; the one before it signs beside it until its end
  secret          bytea not null,
  previous_secret bytea,
  previous_until  timestamptz,
  -- none: all types
  types           text[] not null default '{}',
  -- null: of all billers, and what has no biller
  biller_id       text references billers,
  state           text not null default 'active' check (state in ('active', 'disabled')),
  why             text,
  created_by      text not null,
  created_at      timestamptz not null default business_now(),
  changed_at      timestamptz not null default business_now(),
  check ((state = 'disabled') = (why is not null)),
  check ((previous_secret is null) = (previous_until is null))
);

create table webhook_events (
  -- of one object's events the order of their causes: who writes the next one waits for the row of the object
  seq         bigint generated always as identity primary key,
  id          text not null unique default 'msg_' || replace(gen_random_uuid()::text, '-', ''),
  type        text not null,
  object_kind text not null check (object_kind in ('payment', 'bill', 'mandate', 'method', 'refund', 'endpoint')),
  object_id   text not null,
  -- our ids, states, sums and days: nothing that says who somebody is
  data        jsonb not null check (octet_length(data::text) < 16000),
  created_at  timestamptz not null default business_now()
);
create index webhook_events_by_age on webhook_events (created_at);

create table webhook_deliveries (
  id           text primary key default new_code(),
  endpoint_id  text not null references webhook_endpoints,
  event_seq    bigint not null references webhook_events,
  object_id    text not null,
  state        text not null check (state in ('queued', 'delivered', 'dead', 'cancelled')),
  why          text,
  attempts     int not null default 0,
  next_try_at  timestamptz not null default business_now(),
  -- real time: a request that is out belongs to a process
  sending_since timestamptz,
  last_tried_at timestamptz,
  last_status  int,
  last_error   text,
  ended_at     timestamptz,
  created_at   timestamptz not null default business_now(),
  unique (endpoint_id, event_seq),
  check ((state = 'queued') = (ended_at is null))
);
create index webhook_deliveries_queued on webhook_deliveries (endpoint_id, object_id, event_seq) where state = 'queued';
create index webhook_deliveries_to_try on webhook_deliveries (next_try_at) where state = 'queued';
create index webhook_deliveries_by_age on webhook_deliveries (whole_milliseconds(created_at), id);
create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id, whole_milliseconds(created_at), id);
create index webhook_deliveries_by_event on webhook_deliveries (event_seq);
create index webhook_deliveries_undelivered on webhook_deliveries (endpoint_id, created_at) where state in ('dead', 'cancelled');

alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in ('plan-bill', 'start-payment', 'start-mandate', 'start-bill', 'start-refund', 'start-digest', 'start-webhook',
  'wake-payment', 'wake-mandate', 'wake-bill', 'wake-refund'));

-- ---------------------------------------------------------------------------------------------------------------------
-- What happened

-- Most deployments have no endpoint: then a trigger is one look at an empty table.
create function webhooks_listen() returns boolean language sql stable as $$ select exists (select 1 from webhook_endpoints) $$;

-- Writes an event for every endpoint that wants it, and none where nobody does. For an endpoint that is disabled it is kept for a month, cancelled: a replay brings it back.
create function webhook_happened(p_type text, p_kind text, p_object text, p_biller text, p_data jsonb) returns void language plpgsql as $$
declare
  e record;
  made bigint;
begin
  for e in select w.id, w.state from webhook_endpoints w
    where (w.types = '{}' or p_type = any (w.types)) and (w.biller_id is null or w.biller_id = p_biller)
      and (w.state = 'active' or w.changed_at > business_now() - interval '30 days') order by w.id
  loop
    if made is null then
      insert into webhook_events (type, object_kind, object_id, data) values (p_type, p_kind, p_object, p_data) returning seq into made;
    end if;
    insert into webhook_deliveries (endpoint_id, event_seq, object_id, state, why, ended_at) values (e.id, made, p_object,
      case e.state when 'active' then 'queued' else 'cancelled' end,
      case e.state when 'disabled' then 'endpoint-disabled' end,
      case e.state when 'disabled' then business_now() end);
    if e.state = 'active' then perform tell_workflow('start-webhook', e.id || '/' || p_object); end if;
  end loop;
end $$;

create function webhook_money(p_minor bigint, p_currency text) returns jsonb language sql immutable as
  $$ select case when p_minor is null then null else jsonb_build_object('amountMinor', p_minor, 'currency', p_currency) end $$;
-- Instants as the API writes them.
create function webhook_instant(p_at timestamptz) returns text language sql immutable as
  $$ select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
-- A code of ours or of a gateway; words that somebody wrote are none.
create function webhook_code(p_text text) returns text language sql immutable as
  $$ select case when p_text ~ '^[a-z0-9][a-z0-9_.:-]{0,63}$' then p_text end $$;

create function payment_webhooks() returns trigger language plpgsql as $$
declare
  kind text;
  biller constant text := (select b.biller_id from bills b where b.id = new.bill_id);
  data jsonb;
begin
  if not webhooks_listen() then return null; end if;
  data := jsonb_build_object('paymentId', new.id, 'billId', new.bill_id, 'billerId', biller, 'payerId', new.resident_id, 'mandateId', new.mandate_id, 'methodId', new.method_id,
    'route', new.route, 'state', new.state, 'need', new.need, 'outcome', new.outcome, 'reason', webhook_code(new.reason),
    'amount', webhook_money(new.amount_minor, new.currency), 'plannedOn', new.planned_on,
    'paid', webhook_money(new.paid_minor, new.currency), 'paidAt', webhook_instant(new.paid_at));
  if tg_op = 'INSERT' then
    perform webhook_happened('payment.planned', 'payment', new.id, biller, data || '{"state": "scheduled", "need": null}');
    if new.state = 'scheduled' then return null; end if;
  end if;
  kind := case new.state
    when 'needs-payer' then 'payment.needs-payer'
    when 'paid' then 'payment.succeeded'
    when 'returning' then 'payment.returning'
    when 'closed' then case new.outcome when 'gave-up' then 'payment.failed' when 'returned' then 'payment.refunded' else 'payment.stopped' end
    when 'scheduled' then case old.state when 'scheduled' then 'payment.changed' when 'charging' then 'payment.declined' else 'payment.planned' end
  end;
  if kind is not null then perform webhook_happened(kind, 'payment', new.id, biller, data); end if;
  return null;
end $$;
create trigger payments_tell_webhooks_of_new after insert on payments for each row execute function payment_webhooks();
create trigger payments_tell_webhooks after update on payments for each row
  when (old.state is distinct from new.state or old.need is distinct from new.need
    or new.state = 'scheduled' and (old.amount_minor <> new.amount_minor or old.planned_on <> new.planned_on or old.method_id is distinct from new.method_id))
  execute function payment_webhooks();

create function bill_webhooks() returns trigger language plpgsql as $$
declare
  kind text;
begin
  if not webhooks_listen() then return null; end if;
  kind := case when tg_op = 'INSERT' then 'bill.arrived' else case new.state
    when 'paid' then 'bill.paid'
    when 'paid-elsewhere' then 'bill.paid-elsewhere'
    when 'annulled' then 'bill.annulled'
    when 'merged' then 'bill.merged'
    when 'owed' then case when old.state in ('annulled', 'paid-elsewhere') then 'bill.reinstated' else 'bill.changed' end
  end end;
  perform webhook_happened(kind, 'bill', new.id, new.biller_id, jsonb_build_object('billId', new.id, 'billerId', new.biller_id, 'state', new.state, 'version', new.version,
    'part', new.part, 'amount', webhook_money(new.amount_minor, new.currency), 'dueOn', new.due_on, 'mergedInto', new.merged_into));
  return null;
end $$;
create trigger bills_tell_webhooks_of_new after insert on bills for each row execute function bill_webhooks();
create trigger bills_tell_webhooks after update on bills for each row
  when (old.state is distinct from new.state
    or new.state = 'owed' and (old.amount_minor <> new.amount_minor or old.due_on is distinct from new.due_on or old.part <> new.part))
  execute function bill_webhooks();

create function mandate_webhooks() returns trigger language plpgsql as $$
declare
  kind text;
begin
  if not webhooks_listen() then return null; end if;
  kind := case
    when tg_op = 'INSERT' then 'mandate.created'
    when old.state is not distinct from new.state then case when old.version <> new.version then 'mandate.changed' else 'mandate.paused' end
    when new.state = 'paused' then 'mandate.paused'
    when new.state = 'ended' then 'mandate.ended'
    when old.state = 'paused' then 'mandate.resumed'
    else 'mandate.changed'
  end;
  perform webhook_happened(kind, 'mandate', new.id, new.biller_id, jsonb_build_object('mandateId', new.id, 'billerId', new.biller_id, 'payerId', new.resident_id,
    'state', new.state, 'version', new.version, 'pausedBy', new.paused_by, 'pausedUntil', webhook_instant(new.paused_until)));
  return null;
end $$;
create trigger mandates_tell_webhooks_of_new after insert on mandates for each row execute function mandate_webhooks();
create trigger mandates_tell_webhooks after update on mandates for each row
  when (old.state is distinct from new.state or old.version <> new.version
    or new.state = 'paused' and (old.paused_until is distinct from new.paused_until or old.paused_by is distinct from new.paused_by))
  execute function mandate_webhooks();

create function method_webhooks() returns trigger language plpgsql as $$
declare
  kind text;
begin
  if not webhooks_listen() then return null; end if;
  kind := case
    when tg_op = 'UPDATE' and old.state = new.state then 'method.expiring'
    when new.state = 'active' then 'method.active'
    when new.state = 'unusable' then 'method.unusable'
    when new.state = 'withdrawn' then 'method.withdrawn'
  end;
  if kind is null then return null; end if;
  perform webhook_happened(kind, 'method', new.id, null, jsonb_build_object('methodId', new.id, 'payerId', new.resident_id, 'kind', new.kind, 'state', new.state,
    'daysLeft', case when kind = 'method.expiring' then new.expiry_told end));
  return null;
end $$;
create trigger methods_tell_webhooks_of_new after insert on methods for each row when (new.state <> 'binding') execute function method_webhooks();
-- the day after a card's last one is no announcement any more: it becomes unusable
create trigger methods_tell_webhooks after update on methods for each row
  when (old.state is distinct from new.state
    or new.state = 'active' and old.expiry_told is distinct from new.expiry_told and new.expiry_told >= 0)
  execute function method_webhooks();

create function refund_webhooks() returns trigger language plpgsql as $$
declare
  kind text;
  biller text;
begin
  if not webhooks_listen() then return null; end if;
  kind := case when tg_op = 'INSERT' then 'refund.requested' when new.state in ('withdrawn', 'done', 'refused') then 'refund.' || new.state end;
  if kind is null then return null; end if;
  select b.biller_id into biller from payments y join bills b on b.id = y.bill_id where y.id = new.payment_id;
  perform webhook_happened(kind, 'refund', new.id, biller, jsonb_build_object('refundId', new.id, 'paymentId', new.payment_id, 'billerId', biller, 'state', new.state,
    'amount', webhook_money(new.amount_minor, new.currency)));
  return null;
end $$;
create trigger refunds_tell_webhooks_of_new after insert on refunds for each row execute function refund_webhooks();
create trigger refunds_tell_webhooks after update on refunds for each row
  when (old.state is distinct from new.state and new.state in ('withdrawn', 'done', 'refused')) execute function refund_webhooks();

-- ---------------------------------------------------------------------------------------------------------------------
-- On their way

-- What the workflow of an object at an endpoint does next. The oldest event first, and no later one before it has ended.
create function look_at_webhook(p_endpoint text, p_object text, p_most_attempts int) returns jsonb language plpgsql as $$
declare
  d webhook_deliveries;
begin
  if not exists (select 1 from webhook_endpoints where id = p_endpoint and state = 'active') then
    update webhook_deliveries set state = 'cancelled', why = 'endpoint-disabled', ended_at = business_now(), sending_since = null
      where endpoint_id = p_endpoint and object_id = p_object and state = 'queued';
    return '{"do": "end"}';
  end if;
  loop
    select * into d from webhook_deliveries where endpoint_id = p_endpoint and object_id = p_object and state = 'queued' order by event_seq limit 1 for update;
    if not found then return '{"do": "end"}'; end if;
    if d.next_try_at > business_now() then
      return jsonb_build_object('do', 'wait', 'waitMs', real_ms_until(d.next_try_at), 'attempts', d.attempts);
    end if;
    if d.attempts < p_most_attempts then
      return jsonb_build_object('do', 'deliver', 'deliveryId', d.id, 'attempt', d.attempts + 1);
    end if;
    -- whoever made the last try has died over it
    update webhook_deliveries set state = 'dead', why = 'no-tries-left', ended_at = business_now(), sending_since = null where id = d.id;
  end loop;
end $$;

-- A try begins; null where it is not the next one. Who dies over it is followed after the lease.
create function begin_webhook_attempt(p_delivery text, p_attempt int, p_lease interval) returns jsonb language plpgsql as $$
declare
  d webhook_deliveries;
  v webhook_events;
  e webhook_endpoints;
begin
  update webhook_deliveries set attempts = p_attempt, sending_since = clock_timestamp(), last_tried_at = business_now(), last_status = null, last_error = 'unanswered',
      next_try_at = business_after_real(p_lease)
    where id = p_delivery and state = 'queued' and attempts = p_attempt - 1 and next_try_at <= business_now() returning * into d;
  if not found then return null; end if;
  select * into strict v from webhook_events where seq = d.event_seq;
  select * into strict e from webhook_endpoints where id = d.endpoint_id;
  return jsonb_build_object('endpointId', e.id, 'url', e.url, 'eventId', v.id, 'type', v.type, 'timestamp', webhook_instant(v.created_at), 'data', v.data,
    'secret', encode(e.secret, 'base64'), 'previousSecret', case when e.previous_until > business_now() then encode(e.previous_secret, 'base64') end);
end $$;

-- How a try ended: `delivered`, `later` (after so many seconds), `dead`, or `gone` (the endpoint wants nothing any more). Nothing, where the delivery has gone on without it.
create function settle_webhook_attempt(p_delivery text, p_attempt int, p_end text, p_status int, p_error text, p_seconds double precision) returns void language plpgsql as $$
declare
  d webhook_deliveries;
begin
  -- whoever disables an endpoint holds its row before any of its deliveries: two receivers' 410 at once would wait for each other
  if p_end = 'gone' then
    perform 1 from webhook_endpoints where id = (select endpoint_id from webhook_deliveries where id = p_delivery) for no key update;
  end if;
  update webhook_deliveries set sending_since = null, last_status = p_status, last_error = p_error,
      state = case p_end when 'delivered' then 'delivered' when 'dead' then 'dead' when 'gone' then 'cancelled' else state end,
      why = case p_end when 'dead' then 'no-tries-left' when 'gone' then 'endpoint-disabled' when 'delivered' then null else why end,
      ended_at = case when p_end = 'later' then ended_at else business_now() end,
      next_try_at = case when p_end = 'later' then business_now() + make_interval(secs => p_seconds) else next_try_at end
    where id = p_delivery and attempts = p_attempt and (state = 'queued' or state = 'cancelled' and p_end = 'delivered') returning * into d;
  if p_end = 'gone' and d.id is not null then perform disable_webhook(d.endpoint_id, 'gone', 'receiver'); end if;
end $$;

-- Nothing more goes there; what was queued is cancelled and can be replayed. False: it was disabled already.
create function disable_webhook(p_endpoint text, p_why text, p_actor text) returns boolean language plpgsql as $$
begin
  update webhook_endpoints set state = 'disabled', why = p_why, changed_at = business_now() where id = p_endpoint and state = 'active';
  if not found then return false; end if;
  update webhook_deliveries set state = 'cancelled', why = 'endpoint-disabled', ended_at = business_now(), sending_since = null
    where endpoint_id = p_endpoint and state = 'queued';
  insert into audit (actor, action, subject, detail) values (p_actor, 'webhook.disable', p_endpoint, jsonb_build_object('why', p_why));
  return true;
end $$;

-- Sends again what has ended, with the ids it had: one delivery, or all that are dead or were cancelled since an instant. Answers how many.
create function replay_webhooks(p_endpoint text, p_delivery text, p_since timestamptz, p_actor text) returns int language plpgsql as $$
declare
  objects text[];
begin
  with again as (
    update webhook_deliveries set state = 'queued', why = null, attempts = 0, next_try_at = business_now(), ended_at = null, sending_since = null
     where endpoint_id = p_endpoint and (id = p_delivery and state <> 'queued'
       or p_delivery is null and state in ('dead', 'cancelled') and created_at >= p_since)
    returning object_id)
  select coalesce(array_agg(object_id), '{}') into objects from again;
  perform tell_workflow('start-webhook', p_endpoint || '/' || o) from (select distinct unnest(objects) as o) x;
  insert into audit (actor, action, subject, detail) values (p_actor, 'webhook.replay', p_endpoint,
    jsonb_build_object('count', cardinality(objects), 'delivery', p_delivery, 'since', p_since));
  return cardinality(objects);
end $$;
