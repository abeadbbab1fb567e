-- A person leaves (R3). What says something about them goes; claim keys, amounts, postings and hashes of evidence stay, under their opaque id. Bills stay as they
-- are: they are the billers', and exist without the person (docs/decisions/0121).

alter table residents add column erased_at timestamptz;

-- Nothing comes into being for somebody who is gone, whoever was on the way with it when they went: the row is waited for, and looked at after the wait.
create function owner_must_be_here() returns trigger language plpgsql as $$
declare
  gone timestamptz;
begin
  select erased_at into gone from residents where id = new.resident_id for key share;
  if gone is not null then raise exception 'the resident of this row was erased' using errcode = 'KVE01'; end if;
  return new;
end $$;
do $$
declare
  owned text;
begin
  for owned in select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and c.column_name = 'resident_id' and t.table_type = 'BASE TABLE'
  loop
    execute format('create trigger %I before insert on %I for each row execute function owner_must_be_here()', owned || '_owner_is_here', owned);
  end loop;
end $$;

-- Append-only, but for the erasure, which takes away what says something about a person and nothing else.
create function refuse_change_but_erasing() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and current_setting('kvitok.erases', true) = 'on' then return null; end if;
  raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create function only_personal_words_go() returns trigger language plpgsql as $$
declare
  was jsonb := to_jsonb(old) - '{text,ip,user_agent}'::text[];
begin
  if was is distinct from to_jsonb(new) - '{text,ip,user_agent}'::text[] or new.ip is not null or new.user_agent is not null
    or coalesce(to_jsonb(new)->>'text', '') <> '' then
    raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
drop trigger consents_append_only on consents;
create trigger consents_append_only before update or delete or truncate on consents for each statement execute function refuse_change_but_erasing();
create trigger consents_lose_only_words before update on consents for each row execute function only_personal_words_go();
drop trigger terms_acceptances_append_only on terms_acceptances;
create trigger terms_acceptances_append_only before update or delete or truncate on terms_acceptances
  for each statement execute function refuse_change_but_erasing();
create trigger terms_acceptances_lose_only_words before update on terms_acceptances for each row execute function only_personal_words_go();

-- Raw answers of gateways hold names: the erasure cuts them whatever their age.
create or replace function refuse_change_but_pruning() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (current_setting('kvitok.prunes', true) = 'on' or current_setting('kvitok.erases', true) = 'on') then return null; end if;
  raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create or replace function only_old_raw_goes() returns trigger language plpgsql as $$
declare
  goes boolean := new.raw is null and old.raw is not null
    and (old.seen_at < business_now() - raw_answers_live() or coalesce(current_setting('kvitok.erases', true), '') = 'on');
begin
  new.raw := old.raw;
  if not goes or new is distinct from old then
    raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
  end if;
  new.raw := null;
  return new;
end $$;

-- A relay's answer names the address it took the message for: of somebody who is gone it is not kept any more.
create function no_answer_about_the_erased() returns trigger language plpgsql as $$
begin
  if exists (select 1 from residents where id = new.resident_id and erased_at is not null) then new.answer := null; end if;
  return new;
end $$;
create trigger notifications_forget_the_erased before update of answer on notifications for each row
  when (new.answer is not null) execute function no_answer_about_the_erased();

-- What keeps somebody here: money whose end nobody knows, or that is owed back, and what people still look into. [{"what","paymentId","amountMinor","currency"}…]
create function erasure_blockers(p_resident text) returns jsonb language sql volatile as $$
  with own as (select y.* from payments y where y.resident_id = p_resident),
       blocks (what, payment_id, amount_minor, currency) as (
    select 'undecided', c.payment_id, c.amount_minor, c.currency from charges c join own y on y.id = c.payment_id
      where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')
    union
    select 'owed-back', y.id, y.amount_minor, y.currency from own y where y.state = 'returning'
    union
    select 'owed-back', r.payment_id, r.amount_minor, r.currency from refunds r join own y on y.id = r.payment_id
      where r.state in ('requested', 'sending', 'unknown', 'pending')
        or (r.state = 'refused' and not exists (select 1 from refunds a where a.again_of = r.id))
    union
    select 'looked-into', y.id, y.amount_minor, y.currency from own y where exists (select 1 from cases k where k.closed_at is null
      and (k.subject = y.id or k.subject in (select c.id from charges c where c.payment_id = y.id)
        or k.subject in (select r.id from refunds r where r.payment_id = y.id))))
  select coalesce(jsonb_agg(jsonb_build_object('what', what, 'paymentId', payment_id, 'amountMinor', amount_minor, 'currency', currency)
    order by payment_id, what), '[]') from blocks $$;

-- A payment that its payer leaves behind: as if they had skipped it, on any road. One in a transaction, called until there is none.
create function leave_one_payment(p_resident text) returns boolean language plpgsql as $$
declare
  y payments;
begin
  select * into y from payments where resident_id = p_resident and state in ('scheduled', 'needs-payer', 'charging') and stop_mark is null
    order by id limit 1 for no key update;
  if not found then return false; end if;
  update payments set stop_mark = 'stopped', changed_at = business_now() where id = y.id;
  insert into audit (actor, action, subject) values (p_resident, 'payment.left', y.id);
  perform tell_workflow('wake-payment', y.id);
  return true;
end $$;

-- Takes a person away, in one transaction, after everything of theirs was stopped in its own. Answers what stands against it, an empty list when it is done. The row is locked against
-- everything that names it: what comes behind finds nobody.
create function erase_resident(p_resident text) returns jsonb language plpgsql set kvitok.erases = 'on' as $$
declare
  r residents;
  blockers jsonb;
begin
  select * into r from residents where id = p_resident and erased_at is null for update;
  if not found then return null; end if;
  blockers := erasure_blockers(r.id);
  if blockers <> '[]' then return blockers; end if;
  if exists (select 1 from mandates where resident_id = r.id and state <> 'ended')
    or exists (select 1 from methods where resident_id = r.id and state <> 'withdrawn')
    or exists (select 1 from payments where resident_id = r.id and state in ('scheduled', 'needs-payer', 'charging')) then
    return '[{"what": "running", "paymentId": null, "amountMinor": null, "currency": null}]';
  end if;
  delete from sessions where resident_id = r.id;
  delete from address_proofs where resident_id = r.id;
  delete from saved_identifiers where resident_id = r.id;
  delete from payer_accounts where resident_id = r.id;
  delete from added_bills where resident_id = r.id;
  -- JSON of the API has no blanks
  delete from idempotency_keys where principal = '[' || to_jsonb(r.issuer)::text || ',' || to_jsonb(r.subject)::text || ']';
  update mandates set account = 'erased', why = 'erased', external_id = null where resident_id = r.id;
  update mandate_pauses p set why = null from mandates m where m.id = p.mandate_id and m.resident_id = r.id and p.why is not null;
  delete from follow_ups where resident_id = r.id;
  update methods set token = null, confirmation = null, title = null, brand = null, last4 = null, expiry_month = null, expiry_year = null,
    return_path = null where resident_id = r.id;
  update consents set text = '', ip = null, user_agent = null where resident_id = r.id;
  update terms_acceptances set ip = null, user_agent = null where resident_id = r.id;
  update instructions set ip = null, phone = null where resident_id = r.id;
  update payments set external_id = null where resident_id = r.id and external_id is not null;
  update charges c set request = null, confirmation = null from payments y
    where y.id = c.payment_id and y.resident_id = r.id and (c.request is not null or c.confirmation is not null);
  update refunds f set request = null from payments y where y.id = f.payment_id and y.resident_id = r.id and f.request is not null;
  update evidence e set raw = null from charges c join payments y on y.id = c.payment_id
    where c.id = e.charge_id and y.resident_id = r.id and e.raw is not null;
  update refund_evidence e set raw = null from refunds f join payments y on y.id = f.payment_id
    where f.id = e.refund_id and y.resident_id = r.id and e.raw is not null;
  update notifications set args = '{}', answer = null, state = case when state = 'queued' then 'dropped' else state end,
    why = case when state = 'queued' then 'erased' else why end where resident_id = r.id;
  update residents set issuer = 'erased', subject = r.id, name = '', email = null, email_verified = false, email_own = false, muted = '[]',
    terms_version = null, erased_at = business_now() where id = r.id;
  insert into audit (actor, action, subject) values (r.id, 'person.erased', r.id);
  return '[]';
end $$;

-- The doors of both for the person themselves (0045).
create function person.leave_one_payment(p_resident text) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.leave_one_payment(p_resident);
end $$;
create function person.erase_resident(p_resident text) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.erase_resident(p_resident);
end $$;
revoke execute on function person.leave_one_payment(text), person.erase_resident(text) from public;
grant execute on function person.leave_one_payment(text), person.erase_resident(text) to kvitok_person;
