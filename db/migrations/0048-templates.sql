-- Templates (B8): details that a person saved so as not to type them again. They never charge by themselves. And payments that no bill asks for: the bill is ours then.

-- {"leastMinor","mostMinor"}: what a payer may name themselves, without any bill (a donation, a top-up); null: this biller takes what it asked for, nothing else
alter table billers add column without_bill jsonb check (without_bill is null or (without_bill->>'leastMinor')::bigint between 1 and (without_bill->>'mostMinor')::bigint);

create table templates (
  id           text primary key default new_code(),
  resident_id  text not null references residents,
  biller_id    text not null references billers,
  name         text not null check (name <> ''),
  -- the payer's number, as bills of this biller bear it; proved when it was saved
  account      text not null check (account <> ''),
  -- null: what is due
  amount_minor bigint check (amount_minor > 0),
  currency     text not null default 'RUB',
  created_at   timestamptz not null default business_now(),
  changed_at   timestamptz not null default business_now()
);
create index templates_by_resident on templates (resident_id, created_at, id);

-- ---------------------------------------------------------------------------------------------------------------------
-- A bill of the payer's own making (source `payer`) is theirs alone: whoever else has connected the same account neither sees it nor pays it, and no mandate covers it.

alter table bills add column made_by text references residents, add check ((source = 'payer') = (made_by is not null));
create index bills_by_maker on bills (made_by) where made_by is not null;

create or replace view bill_viewers as
  select a.resident_id, b.id as bill_id, 'account' as because
    from payer_accounts a join bills b on b.biller_id = a.biller_id and b.account = a.account where b.state <> 'merged' and b.source not in ('paper', 'payer')
  union all
  select i.resident_id, s.bill_id, 'identifier' from saved_identifiers i join bill_subjects s on s.subject_key = i.subject_key
  union all
  select d.resident_id, d.bill_id, 'added' from added_bills d
  union all
  select y.resident_id, y.bill_id, 'payment' from payments y
  union all
  select b.made_by, b.id, 'payment' from bills b where b.made_by is not null;

create or replace function mandates_of_bill(b bills) returns setof mandates language sql stable as
  $$ select m.* from mandates m where b.source <> 'payer' and m.biller_id = b.biller_id and m.account = any (bill_references(b)) and mandate_covers(m, b) $$;

create or replace function bills_of_mandate(m mandates) returns setof bills language sql stable as
  $$ select b.* from bills b where b.biller_id = m.biller_id and b.account = m.account and b.state = 'owed' and b.source not in ('paper', 'payer')
     union all
     select b.* from bill_subjects s join bills b on b.id = s.bill_id
      where m.account like 'subject/%' and s.subject_key = substr(m.account, 9) and b.biller_id = m.biller_id and b.state = 'owed' $$;

-- Makes the bill of a payment that nobody asked for; who calls it pays it in the same transaction (pay_now). Its name is the payment's own, so it is one debt for
-- ever (§4.1). The same person, payee, account and sum within ten minutes: asked "once more?", unless they said so. Behind a lock of person, payee and account, so
-- that two at once are one after another.
-- q: {"residentId","billerId","account","amountMinor","identityKey","payeeHash","contentHash","payee","purpose","again"}
create function bill_of_payer(q jsonb) returns jsonb language plpgsql as $$
declare
  r billers;
  earlier text;
  made text;
begin
  perform pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'own', q->>'residentId', q->>'billerId', q->>'account'), 0));
  select * into r from billers where id = q->>'billerId';
  if r.without_bill is null or (q->>'amountMinor')::bigint not between (r.without_bill->>'leastMinor')::bigint and (r.without_bill->>'mostMinor')::bigint then return jsonb_build_object('refused', 'sum-not-taken'); end if;
  if not same_payee(r.payee, q->'payee') then return jsonb_build_object('refused', 'payee-changed'); end if;
  select y.id into earlier from payments y join bills b on b.id = y.bill_id
    where y.resident_id = q->>'residentId' and y.created_at > business_now() - interval '10 minutes' and y.state <> 'closed' and b.source = 'payer'
      and b.biller_id = r.id and b.account = q->>'account' and b.amount_minor = (q->>'amountMinor')::bigint
    order by y.created_at desc, y.id desc limit 1;
  if earlier is not null and not coalesce((q->>'again')::boolean, false) then
    return jsonb_build_object('refused', 'paid-just-now', 'payment', earlier);
  end if;
  insert into bills (biller_id, identity_key, account, period, kind, state, version, amount_minor, full_minor, currency, issued_on, due_on, purpose, payee, payee_hash,
      content_hash, livemode, source, source_version, said, made_by)
    select r.id, q->>'identityKey', q->>'account', '', 'payer', 'owed', 1, (q->>'amountMinor')::bigint, (q->>'amountMinor')::bigint, 'RUB',
      (business_now() at time zone r.zone)::date, (business_now() at time zone r.zone)::date, q->>'purpose', q->'payee', q->>'payeeHash', q->>'contentHash',
      d.livemode, 'payer', 1, 'issued', q->>'residentId' from deployment d
    returning id into made;
  return jsonb_build_object('billId', made);
end $$;

-- Nobody asked for this money: once its payment has ended without it, nothing is owed. Taken over is not ended: the next payment of it stands in the same transaction.
create function own_bill_ends_with_payment() returns trigger language plpgsql as $$
declare
  b bills;
begin
  select * into b from bills where id = new.bill_id and source = 'payer' and state = 'owed';
  if found and not exists (select 1 from payments y where y.bill_id = b.id and y.id <> new.id and y.state <> 'closed') then
    perform turn_bill(b, 'annulled', false, false);
    update bills set said = 'annulled' where id = b.id;
  end if;
  return null;
end $$;
create trigger own_bill_ended after update of state on payments for each row
  when (new.state = 'closed' and old.state <> 'closed' and new.outcome <> 'taken-over') execute function own_bill_ends_with_payment();

-- ---------------------------------------------------------------------------------------------------------------------
-- A person's command, by the same name (0045); where people leave (0046), templates go with them, and the numbers that they typed themselves.
create function person.bill_of_payer(q jsonb) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(q->>'residentId');
  return public.bill_of_payer(q);
end $$;
revoke execute on function person.bill_of_payer(jsonb) from public;
grant execute on function person.bill_of_payer(jsonb) to kvitok_person;

create trigger templates_owner_is_here before insert on templates for each row execute function owner_must_be_here();
create function templates_go_with_their_person() returns trigger language plpgsql as $$
begin
  delete from templates where resident_id = new.id;
  update bills set account = 'erased' where made_by = new.id;
  return null;
end $$;
create trigger templates_go after update of erased_at on residents for each row
  when (old.erased_at is null and new.erased_at is not null) execute function templates_go_with_their_person();
