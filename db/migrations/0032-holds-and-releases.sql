-- Holds and annulments as stops whose answer lists what is under way, and releases that admit at a rate (payment rules §6).

-- Charges that may still take money, of one bill or in the scope of a hold, the oldest `p_most` of them; `inFlightTotal` counts them all. To be read in a
-- later statement of the stop's own transaction, behind its lock: whatever passed the gate before it is here.
create function in_flight_in(p_scope text, p_id text, p_most int) returns jsonb language sql volatile as
  $$ with those as materialized (
       select y.id as payment, c.first_sent_at as sent, count(*) over ()::int as total from charges c
         join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
        where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') and case p_scope when 'all' then true
          when 'gateway' then c.gateway = p_id when 'biller' then r.id = p_id when 'category' then r.category = p_id when 'bill' then b.id = p_id end
        order by c.first_sent_at, c.id limit p_most)
     select jsonb_build_object('inFlightTotal', coalesce((select max(total) from those), 0),
       'inFlight', coalesce((select jsonb_agg(f order by those.sent, those.payment)
         from those cross join lateral jsonb_array_elements(in_flight(null, null, those.payment)) f), '[]')) $$;

-- receive_bill, and where the bill is stopped by it (annulled, paid elsewhere, perhaps paid by us) what was under way; repeated, today's list.
create function receive_bill_as_stop(p jsonb, p_most int) returns jsonb language plpgsql as $$
declare
  answer jsonb := receive_bill(p);
  b bills;
begin
  select * into b from bills where id = answer->>'billId';
  if b.state not in ('annulled', 'paid-elsewhere') and not b.echo then return answer; end if;
  return answer || jsonb_build_object('stop', in_flight_in('bill', b.id, p_most)
    || jsonb_build_object('stoppedAt', (select received_at from bill_versions where bill_id = b.id and version = b.version)));
end $$;

-- A hold that was lifted admits at a rate until what had waited has gone (§6). One row for a scope; it ends by itself, when nobody waits any more.
create table releases (
  scope       text not null check (scope in ('all', 'gateway', 'biller', 'category')),
  scope_id    text not null default '',
  per_minute  int not null check (per_minute > 0),
  released_by text not null,
  -- real time, as with circuits: other people's machines are spared, whatever the sandbox does to its clock
  released_at timestamptz not null default clock_timestamp(),
  -- nothing goes out before; the moment of the last charge that did, and a spacing
  next_at     timestamptz not null default clock_timestamp(),
  -- the last turn that was given to a payment that waits
  last_turn_at timestamptz not null default clock_timestamp(),
  admitted    bigint not null default 0,
  primary key (scope, scope_id)
);

-- Whose turn it is when: first come, first served, and who pays by hand and waits in front of a page goes ahead of all turns.
create table release_turns (
  scope      text not null,
  scope_id   text not null,
  payment_id text not null references payments,
  turn_at    timestamptz not null,
  primary key (scope, scope_id, payment_id),
  foreign key (scope, scope_id) references releases on delete cascade
);
create index release_turns_in_order on release_turns (scope, scope_id, turn_at);

-- The releases that a payment is under, in the one order in which gates lock them: behind all locks of the gate, before the gateway's circuit.
create function releases_over(p payments) returns setof releases language sql volatile as
  $$ select x.* from releases x, bills b join billers r on r.id = b.biller_id
      where b.id = p.bill_id and (x.scope = 'all' or (x.scope = 'gateway' and x.scope_id = p.gateway)
         or (x.scope = 'biller' and x.scope_id = r.id) or (x.scope = 'category' and x.scope_id = r.category))
      order by x.scope, x.scope_id $$;

-- Spacing between two charges of a release: even, so that no minute whatever has more of them than the rate.
create function release_spacing(r releases) returns interval language sql immutable as
  $$ select interval '1 minute' / r.per_minute $$;

-- Somebody in its scope should have gone out a minute ago: workers may have been away all the time.
create function release_is_awaited(r releases, but_for text) returns boolean language sql volatile as
  $$ select exists (select 1 from payments y join bills b on b.id = y.bill_id join billers x on x.id = b.biller_id
      where y.state = 'scheduled' and y.id <> but_for and y.next_look_at < business_now() - interval '1 minute' and case r.scope when 'all' then true
        when 'gateway' then y.gateway = r.scope_id when 'biller' then x.id = r.scope_id when 'category' then x.category = r.scope_id end) $$;

-- Asked under the rows' locks, which stay until the gate commits: 50 gates at once are asked one after another. A new charge passes when its turn has come
-- and the last one is a spacing away; else it gets a turn, for which it waits. Replays and captures are of charges that were admitted already.
create function gate_check_releases(p payments) returns gate_answer language plpgsql as $$
declare
  present constant boolean := exists (select 1 from instructions i where i.payment_id = p.id and i.used_at is null);
  r releases;
  right_now timestamptz;
  turn timestamptz;
  wait interval;
begin
  if not exists (select 1 from releases_over(p)) then return gate_pass(); end if;
  for r in select x.* from releases x where (x.scope, x.scope_id) in (select o.scope, o.scope_id from releases_over(p) o)
      order by x.scope, x.scope_id for update loop
    right_now := clock_timestamp();
    if greatest(r.last_turn_at, r.next_at) < right_now - interval '15 minutes' and not release_is_awaited(r, p.id) then
      delete from releases where scope = r.scope and scope_id = r.scope_id;
      insert into audit (actor, action, subject, detail) values ('engine', 'release.over',
        'hold/' || r.scope || '/' || r.scope_id, jsonb_build_object('admitted', r.admitted));
      continue;
    end if;
    select t.turn_at into turn from release_turns t where t.scope = r.scope and t.scope_id = r.scope_id and t.payment_id = p.id;
    continue when r.next_at <= right_now and (present or turn <= right_now or (turn is null and r.last_turn_at <= right_now));
    if present then
      wait := greatest(r.next_at - right_now, interval '0') + random() * release_spacing(r);
    elsif turn is null then
      turn := greatest(r.last_turn_at + release_spacing(r), r.next_at, right_now);
      insert into release_turns (scope, scope_id, payment_id, turn_at) values (r.scope, r.scope_id, p.id, turn);
      update releases set last_turn_at = turn where scope = r.scope and scope_id = r.scope_id;
      wait := turn - right_now;
    elsif turn > right_now then
      wait := turn - right_now;
    else
      -- its turn came and others went out late: behind those of them whose turn came before, not at the end of the line
      wait := r.next_at - right_now + release_spacing(r) * (select count(*) from release_turns t
        where t.scope = r.scope and t.scope_id = r.scope_id and t.turn_at < turn and t.turn_at > right_now - interval '1 hour');
    end if;
    return row('wait', case when present and wait > interval '1 minute' then 'released slowly' else 'turn after a hold' end,
      business_after_real(wait))::gate_answer;
  end loop;
  return gate_pass();
end $$;

-- Gate check 1, of standing holds as in 0008-gate.sql. New: what a release lets pass.
alter function gate_check_holds(payments) rename to gate_check_standing_holds;
create function gate_check_holds(p payments) returns gate_answer language plpgsql as $$
declare
  a gate_answer := gate_check_standing_holds(p);
begin
  if a.answer <> 'pass' or p.state <> 'scheduled' then return a; end if;
  return gate_check_releases(p);
end $$;

-- A person in front of a page waits a moment for their turn, as for a card that is busy; where it is no moment they are told (0012-declines.sql).
alter function gate_refuse(payments, text, gate_answer) rename to gate_refuse_asked;
create function gate_refuse(p payments, p_check text, a gate_answer) returns jsonb language plpgsql as $$
begin
  if a.answer = 'wait' and a.reason = 'turn after a hold' and p.state = 'scheduled' then
    update payments set next_look_at = a.next_at, remark = a.reason, changed_at = business_now() where id = p.id;
    return jsonb_build_object('verdict', 'not-now', 'check', p_check, 'reason', a.reason);
  end if;
  return gate_refuse_asked(p, p_check, a);
end $$;

-- Only what passes the whole gate takes its place in the rate: a debit whose notice had grown too old took nobody's.
create function release_admits() returns trigger language plpgsql as $$
declare
  p payments;
begin
  if not exists (select 1 from releases) then return null; end if;
  select y.* into p from payments y join charges c on c.payment_id = y.id where c.id = new.charge_id;
  update releases x set next_at = clock_timestamp() + release_spacing(x), admitted = admitted + 1
    where (x.scope, x.scope_id) in (select o.scope, o.scope_id from releases_over(p) o);
  delete from release_turns where payment_id = p.id;
  return null;
end $$;
create trigger gate_pass_is_admitted after insert on gate_passes for each row
  when (new.kind = 'charge' and new.transmission = 1) execute function release_admits();
