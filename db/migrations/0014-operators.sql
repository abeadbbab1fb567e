-- What operators do by hand, how they are told, what gateways tell us, and when a gateway is spared.

-- ---------------------------------------------------------------------------------------------------------------------
-- Cases: a task that comes up again after it was closed is open again, and somebody is told again.

alter table cases
  add column times      int not null default 1,
  add column closed_by  text,
  add column closed_why text;
create index cases_open on cases (opened_at) where closed_at is null;

create or replace function open_case(p_kind text, p_subject text, p_amount bigint, p_currency text, p_detail jsonb) returns void
  language sql as
  $$ insert into cases (kind, subject, amount_minor, currency, detail) values (p_kind, p_subject, p_amount, p_currency, p_detail)
     on conflict (kind, subject) do update set times = cases.times + 1, opened_at = business_now(), closed_at = null, closed_by = null,
         closed_why = null, owner = null, amount_minor = excluded.amount_minor, currency = excluded.currency, detail = excluded.detail
       where cases.closed_at is not null $$;

-- What was asked of a person about an undecided charge is answered when the charge is decided, by whatever decided it.
create function close_answered_cases() returns trigger language plpgsql as $$
begin
  update cases set closed_at = business_now(), closed_by = 'engine', closed_why = 'the charge is ' || new.state
    where subject = new.id and kind in ('undecided-alarm', 'undecided-due-soon', 'undecided-for-a-day', 'held-unasked', 'undecided-beside-money') and closed_at is null;
  return null;
end $$;
create trigger charge_answers_cases after update of state on charges for each row
  when (old.state is distinct from new.state and new.state in ('charged', 'not-charged') and new.looks > 0)
  execute function close_answered_cases();

-- ---------------------------------------------------------------------------------------------------------------------
-- Alarms: a mail to the operators for every case, once, and once more when nobody has closed it for a day. A row stays due
-- until a relay has taken the mail.

create table alarm_mails (
  -- the mail's Message-ID is made of it: the same for every repeat
  id          text primary key,
  state       text not null default 'due' check (state in ('due', 'sent', 'not-wanted')),
  attempts    int not null default 0,
  answer      text,
  -- real time: leases and pauses belong to processes
  made_at     timestamptz not null default clock_timestamp(),
  due_at      timestamptz not null default clock_timestamp(),
  lease_until timestamptz,
  sent_at     timestamptz
);
create index alarm_mails_due on alarm_mails (due_at) where state = 'due';
create index alarm_mails_made on alarm_mails (made_at);

create table alarms (
  id        bigint generated always as identity primary key,
  case_id   text not null references cases,
  times     int not null,
  sort      text not null check (sort in ('opened', 'escalated')),
  mail_id   text references alarm_mails,
  raised_at timestamptz not null default clock_timestamp(),
  unique (case_id, times, sort)
);
create index alarms_to_bundle on alarms (id) where mail_id is null;
create index alarms_by_mail on alarms (mail_id);

create function raise_alarm() returns trigger language plpgsql as $$
begin
  insert into alarms (case_id, times, sort) values (new.id, new.times, 'opened') on conflict do nothing;
  perform ring('alarm');
  return null;
end $$;
create trigger case_raises_alarm after insert or update of times on cases for each row execute function raise_alarm();
insert into alarms (case_id, times, sort) select id, times, 'opened' from cases where closed_at is null;

-- Puts alarms that wait into mails: one each, or one for all when they come in a flood. Answers how many alarms there were.
create function bundle_alarms(p_most_a_minute int) returns int language plpgsql as $$
declare
  fresh bigint[];
  crowd boolean;
  digest text;
begin
  insert into alarms (case_id, times, sort)
    select k.id, k.times, 'escalated' from cases k
     where k.closed_at is null and k.opened_at < business_now() - interval '24 hours'
       and not exists (select 1 from alarms a where a.case_id = k.id and a.times = k.times and a.sort = 'escalated')
    on conflict do nothing;
  select array_agg(t.id) into fresh from (select id from alarms where mail_id is null order by id limit 500 for update skip locked) t;
  if fresh is null then return 0; end if;
  crowd := cardinality(fresh) + (select count(*) from alarm_mails where made_at > clock_timestamp() - interval '1 minute') > p_most_a_minute;
  if crowd then
    digest := 'digest/' || new_code();
    insert into alarm_mails (id) values (digest);
    update alarms set mail_id = digest where id = any (fresh);
  else
    insert into alarm_mails (id) select case_id || '/' || times || '/' || sort from alarms where id = any (fresh);
    update alarms set mail_id = case_id || '/' || times || '/' || sort where id = any (fresh);
  end if;
  return cardinality(fresh);
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Decisions by hand (payment rules §2.1, C10 and C12): one operator proposes with a document, another one confirms.

create table resolution_documents (
  id          text primary key default new_code(),
  sha256      text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  media_type  text not null,
  size_bytes  int not null check (size_bytes between 1 and 5242880),
  -- sealed with the row's id: a bank's paper names people
  content     bytea not null,
  uploaded_by text not null references residents,
  uploaded_at timestamptz not null default business_now()
);
create trigger resolution_documents_append_only before update or delete or truncate on resolution_documents
  for each statement execute function refuse_change();

create table resolutions (
  id           text primary key default new_code(),
  charge_id    text not null references charges,
  verdict      text not null check (verdict in ('charged', 'not-charged')),
  amount_minor bigint,
  document_id  text not null references resolution_documents,
  state        text not null default 'open' check (state in ('open', 'confirmed', 'withdrawn', 'expired')),
  -- takes back what two others decided (C12)
  reverses     boolean not null default false,
  proposed_by  text not null references residents,
  proposed_at  timestamptz not null default business_now(),
  expires_at   timestamptz not null default business_now() + interval '24 hours',
  closed_by    text references residents,
  closed_at    timestamptz,
  -- what the charge was after it
  result       jsonb,
  check ((verdict = 'charged') = (amount_minor is not null)),
  check (amount_minor > 0),
  check (state <> 'confirmed' or (closed_by is not null and closed_by <> proposed_by)),
  check ((state = 'open') = (closed_at is null))
);
create unique index one_open_resolution_per_charge on resolutions (charge_id) where state = 'open';
create index resolutions_by_charge on resolutions (charge_id, proposed_at);

create function is_charged_by_hand(c charges) returns boolean language sql stable as
  $$ select c.state = 'charged' and exists (select 1 from evidence e where e.id = c.evidence_id and e.source = 'operators') $$;

-- Whose word a row of evidence is: of the charge's object, or of another one. A refusal speaks of a request, not of money (0016-evidence-and-stops.sql
-- writes both).
alter table evidence
  add column object_id text,
  add column how       text;

-- The gateway says that no money was taken by a charge that operators had decided to be charged, says so of its very object, and has shown no money.
create function is_denied(c charges) returns boolean language sql stable as
  $$ select exists (select 1 from evidence e where e.charge_id = c.id and e.outcome = 'not-charged' and e.rank <= 3
           and e.how is distinct from 'refused' and (e.object_id is null or c.object_id is null or e.object_id = c.object_id))
       and not exists (select 1 from evidence e where e.charge_id = c.id and e.outcome = 'charged' and e.rank <= 3) $$;

-- What the gateway called "there already" is explained by nobody's look: two operators say that this charge took nothing.
create function is_to_be_explained(c charges) returns boolean language sql stable as
  $$ select c.state = 'not-charged' and exists (select 1 from cases k where k.kind = 'already-there' and k.subject = c.id and k.closed_at is null) $$;

-- q: {"chargeId","operatorId","verdict","amountMinor","sha256","mediaType","sizeBytes","documentId"|null,"plan"}; p_document: the sealed
-- document, null when the caller names only its hash. Answers {"state": "proposed" | "confirmed", "id", "charge"} or {"refused": why}.
create function resolve_charge(q jsonb, p_document bytea) returns jsonb language plpgsql as $$
declare
  c charges;
  p payments;
  r resolutions;
  known text;
  reverses boolean;
  explains boolean;
  answer jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('resolution/' || (q->>'chargeId'), 0));
  select * into c from charges where id = q->>'chargeId';
  if not found then return jsonb_build_object('refused', 'charge-not-found'); end if;
  select * into p from payments where id = c.payment_id;
  -- nobody is the judge of a payment of their own
  if p.resident_id = q->>'operatorId' then return jsonb_build_object('refused', 'forbidden'); end if;
  update resolutions set state = 'expired', closed_at = business_now()
    where charge_id = c.id and state = 'open' and expires_at <= business_now();

  reverses := is_charged_by_hand(c) and is_denied(c) and q->>'verdict' = 'not-charged';
  explains := is_to_be_explained(c) and q->>'verdict' = 'not-charged';
  if not reverses and not explains and c.state not in ('unknown', 'pending', 'held') then
    return jsonb_build_object('refused', 'charge-not-undecided', 'charge', c.state);
  end if;
  -- nobody asked the gateway for more: a larger sum is a slip of the pen, and its difference would go out as a refund
  if (q->>'amountMinor')::bigint > c.amount_minor then
    return jsonb_build_object('refused', 'amount-above-most', 'amountMinor', c.amount_minor);
  end if;
  if not reverses and not explains and exists (select 1 from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
       where t.evidence_object = c.id group by e.account, e.currency having sum(e.debit_minor) <> sum(e.credit_minor)) then
    return jsonb_build_object('refused', 'charge-not-undecided', 'charge', c.state);
  end if;
  if reverses and exists (select 1 from resolutions x where x.charge_id = c.id and x.state = 'confirmed'
       and q->>'operatorId' in (x.proposed_by, x.closed_by)) then
    return jsonb_build_object('refused', 'two-operators-needed');
  end if;

  select * into r from resolutions where charge_id = c.id and state = 'open' for update;
  if not found then
    if p_document is null then return jsonb_build_object('refused', 'document-missing'); end if;
    insert into resolution_documents (id, sha256, media_type, size_bytes, content, uploaded_by)
      values (q->>'documentId', q->>'sha256', q->>'mediaType', (q->>'sizeBytes')::int, p_document, q->>'operatorId');
    insert into resolutions (charge_id, verdict, amount_minor, document_id, reverses, proposed_by)
      values (c.id, q->>'verdict', (q->>'amountMinor')::bigint, q->>'documentId', reverses, q->>'operatorId') returning * into r;
    insert into audit (actor, action, subject, detail) values (r.proposed_by, 'resolution.propose', c.id,
      jsonb_build_object('resolution', r.id, 'verdict', r.verdict, 'amountMinor', r.amount_minor, 'sha256', q->>'sha256'));
    return jsonb_build_object('state', 'proposed', 'id', r.id);
  end if;

  select sha256 into known from resolution_documents where id = r.document_id;
  if r.verdict <> q->>'verdict' or r.amount_minor is distinct from (q->>'amountMinor')::bigint or known <> q->>'sha256' then
    return jsonb_build_object('refused', 'resolution-conflict');
  end if;
  if r.proposed_by = q->>'operatorId' then return jsonb_build_object('refused', 'two-operators-needed'); end if;
  update resolutions set state = 'confirmed', closed_by = q->>'operatorId', closed_at = business_now() where id = r.id;
  answer := case when r.reverses then take_back_decision(c.id, r.id)
    when explains then explain_already_there(c.id, r)
    else record_evidence(c.id, resolution_evidence(r, known), q->'plan', 0, null, null) end;
  update resolutions set result = answer where id = r.id;
  insert into audit (actor, action, subject, detail) values (q->>'operatorId', 'resolution.confirm', c.id,
    jsonb_build_object('resolution', r.id, 'verdict', r.verdict, 'amountMinor', r.amount_minor, 'sha256', known,
      'proposedBy', r.proposed_by, 'charge', answer->>'charge', 'moved', answer->'moved'));
  perform tell_workflow('wake-payment', p.id);
  return jsonb_build_object('state', 'confirmed', 'id', r.id, 'charge', answer);
end $$;

-- Two operators vouch that a charge which the gateway called "there already" took nothing: its debt may be charged again.
create function explain_already_there(p_charge text, r resolutions) returns jsonb language plpgsql as $$
declare
  c charges;
  p payments;
begin
  perform 1 from payments where id = (select payment_id from charges where id = p_charge) for no key update;
  select * into c from charges where id = p_charge for update;
  select * into p from payments where id = c.payment_id;
  if not is_to_be_explained(c) then
    raise exception 'charge % is %: not to be decided by hand', c.id, c.state using errcode = 'check_violation';
  end if;
  insert into evidence (charge_id, rank, source, outcome, how, hash, facts, moved)
    values (c.id, 5, 'operators', 'not-charged', 'by-hand', 'operators/' || r.id,
      jsonb_build_object('resolution', r.id, 'document', r.document_id), false);
  update cases set closed_at = business_now(), closed_by = r.closed_by, closed_why = 'explained by two operators'
    where kind = 'already-there' and subject = c.id and closed_at is null;
  return evidence_answer(c, p, false);
end $$;

create function resolution_evidence(r resolutions, p_sha256 text) returns jsonb language sql immutable as
  $$ select jsonb_strip_nulls(jsonb_build_object('source', 'operators', 'rank', 5, 'hash', 'operators/' || r.id, 'outcome', r.verdict,
       'how', case when r.verdict = 'not-charged' then 'by-hand' end, 'reason', case when r.verdict = 'not-charged' then 'by-hand' end,
       'amountMinor', r.amount_minor,
       'facts', jsonb_build_object('resolution', r.id, 'document', r.document_id, 'sha256', p_sha256))) $$;

-- Corrections of the ledger (L13) make room for a later truth: money that was decided, taken back, and is found after all is posted once more.
alter table ledger_transactions add column corrections int not null default 0;
drop index ledger_once;
create unique index ledger_once on ledger_transactions
  ((case when kind in ('L1', 'L5') then 'charged' else kind end), evidence_object, corrections);
create index ledger_corrections on ledger_transactions (evidence_object) where kind = 'L13';

create or replace function post(p_kind text, p_object text, p_payment text, p_currency text, p_entries jsonb)
  returns void language plpgsql as $$
declare
  tx bigint;
begin
  insert into ledger_transactions (kind, evidence_object, payment_id, corrections)
    values (p_kind, p_object, p_payment, (select count(*) from ledger_transactions where kind = 'L13' and evidence_object = p_object))
    returning id into tx;
  insert into ledger_entries (transaction_id, line, account, debit_minor, credit_minor, currency)
    select tx, e.ordinality, e.value->>'account', coalesce((e.value->>'debit')::bigint, 0),
           coalesce((e.value->>'credit')::bigint, 0), p_currency
      from jsonb_array_elements(p_entries) with ordinality e
     where coalesce((e.value->>'debit')::bigint, 0) <> coalesce((e.value->>'credit')::bigint, 0);
end $$;

-- The reverse of everything that was posted about an object; nothing when it is even already.
create function reverse_postings(p_object text, p_payment text, p_currency text) returns void language plpgsql as $$
declare
  entries jsonb;
begin
  select jsonb_agg(jsonb_build_object('account', s.account, 'debit', greatest(-s.rest, 0), 'credit', greatest(s.rest, 0)) order by s.account)
    into entries
    from (select e.account, sum(e.debit_minor - e.credit_minor)::bigint as rest from ledger_entries e
            join ledger_transactions t on t.id = e.transaction_id
           where t.evidence_object = p_object group by e.account) s where s.rest <> 0;
  if entries is not null then perform post('L13', p_object, p_payment, p_currency, entries); end if;
end $$;

-- C12: two other operators take back a decision that the gateway denies. The money was never taken: its posting is reversed, what it
-- would have given back is withdrawn, and the debt is open again, for people (docs/decisions/0050).
create function take_back_decision(p_charge text, p_resolution text) returns jsonb language plpgsql as $$
declare
  c charges;
  p payments;
  b bills;
  r resolutions;
  f refunds;
  evidence_row bigint;
begin
  select * into r from resolutions where id = p_resolution;
  select * into c from charges where id = p_charge;
  select * into p from payments where id = c.payment_id;
  select * into b from bills where id = p.bill_id;
  perform stand_in_line_for_debt(b.identity_key);
  perform 1 from claims where claim_key = b.identity_key and part = p.part for update;
  perform 1 from bills where id = b.id for no key update;
  if p.mandate_id is not null then perform 1 from mandates where id = p.mandate_id for no key update; end if;
  if c.method_id is not null then perform 1 from methods where id = c.method_id for no key update; end if;
  perform 1 from payments where id = p.id for no key update;
  perform 1 from charges where id = c.id for update;
  select * into c from charges where id = p_charge;
  select * into p from payments where id = c.payment_id;
  select * into b from bills where id = p.bill_id;
  if not is_charged_by_hand(c) or not is_denied(c) then
    raise exception 'charge % is %: not to be decided by hand', c.id, c.state using errcode = 'check_violation';
  end if;
  if exists (select 1 from refunds x where x.charge_id = c.id and x.state not in ('requested', 'withdrawn')) then
    raise exception 'charge % has a refund under way: not to be decided by hand', c.id using errcode = 'check_violation';
  end if;

  insert into evidence (charge_id, rank, source, outcome, how, hash, facts, moved)
    values (c.id, 5, 'operators', 'not-charged', 'by-hand', 'operators/' || r.id,
      jsonb_build_object('resolution', r.id, 'document', r.document_id), true) returning id into evidence_row;
  update charges set state = 'not-charged', how = 'by-hand', reason = 'by-hand', charged_minor = null, fee_minor = null,
      evidence_id = evidence_row, decided_at = business_now() where id = c.id returning * into c;
  for f in update refunds set state = 'withdrawn' where charge_id = c.id and state = 'requested' returning * loop
    perform reverse_postings(f.id, p.id, c.currency);
    update cases set closed_at = business_now(), closed_by = 'engine', closed_why = 'nothing was taken'
      where kind = 'money-to-return' and subject = f.id and closed_at is null;
  end loop;
  perform reverse_postings(c.id, p.id, c.currency);
  update cases set closed_at = business_now(), closed_by = 'engine', closed_why = 'taken back by hand'
    where kind in ('denied-after-charged', 'money-to-return', 'part-paid') and subject = c.id and closed_at is null;

  if p.state in ('paid', 'returning') and not exists (select 1 from charges o where o.payment_id = p.id and o.state = 'charged') then
    if p.state = 'paid' and b.state = 'paid' then update bills set state = 'owed' where id = b.id; end if;
    update claims set state = 'held' where payment_id = p.id;
    update limit_use set state = 'reserved' where payment_id = p.id and state = 'spent';
    update payments set state = 'charging', paid_minor = null, paid_at = null, changed_at = business_now() where id = p.id;
    perform close_payment(p.id, 'gave-up', 'by-hand');
    perform tell_resident('failed', p.resident_id, 'denied/' || c.id || '/' || r.id, p.id,
      payment_words(p) || jsonb_build_object('reason', 'by-hand'), true, p.id);
  end if;
  select * into p from payments where id = p.id;
  return evidence_answer(c, p, true);
end $$;

-- A proposal is taken back by who made it, or turned down by another operator; both only end it.
create function withdraw_resolution(p_resolution text, p_operator text) returns boolean language plpgsql as $$
declare
  r resolutions;
begin
  update resolutions set state = case when expires_at <= business_now() then 'expired' else 'withdrawn' end,
      closed_by = p_operator, closed_at = business_now() where id = p_resolution and state = 'open' returning * into r;
  if not found then return false; end if;
  insert into audit (actor, action, subject, detail) values (p_operator, 'resolution.withdraw', r.charge_id,
    jsonb_build_object('resolution', r.id, 'proposedBy', r.proposed_by));
  return true;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- What gateways tell us: an event once, and a flood of the same one makes one row.

alter table gateway_nudges
  add column subject  text not null default 'charge' check (subject in ('charge', 'binding', 'refund', 'dispute')),
  -- the vendor's id of the event, or its name, object and minute where the vendor numbers nothing
  add column event_id text,
  add column repeats  int not null default 0;
create unique index gateway_nudges_once on gateway_nudges (gateway, event_id) where event_id is not null;
create index gateway_nudges_by_charge on gateway_nudges (charge_id, received_at) where charge_id is not null;

-- n: {"gateway","event","eventId"|null,"subject","objectId","chargeId"|null}. An unnumbered event that comes again is a reason to look again:
-- more may have happened since. A numbered one has been told; its replay years later tells nothing.
create function keep_nudge(n jsonb) returns void language plpgsql as $$
declare
  numbered boolean := n->>'eventId' is not null;
begin
  insert into gateway_nudges (gateway, event, event_id, subject, object_id, charge_id)
    values (n->>'gateway', n->>'event',
      coalesce(n->>'eventId', concat_ws('/', n->>'event', n->>'objectId', to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDDHH24MI'))),
      n->>'subject', n->>'objectId', n->>'chargeId')
    on conflict (gateway, event_id) where event_id is not null do update
      set repeats = gateway_nudges.repeats + 1, done_at = null, attempts = 0, not_before = clock_timestamp()
      where not numbered and gateway_nudges.done_at is not null;
  if found then perform ring('nudge'); end if;
end $$;

-- How many notifications were turned away, by day; never what was in them.
create table notification_refusals (
  gateway text not null,
  on_day  date not null default (clock_timestamp() at time zone 'UTC')::date,
  kind    text not null check (kind in ('forged', 'unreadable', 'stranger')),
  times   bigint not null,
  primary key (gateway, on_day, kind)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Circuits: a gateway that does not answer gets no new charges until a probe was answered. Look-ups and replays are never stopped. Real time
-- throughout: these are rules about machines, not about debts.

create table gateway_circuits (
  gateway       text primary key,
  state         text not null default 'closed' check (state in ('closed', 'open')),
  -- of the window that runs
  window_from   timestamptz not null default clock_timestamp(),
  failed        int not null default 0,
  answered      int not null default 0,
  -- openings since the last one that was closed by an answer for good: the pause grows with it
  openings      int not null default 0,
  opened_at     timestamptz,
  closed_at     timestamptz,
  probe_at      timestamptz,
  probe_charge  text,
  changed_at    timestamptz not null default clock_timestamp()
);

-- n: {"gateway","failed","answered","failures","windowSeconds","pauseSeconds"}: what a process has seen since it last told. Opens the circuit when
-- at least `failures` of the window had no usable answer and they are at least half of it. Answers the state.
create function note_gateway(n jsonb) returns text language plpgsql as $$
declare
  g gateway_circuits;
begin
  insert into gateway_circuits (gateway) values (n->>'gateway') on conflict do nothing;
  select * into g from gateway_circuits where gateway = n->>'gateway' for update;
  if g.window_from < clock_timestamp() - make_interval(secs => (n->>'windowSeconds')::double precision) then
    g.window_from := clock_timestamp(); g.failed := 0; g.answered := 0;
  end if;
  g.failed := g.failed + (n->>'failed')::int;
  g.answered := g.answered + (n->>'answered')::int;
  update gateway_circuits set window_from = g.window_from, failed = g.failed, answered = g.answered where gateway = g.gateway;
  if g.state = 'closed' and g.failed >= (n->>'failures')::int and g.failed >= g.answered then
    perform open_circuit(g.gateway, (n->>'pauseSeconds')::double precision);
    return 'open';
  end if;
  return g.state;
end $$;

create function open_circuit(p_gateway text, p_pause_seconds double precision) returns void language plpgsql as $$
declare
  g gateway_circuits;
begin
  update gateway_circuits set state = 'open', opened_at = clock_timestamp(), closed_at = null, probe_charge = null, changed_at = clock_timestamp(),
      -- soon again after the last time: it has not mended
      openings = case when closed_at > clock_timestamp() - interval '10 minutes' then openings + 1 else 1 end,
      probe_at = clock_timestamp() + make_interval(secs => least(600, p_pause_seconds * power(2, case
        when closed_at > clock_timestamp() - interval '10 minutes' then least(openings, 6) else 0 end)))
    where gateway = p_gateway and state = 'closed' returning * into g;
  if not found then return; end if;
  insert into audit (actor, action, subject, detail) values ('engine', 'circuit.open', p_gateway,
    jsonb_build_object('failed', g.failed, 'answered', g.answered));
  perform open_case('circuit-open', p_gateway, null, null, jsonb_build_object('failed', g.failed, 'answered', g.answered));
end $$;

create function close_circuit(p_gateway text, p_why text) returns void language plpgsql as $$
begin
  update gateway_circuits set state = 'closed', closed_at = clock_timestamp(), probe_at = null, probe_charge = null,
      window_from = clock_timestamp(), failed = 0, answered = 0, changed_at = clock_timestamp()
    where gateway = p_gateway and state = 'open';
  if not found then return; end if;
  insert into audit (actor, action, subject, detail) values ('engine', 'circuit.close', p_gateway, jsonb_build_object('why', p_why));
  update cases set closed_at = business_now(), closed_by = 'engine', closed_why = p_why
    where kind = 'circuit-open' and subject = p_gateway and closed_at is null;
end $$;

-- What became of the probe stands in its charge's row, whoever sent it.
create function probe_outcome(p_charge text) returns text language sql stable as
  $$ select case when c.id is null or (c.state = 'sending' and c.lease_until > clock_timestamp() - interval '45 seconds') then 'under way'
       when c.state in ('sending', 'unknown') or (c.how = 'refused' and c.reason = 'technical') then 'failed' else 'answered' end
     from (values (1)) one left join charges c on c.id = p_charge $$;

-- closed, open (nothing new is sent), or half-open (the next charge may try). Judges the probe that is out.
create function gateway_circuit(p_gateway text) returns text language plpgsql as $$
declare
  g gateway_circuits;
begin
  select * into g from gateway_circuits where gateway = p_gateway;
  if not found or g.state = 'closed' then return 'closed'; end if;
  if g.probe_charge is not null and probe_outcome(g.probe_charge) = 'answered' then
    perform close_circuit(p_gateway, 'a probe was answered');
    return 'closed';
  end if;
  return case when g.probe_at <= clock_timestamp() then 'half-open' else 'open' end;
end $$;

-- The gate's question. While the circuit is open one charge in a while goes out as a probe; a payer who waits may be the probe at once, when none
-- is under way.
create function gate_check_circuit(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  present constant boolean := q->>'initiatedBy' = 'cit';
  g gateway_circuits;
begin
  if q->>'replayOf' is not null or gateway_circuit(p.gateway) = 'closed' then return gate_pass(); end if;
  update gateway_circuits set probe_charge = q->>'chargeId', probe_at = clock_timestamp() + interval '60 seconds', changed_at = clock_timestamp()
    where gateway = p.gateway and state = 'open'
      and (probe_at <= clock_timestamp() or (present and (probe_charge is null or probe_outcome(probe_charge) = 'failed')))
    returning * into g;
  if found then return gate_pass(); end if;
  select * into g from gateway_circuits where gateway = p.gateway;
  if g.state = 'closed' then return gate_pass(); end if;
  return row('wait', 'gateway-unavailable', business_after_real(greatest(g.probe_at - clock_timestamp(), interval '5 seconds')
    + random() * interval '5 seconds'))::gate_answer;
end $$;

-- The last of the gate's questions, so that a probe is taken only by a charge that will be sent.
alter function gate_check_hours(payments, jsonb) rename to gate_check_lawful_hours;
create function gate_check_hours(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  lawful gate_answer := gate_check_lawful_hours(p, q);
  spared gate_answer;
begin
  if lawful.answer not in ('pass', 'nothing-configured') then return lawful; end if;
  spared := gate_check_circuit(p, q);
  return case spared.answer when 'pass' then lawful else spared end;
end $$;
create index methods_by_binding on methods (gateway, binding_object_id) where binding_object_id is not null;
