-- The ledger: a mirror of claims between others, double entry, append-only, balanced per transaction and currency (§11).
create table ledger_transactions (
  id              bigint generated always as identity primary key,
  kind            text not null check (kind in ('L1', 'L2', 'L4', 'L4a', 'L5', 'L6', 'L7', 'L8', 'L9', 'L10', 'L11', 'L13')),
  -- the charge, refund or dispute that proves it: L1 or L5 once per charge, L7 once per refund
  evidence_object text not null,
  payment_id      text references payments,
  posted_at       timestamptz not null default business_now()
);
create unique index ledger_once on ledger_transactions
  ((case when kind in ('L1', 'L5') then 'charged' else kind end), evidence_object);
create index ledger_by_payment on ledger_transactions (payment_id);

create table ledger_entries (
  transaction_id bigint not null references ledger_transactions,
  line           int not null,
  account        text not null check (account ~
    '^(gateway:.+|biller:.+|refunds-due|commission|fees|disputes:.+|losses|suspense|operator-bank)$'),
  debit_minor    bigint not null default 0 check (debit_minor >= 0),
  credit_minor   bigint not null default 0 check (credit_minor >= 0),
  currency       text not null,
  primary key (transaction_id, line),
  check ((debit_minor = 0) <> (credit_minor = 0))
);
create index ledger_by_account on ledger_entries (account, currency);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger ledger_transactions_append_only before update or delete or truncate on ledger_transactions
  for each statement execute function refuse_change();
create trigger ledger_entries_append_only before update or delete or truncate on ledger_entries
  for each statement execute function refuse_change();
-- what people were told, agreed to and did: terms never change in place (§15), and no history is rewritten
create trigger mandate_versions_append_only before update or delete or truncate on mandate_versions
  for each statement execute function refuse_change();
create trigger bill_versions_append_only before update or delete or truncate on bill_versions
  for each statement execute function refuse_change();
create trigger claim_history_append_only before update or delete or truncate on claim_history
  for each statement execute function refuse_change();
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function refuse_change();
create trigger consents_append_only before update or delete or truncate on consents
  for each statement execute function refuse_change();
create trigger gate_passes_append_only before update or delete or truncate on gate_passes
  for each statement execute function refuse_change();
create trigger evidence_append_only before update or delete or truncate on evidence
  for each statement execute function refuse_change();

create function ledger_must_balance() returns trigger language plpgsql as $$
declare
  bad record;
begin
  select e.currency, sum(e.debit_minor) as debit, sum(e.credit_minor) as credit into bad
    from ledger_entries e where e.transaction_id = coalesce(new.transaction_id, 0)
    group by e.currency having sum(e.debit_minor) <> sum(e.credit_minor) limit 1;
  if found then
    raise exception 'ledger transaction % is not balanced in %: debit %, credit %',
      new.transaction_id, bad.currency, bad.debit, bad.credit using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger ledger_balances after insert on ledger_entries
  deferrable initially deferred for each row execute function ledger_must_balance();

create function ledger_needs_entries() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from ledger_entries where transaction_id = new.id) then
    raise exception 'ledger transaction % has no entries', new.id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger ledger_not_empty after insert on ledger_transactions
  deferrable initially deferred for each row execute function ledger_needs_entries();

-- Posts one transaction; entries = [{"account","debit","credit"}…] in minor units. Zero lines are left out.
create function post(p_kind text, p_object text, p_payment text, p_currency text, p_entries jsonb)
  returns void language plpgsql as $$
declare
  tx bigint;
begin
  insert into ledger_transactions (kind, evidence_object, payment_id) values (p_kind, p_object, p_payment) returning id into tx;
  insert into ledger_entries (transaction_id, line, account, debit_minor, credit_minor, currency)
    select tx, e.ordinality, e.value->>'account', coalesce((e.value->>'debit')::bigint, 0),
           coalesce((e.value->>'credit')::bigint, 0), p_currency
      from jsonb_array_elements(p_entries) with ordinality e
     where coalesce((e.value->>'debit')::bigint, 0) <> coalesce((e.value->>'credit')::bigint, 0);
end $$;
