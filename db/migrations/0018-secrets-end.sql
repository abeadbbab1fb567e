-- The end of what must not be kept (payment rules §15). Request bytes hold a token and an address of mail: they go thirty days after the decision, and with
-- the method that they name as soon as its owner withdraws it. Raw answers hold names and more: they go after 180 days. Hashes stay for ever.

create index charges_with_request on charges (decided_at) where request is not null and state in ('charged', 'not-charged');
create index refunds_with_request on refunds (decided_at) where request is not null and state in ('done', 'refused', 'withdrawn');
create index evidence_with_raw on evidence (seen_at) where raw is not null;
create index refund_evidence_with_raw on refund_evidence (seen_at) where raw is not null;
create index methods_withdrawn on methods (withdrawn_clock) where state = 'withdrawn';

create function raw_answers_live() returns interval language sql immutable as $$ select interval '180 days' $$;

-- Append-only, but for one change that only the pruning makes: a raw answer that is old enough goes. Everything else of its row stays as it was written.
create function refuse_change_but_pruning() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and current_setting('kvitok.prunes', true) = 'on' then return null; end if;
  raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create function only_old_raw_goes() returns trigger language plpgsql as $$
declare
  goes boolean := new.raw is null and old.raw is not null and old.seen_at < business_now() - raw_answers_live();
begin
  new.raw := old.raw;
  if not goes or new is distinct from old then
    raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
  end if;
  new.raw := null;
  return new;
end $$;
drop trigger evidence_append_only on evidence;
create trigger evidence_append_only before update or delete or truncate on evidence
  for each statement execute function refuse_change_but_pruning();
create trigger evidence_loses_only_raw before update on evidence for each row execute function only_old_raw_goes();
drop trigger refund_evidence_append_only on refund_evidence;
create trigger refund_evidence_append_only before update or delete or truncate on refund_evidence
  for each statement execute function refuse_change_but_pruning();
create trigger refund_evidence_loses_only_raw before update on refund_evidence for each row execute function only_old_raw_goes();

-- A withdrawn method takes its bytes along. Rows that somebody holds right now are passed over: waiting for them could be a deadlock, and whoever decides a
-- charge sees to it below; the pruning finds what is left between the two.
create function forget_requests_of_method() returns trigger language plpgsql as $$
begin
  update charges set request = null where id in (select c.id from charges c where c.method_id = new.id and c.request is not null
    and c.state in ('charged', 'not-charged') for no key update skip locked);
  update refunds set request = null where id in (select r.id from refunds r join charges c on c.id = r.charge_id where c.method_id = new.id
    and r.request is not null and r.state in ('done', 'refused', 'withdrawn') for no key update of r skip locked);
  return null;
end $$;
create trigger withdrawn_method_forgets_requests after update of state on methods for each row
  when (new.state = 'withdrawn' and old.state is distinct from new.state) execute function forget_requests_of_method();

create function decided_charge_forgets_request() returns trigger language plpgsql as $$
begin
  if exists (select 1 from methods t where t.id = new.method_id and t.state = 'withdrawn') then new.request := null; end if;
  return new;
end $$;
create trigger decided_charge_forgets_request before update of state on charges for each row
  when (new.state in ('charged', 'not-charged') and new.request is not null) execute function decided_charge_forgets_request();

create function decided_refund_forgets_request() returns trigger language plpgsql as $$
begin
  if exists (select 1 from charges c join methods t on t.id = c.method_id where c.id = new.charge_id and t.state = 'withdrawn') then
    new.request := null;
  end if;
  return new;
end $$;
create trigger decided_refund_forgets_request before update of state on refunds for each row
  when (new.state in ('done', 'refused', 'withdrawn') and new.request is not null) execute function decided_refund_forgets_request();

-- Cuts what has outlived its purpose, at most so many rows of each kind; answers how many went. Rows that are held right now come with the next call.
create function prune_secrets(p_limit int) returns int language plpgsql set kvitok.prunes = 'on' as $$
declare
  gone int;
  n int := 0;
begin
  update charges set request = null where id in (select id from charges
    where request is not null and state in ('charged', 'not-charged') and decided_at < business_now() - interval '30 days'
    limit p_limit for no key update skip locked);
  get diagnostics gone = row_count;
  n := n + gone;
  -- who was held at the very moment of the withdrawal; what is older has gone by then
  update charges set request = null where id in (select c.id from charges c join methods t on t.id = c.method_id
    where t.state = 'withdrawn' and t.withdrawn_clock > clock_timestamp() - interval '2 days' and c.request is not null
      and c.state in ('charged', 'not-charged') limit p_limit for no key update of c skip locked);
  get diagnostics gone = row_count;
  n := n + gone;
  update refunds set request = null where id in (select r.id from refunds r join charges c on c.id = r.charge_id left join methods t on t.id = c.method_id
    where r.request is not null and r.state in ('done', 'refused', 'withdrawn')
      and (r.decided_at < business_now() - interval '30 days' or t.state = 'withdrawn') limit p_limit for no key update of r skip locked);
  get diagnostics gone = row_count;
  n := n + gone;
  update evidence set raw = null where id in (select id from evidence
    where raw is not null and seen_at < business_now() - raw_answers_live() limit p_limit for no key update skip locked);
  get diagnostics gone = row_count;
  n := n + gone;
  update refund_evidence set raw = null where id in (select id from refund_evidence
    where raw is not null and seen_at < business_now() - raw_answers_live() limit p_limit for no key update skip locked);
  get diagnostics gone = row_count;
  return n + gone;
end $$;

-- What stands there already.
update charges c set request = null from methods t where t.id = c.method_id and t.state = 'withdrawn' and c.request is not null
  and c.state in ('charged', 'not-charged');
