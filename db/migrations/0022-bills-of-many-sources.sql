-- Bills as many sources tell them (payment rules §4.3): what they are called, what is due of them today, who sees them, and what follows when a source speaks.

-- Its civil time: the days of its discounts.
alter table billers add column if not exists zone text not null default 'Europe/Moscow';

-- ---------------------------------------------------------------------------------------------------------------------
-- What is due.

-- What is left of the whole sum while a discount may be used; the same as domain/discount.ts. Rounded in the payee's favour: an underpaid fine loses its discount.
create function discounted_minor(p_full bigint, p_discount jsonb) returns bigint language sql immutable parallel safe as
  $$ select case p_discount->>'kind'
       when 'percent' then p_full - floor(p_full * (p_discount->>'value')::numeric / 100)::bigint
       when 'share' then p_full - floor(p_full * (1 - (p_discount->>'value')::numeric))::bigint
       when 'amount' then p_full - (p_discount->>'value')::bigint
       else p_full end $$;

-- The instant after its last day, in the payee's zone; null: it has no end, or there is none.
create function discount_end(p_discount jsonb, p_zone text) returns timestamptz language sql stable parallel safe as
  $$ select ((p_discount->>'until')::date + 1)::timestamp at time zone p_zone $$;

-- What is due at an instant: less while the discount holds, never more than the source says is left, never a kopeck less than is due. Left as much as the discount
-- leaves: the source has taken it off itself, and the whole sum is due once it is over.
create function due_minor(p_left bigint, p_full bigint, p_discount jsonb, p_discount_ends timestamptz, p_at timestamptz) returns bigint
  language sql immutable parallel safe as
  $$ select case
       when p_discount is null then p_left
       when p_discount_ends is null or p_at < p_discount_ends then least(p_left, discounted_minor(p_full, p_discount))
       when p_left = discounted_minor(p_full, p_discount) then p_full
       else p_left end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Tables.

alter table bills
  -- whose word the row is, and that word: versions are ordered within one source only; `version` is ours and grows with every change
  add column source           text not null default 'push',
  add column source_version   bigint,
  add column said             text not null default 'issued' check (said in ('issued', 'annulled', 'paid')),
  -- УИН; its key is the debt's name where it is known from the start
  add column uin              text,
  add column uin_key          text,
  -- the other name of a bill that is known by its УИН: HMAC of biller + account + period + kind
  add column account_key      text,
  -- the whole sum, without discount and without what was paid; amount_minor is what the source says is left of it, the discount not taken off. Of a further part: what
  -- is left to pay of the debt
  add column full_minor       bigint,
  -- {"kind": percent|amount|share,"value","until": "YYYY-MM-DD"|null}
  add column discount         jsonb check (discount is null or (discount->>'kind' in ('percent', 'amount', 'share') and discount ? 'value' and discount ? 'until')),
  add column discount_ends_at timestamptz,
  -- somebody has looked after its end: new plans, new notices
  add column discount_over    boolean not null default false,
  add column issued_on        date,
  add column merged_into      text references bills,
  -- what was accepted for the part that is paid
  add column paid_minor       bigint,
  -- the source has seen our payment of this part
  add column acknowledged_at  timestamptz,
  -- paid, and the source says that more is due: judged again when it must have seen our payment
  add column judge_at         timestamptz,
  -- what people were told last
  add column told_as          text;
update bills set source_version = version, full_minor = amount_minor,
  said = case state when 'annulled' then 'annulled' when 'paid-elsewhere' then 'paid' else 'issued' end;
update bills b set paid_minor = (select y.paid_minor from payments y where y.bill_id = b.id and y.part = b.part and y.state = 'paid') where state = 'paid';
alter table bills
  alter column source_version set not null,
  alter column full_minor set not null,
  add check (full_minor >= amount_minor),
  add check (discount is null or discounted_minor(full_minor, discount) > 0),
  add check ((discount_ends_at is not null) = (discount is not null and discount->>'until' is not null)),
  add check ((state = 'merged') = (merged_into is not null)),
  add check ((uin is null) = (uin_key is null));
create unique index bills_by_uin on bills (uin_key) where uin_key is not null;
create index bills_by_account_key on bills (account_key) where account_key is not null;
create index bills_by_discount_end on bills (discount_ends_at) where discount_ends_at is not null and state = 'owed' and not discount_over;
create index bills_to_judge on bills (judge_at) where judge_at is not null;
create index outbox_open_by_subject on outbox (subject_id) where done_at is null;

-- A bill that never changed has no history: its row is all there is. Otherwise every version stands here, the newest too.
alter table bill_versions
  add column source         text,
  add column source_version bigint,
  add column full_minor     bigint,
  add column discount       jsonb,
  add column issued_on      date;

-- Whom a bill is about, by keyed hashes of their identifiers (db/sealed.ts, subjectKey): never the identifiers themselves.
create table bill_subjects (
  subject_key text not null check (subject_key ~ '^[0-9a-f]{64}$'),
  bill_id     text not null references bills,
  primary key (subject_key, bill_id)
);
create index bill_subjects_by_bill on bill_subjects (bill_id);

-- Bills that a person added by number: they see them, whoever they are about.
create table added_bills (
  resident_id text not null references residents,
  bill_id     text not null references bills,
  label       text,
  added_at    timestamptz not null default business_now(),
  primary key (resident_id, bill_id)
);
create index added_bills_by_bill on added_bills (bill_id);

-- What the sources beside the first one say of a bill, each the newest of its own order (docs/decisions/0075). `words`: as it was received.
create table bill_sources (
  bill_id        text not null references bills,
  source         text not null,
  source_version bigint not null,
  status         text not null check (status in ('issued', 'annulled', 'paid')),
  words          jsonb not null,
  content_hash   text not null,
  last_delivery  text,
  last_result    text,
  told_at        timestamptz not null default business_now(),
  primary key (bill_id, source)
);

-- Two rows of one debt that wait to become one (docs/decisions/0077). Each pair stands here twice, so that either row finds the other.
create table bill_twins (
  bill_id  text not null references bills,
  twin_id  text not null references bills,
  found_at timestamptz not null default business_now(),
  primary key (bill_id, twin_id),
  check (bill_id <> twin_id)
);

create function bill_due_at(b bills, p_at timestamptz) returns bigint language sql immutable parallel safe as
  $$ select due_minor(b.amount_minor, b.full_minor, b.discount, b.discount_ends_at, p_at) $$;
create function bill_due(b bills) returns bigint language sql volatile as $$ select bill_due_at(b, business_now()) $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Who sees it.

-- Who sees which bill, and why: the one rule of visibility, for every list, every search, every message. A payment of one's own shows its bill, but calls nobody.
create view bill_viewers as
  select a.resident_id, b.id as bill_id, 'account' as because
    from payer_accounts a join bills b on b.biller_id = a.biller_id and b.account = a.account where b.state <> 'merged'
  union all
  select i.resident_id, s.bill_id, 'identifier' from saved_identifiers i join bill_subjects s on s.subject_key = i.subject_key
  union all
  select d.resident_id, d.bill_id, 'added' from added_bills d
  union all
  select y.resident_id, y.bill_id, 'payment' from payments y;

-- What a mandate may name to cover a bill: its account, or somebody whom it is about.
create function bill_references(b bills) returns text[] language sql stable as
  $$ select array[b.account] || array(select 'subject/' || s.subject_key from bill_subjects s where s.bill_id = b.id) $$;

-- A mandate over a subject lives on the identifier that its owner has saved: who deletes it takes the ground from under the mandate.
create function mandate_covers(m mandates, b bills) returns boolean language sql stable as
  $$ select m.biller_id = b.biller_id and m.account = any (bill_references(b)) and (m.account not like 'subject/%' or exists (select 1
       from saved_identifiers i where i.resident_id = m.resident_id and 'subject/' || i.subject_key = m.account)) $$;

create function mandates_of_bill(b bills) returns setof mandates language sql stable as
  $$ select m.* from mandates m where m.biller_id = b.biller_id and m.account = any (bill_references(b)) and mandate_covers(m, b) $$;

-- What is owed and covered by a mandate.
create function bills_of_mandate(m mandates) returns setof bills language sql stable as
  $$ select b.* from bills b where b.biller_id = m.biller_id and b.account = m.account and b.state = 'owed'
     union all
     select b.* from bill_subjects s join bills b on b.id = s.bill_id
      where m.account like 'subject/%' and s.subject_key = substr(m.account, 9) and b.biller_id = m.biller_id and b.state = 'owed' $$;

-- Asks the planner to look at a bill, once for all who ask before it comes to it.
create function plan_soon(p_bill text, p_because text) returns void language plpgsql as $$
begin
  if exists (select 1 from outbox where subject_id = p_bill and kind = 'plan-bill' and done_at is null and attempts = 0) then return; end if;
  insert into outbox (kind, subject_id, payload) values ('plan-bill', p_bill, jsonb_build_object('because', p_because));
  perform ring('plan');
end $$;

-- A bill that nobody follows starts nothing: no mandate, nobody who sees it, no payment of it. Who begins to follow it later has it planned then.
create function plan_if_followed(b bills, p_because text) returns void language plpgsql as $$
begin
  if exists (select 1 from bill_viewers w where w.bill_id = b.id)
     or exists (select 1 from mandates_of_bill(b) m where m.state in ('proposed', 'active', 'paused')) then
    perform plan_soon(b.id, p_because);
  end if;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- What sources say (docs/decisions/0075). The first source of a bill is the one that knows best, not the one that came first: its words are the bill. The others
-- may stop a payment; they never start, raise or redirect one.

-- Smaller knows better: the biller's own word before its files, those before registries; a biller's entry in the catalogue may name another one.
create function source_rank(p_source text, p_biller text) returns int language sql stable as
  $$ select case
       when p_source = (select to_jsonb(r)->'source'->>'primary' from billers r where r.id = p_biller) then 0
       when p_source = 'push' then 1 when p_source = 'file' then 2 when p_source = 'gis-gmp' then 3 else 4 end $$;

-- The row that a name leads to, through all merges; null: there is none.
create function living_bill(p_bill text) returns text language plpgsql stable as $$
declare
  here text := p_bill;
  further text;
begin
  loop
    select merged_into into further from bills where id = here;
    if not found then return null; end if;
    if further is null then return here; end if;
    here := further;
  end loop;
end $$;

-- The one bill that goes by this name of account, period and kind beside its УИН; null: none, or several debts of one account, which the name does not tell apart.
create function bill_beside_uin(p_account_key text) returns text language sql stable as
  $$ select case when count(*) = 1 then min(id) end from bills where account_key = p_account_key and state <> 'merged' $$;

-- Where a bill is found: by its own name, by the УИН that was learnt later, or by account, period and kind where only one side knows a УИН. Exact names only,
-- never likeness (B9).
create function bill_named(p_identity text, p_account_key text, p_uin text) returns text language plpgsql stable as $$
declare
  found_id text;
begin
  select id into found_id from bills where identity_key = p_identity;
  if found_id is null and p_uin is not null then
    select id into found_id from bills where uin_key = p_identity;
    if found_id is null and bill_beside_uin(p_account_key) is null then
      select id into found_id from bills where identity_key = p_account_key and uin is null and state <> 'merged';
    end if;
  elsif found_id is null then
    found_id := bill_beside_uin(p_identity);
  end if;
  return living_bill(found_id);
end $$;

-- Two living rows that bear one name are one debt: they wait to become one (db/migrations/0041-followers-and-twins.sql). Answers the other row.
create function note_twins(b bills) returns text language plpgsql as $$
declare
  twin text;
begin
  if b.uin is null then
    twin := bill_beside_uin(b.identity_key);
  elsif bill_beside_uin(b.account_key) = b.id then
    select id into twin from bills where identity_key = b.account_key and uin is null and state <> 'merged';
  end if;
  if twin is null or twin = b.id then return null; end if;
  insert into bill_twins (bill_id, twin_id) values (b.id, twin), (twin, b.id) on conflict do nothing;
  if found then
    insert into outbox (kind, subject_id, payload) values ('plan-bill', b.id, '{"because": "twin"}');
    perform ring('plan');
  end if;
  return twin;
end $$;

-- Money that is kept for a debt, all its parts together: what was accepted, less what was decided to go back of it.
create function money_kept(p_bill text) returns bigint language sql stable as
  $$ select coalesce(sum(y.paid_minor - (select coalesce(sum(r.amount_minor), 0) from refunds r where r.payment_id = y.id and r.state <> 'withdrawn'
         and exists (select 1 from ledger_transactions t where t.payment_id = y.id and t.kind = 'L6' and t.evidence_object = r.id))), 0)::bigint
     from payments y where y.bill_id = p_bill and y.state = 'paid' $$;

-- The largest sum that any version has named.
create function most_named(b bills) returns bigint language sql stable as
  $$ select greatest(b.full_minor, (select max(greatest(v.full_minor, v.amount_minor)) from bill_versions v where v.bill_id = b.id)) $$;

-- What is left to pay of a debt of which something is paid: no more than its source says, no more than the whole less what is kept (a source that names one sum
-- names the whole), and the parts never come to more than any version has named (§4.4). A discount that held when we paid has done its work: nothing is left by it.
create function bill_rest(b bills) returns bigint language plpgsql stable as $$
declare
  kept bigint := money_kept(b.id);
  whole bigint := b.full_minor;
begin
  if kept <= 0 then return b.amount_minor; end if;
  if b.discount is not null and exists (select 1 from payments y join charges c on c.payment_id = y.id and c.state = 'charged'
       where y.bill_id = b.id and y.state = 'paid' and (b.discount_ends_at is null or c.first_sent_at < b.discount_ends_at)) then
    whole := discounted_minor(b.full_minor, b.discount);
  end if;
  return greatest(0, least(b.amount_minor, whole - kept, most_named(b) - kept));
end $$;

-- Whether what a source says proves somebody else's payment: more was paid than was due, a reference that reached the payee from somebody else, or a day before
-- anything of ours was sent (§4.3, the echo trap). What proves nothing may be our own payment.
create function foreign_payment_proved(b bills, p jsonb) returns boolean language sql stable as
  $$ select coalesce((p->>'overpaid')::boolean, false) or exists (
       select 1 from jsonb_array_elements(coalesce(nullif(p->'payments', 'null'), '[]')) x
        where (x->>'reference' is not null and not exists (select 1 from charges c join payments y on y.id = c.payment_id
            where y.bill_id = b.id and x->>'reference' in (c.id, c.object_id, y.id)))
          or (x->>'paidOn')::date < (select min((c.first_sent_at at time zone r.zone)::date) from charges c
            join payments y on y.id = c.payment_id join billers r on r.id = b.biller_id
            where y.bill_id = b.id and y.part = b.part and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'))) $$;

-- Keeps the bill as it now stands in its history.
create function keep_version(b bills) returns void language sql as
  $$ insert into bill_versions (bill_id, version, status, amount_minor, currency, due_on, purpose, payee, received_at, source, source_version,
         full_minor, discount, issued_on)
       values (b.id, b.version, b.said, b.amount_minor, b.currency, b.due_on, b.purpose, b.payee,
         case b.version when 1 then b.received_at else business_now() end, b.source, b.source_version, b.full_minor, b.discount, b.issued_on)
       on conflict (bill_id, version) do nothing $$;

-- The words of a row as a source told them.
create function words_of(b bills) returns jsonb language sql stable as
  $$ select jsonb_build_object('billerId', b.biller_id, 'source', b.source, 'version', b.source_version, 'status', b.said, 'identityKey', b.identity_key,
       'accountKey', b.account_key, 'uin', b.uin, 'externalId', b.external_id, 'account', b.account, 'period', b.period, 'kind', b.kind,
       'amountMinor', b.amount_minor, 'fullMinor', b.full_minor, 'currency', b.currency, 'discount', b.discount, 'issuedOn', b.issued_on,
       'dueOn', b.due_on, 'purpose', b.purpose, 'payee', b.payee, 'payeeHash', b.payee_hash, 'contentHash', b.content_hash,
       'delivery', b.last_delivery) $$;

-- Keeps what a source that is not the first one says.
create function keep_words_beside(p_bill text, p jsonb, p_result text) returns void language sql as
  $$ insert into bill_sources (bill_id, source, source_version, status, words, content_hash, last_delivery, last_result)
       values (p_bill, p->>'source', (p->>'version')::bigint, p->>'status', p - '{subjects,payments,delivery}'::text[], p->>'contentHash',
         p->>'delivery', p_result)
       on conflict (bill_id, source) do update set source_version = excluded.source_version, status = excluded.status, words = excluded.words,
         content_hash = excluded.content_hash, last_delivery = excluded.last_delivery, last_result = excluded.last_result, told_at = business_now() $$;

-- Makes these words the bill. Answers whether anything of it changed: a newer version that says the same only confirms it.
create function write_words(b bills, p jsonb) returns boolean language plpgsql as $$
declare
  now_told bills := b;
  changed boolean;
begin
  now_told.source := p->>'source';
  now_told.said := p->>'status';
  now_told.amount_minor := (p->>'amountMinor')::bigint;
  now_told.full_minor := (p->>'fullMinor')::bigint;
  now_told.currency := p->>'currency';
  now_told.discount := nullif(p->'discount', 'null');
  now_told.issued_on := (p->>'issuedOn')::date;
  now_told.due_on := (p->>'dueOn')::date;
  now_told.purpose := p->>'purpose';
  now_told.payee := p->'payee';
  now_told.payee_hash := p->>'payeeHash';
  now_told.discount_ends_at := discount_end(now_told.discount, (select zone from billers where id = b.biller_id));
  if b.part > 1 and b.state <> 'paid' then
    -- a further part is what is left of the debt, whichever way the source counts; its discount went with the first one
    now_told.amount_minor := bill_rest(now_told);
    if now_told.amount_minor <= 0 then now_told.amount_minor := b.amount_minor; now_told.said := 'paid'; end if;
    now_told.full_minor := greatest(now_told.full_minor, now_told.amount_minor);
    now_told.discount := null;
    now_told.discount_ends_at := null;
  end if;
  changed := (b.said, b.amount_minor, b.full_minor, b.currency, b.discount, b.issued_on, b.due_on, b.purpose, b.payee_hash)
    is distinct from (now_told.said, now_told.amount_minor, now_told.full_minor, now_told.currency, now_told.discount, now_told.issued_on,
      now_told.due_on, now_told.purpose, now_told.payee_hash);
  if changed then perform keep_version(b); end if;
  update bills set version = version + case when changed then 1 else 0 end, source = now_told.source, source_version = (p->>'version')::bigint,
      said = now_told.said, amount_minor = now_told.amount_minor, full_minor = now_told.full_minor, currency = now_told.currency,
      discount = now_told.discount, discount_ends_at = now_told.discount_ends_at,
      discount_over = coalesce(now_told.discount_ends_at <= business_now(), false), issued_on = now_told.issued_on, due_on = now_told.due_on,
      purpose = now_told.purpose, payee = now_told.payee, payee_hash = now_told.payee_hash, content_hash = p->>'contentHash',
      external_id = coalesce(p->>'externalId', external_id), confirmed_at = business_now()
    where id = b.id returning * into b;
  if changed then perform keep_version(b); end if;
  return changed;
end $$;

-- What is learnt of a bill whoever says it: other names, and whom it is about.
create function learn_names(b bills, p jsonb) returns bills language plpgsql as $$
begin
  if (b.uin is null and p->>'uin' is not null) or (b.account = '' and p->>'account' <> '') or (b.account_key is null and p->>'accountKey' is not null) then
    update bills set uin = coalesce(uin, p->>'uin'), uin_key = case when uin is null and p->>'uin' is not null then p->>'identityKey' else uin_key end,
        account_key = coalesce(account_key, p->>'accountKey'),
        account = case account when '' then p->>'account' else account end, period = case account when '' then p->>'period' else period end
      where id = b.id returning * into b;
  end if;
  insert into bill_subjects (subject_key, bill_id) select value, b.id from jsonb_array_elements_text(coalesce(nullif(p->'subjects', 'null'), '[]'))
    on conflict do nothing;
  return b;
end $$;

-- The event that a reading of all sources means for a bill (domain/bill.ts, billEventOf); null: it only confirms what is known.
create function bill_event(p_state text, p_withdrawn boolean, p_due int, p_undecided boolean, p_proved boolean) returns text language sql immutable as
  $$ select case
       when p_state = 'merged' then null
       when p_withdrawn then case when p_state <> 'annulled' then 'annulled' end
       when p_due > 0 then case p_state when 'owed' then 'amended' when 'paid' then 'more-due' else 'reinstated' end
       when p_state = 'owed' then case when p_undecided and not p_proved then 'echo' else 'nothing-due' end
       when p_state = 'annulled' then 'nothing-due'
       when p_state = 'paid' and p_due < 0 and p_proved then 'overpaid' end $$;

-- A bill stands otherwise than before: that is a version of it, also when a source turned it whose words it does not bear.
create function turn_bill(b bills, p_state text, p_echo boolean, p_is_new_version boolean) returns void language plpgsql as $$
begin
  if not p_is_new_version then perform keep_version(b); end if;
  update bills set state = p_state, echo = p_echo, version = version + case when p_is_new_version then 0 else 1 end where id = b.id returning * into b;
  perform keep_version(b);
end $$;

-- Judges a bill after a source has spoken: `p_speaks`: it was the first source, `p_changed`: and it said something new. Answers what came of it.
create function judge_bill(p_bill text, p jsonb, p_proved boolean, p_speaks boolean, p_changed boolean) returns text language plpgsql as $$
declare
  b bills;
  event text;
  result text;
  nothing boolean;
begin
  select * into b from bills where id = p_bill;
  nothing := b.said = 'paid' or exists (select 1 from bill_sources s where s.bill_id = b.id and s.status = 'paid');
  event := bill_event(b.state, b.said = 'annulled' or exists (select 1 from bill_sources s where s.bill_id = b.id and s.status = 'annulled'),
    case when nothing then case when (p->>'overpaid')::boolean then -1 else 0 end else 1 end,
    exists (select 1 from payments y join charges c on c.payment_id = y.id
      where y.bill_id = b.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')), p_proved);
  if b.state = 'paid' and b.acknowledged_at is null and (nothing or p->>'acknowledgement' in ('matched', 'preliminary', 'forced')) then
    update bills set acknowledged_at = business_now() where id = b.id returning * into b;
  end if;
  if event = 'more-due' then return more_due(b, p_speaks); end if;
  result := case
    when event = 'annulled' and b.state = 'paid' then 'kept-paid'
    when event = 'amended' then case when p_changed then 'amended' else 'confirmed' end
    when event = 'nothing-due' then 'paid-elsewhere'
    when event is null and b.state = 'paid' then 'kept-paid'
    else coalesce(event, 'confirmed') end;
  if event = 'annulled' and b.state = 'paid' then
    -- we paid a debt that its source has withdrawn since (B7): people decide about the refund
    perform open_case('annulled-after-paid', b.id, money_kept(b.id), b.currency, jsonb_build_object('version', b.version, 'source', p->>'source'));
  elsif event = 'overpaid' then
    perform open_case('overpaid', b.id, money_kept(b.id), b.currency, jsonb_build_object('version', b.version, 'source', p->>'source'));
  elsif result in ('annulled', 'reinstated', 'paid-elsewhere') then
    perform turn_bill(b, case result when 'reinstated' then 'owed' else result end, false, p_changed);
  elsif result in ('echo', 'amended', 'confirmed') and b.state = 'owed' and b.echo is distinct from (result = 'echo') then
    -- the newest word counts: when it says that money is due again, the older one was no echo of ours
    perform turn_bill(b, 'owed', result = 'echo', p_changed);
  end if;
  return result;
end $$;

-- B8: a paid debt of which more is due opens its next part, once the source must have seen our payment; its payers are asked first (domain/plan.ts). Until then the
-- word is kept and judged again. A source that goes on asking for what is paid is a person's business.
create function more_due(b bills, p_speaks boolean) returns text language plpgsql as $$
declare
  paid timestamptz;
  rest bigint;
begin
  if not p_speaks then return 'kept-paid'; end if;
  select max(paid_at) into paid from payments where bill_id = b.id and part = b.part and state = 'paid';
  if b.acknowledged_at is null and paid + make_interval(days => (select settle_days from billers where id = b.biller_id)) > business_now() then
    update bills set judge_at = paid + make_interval(days => (select settle_days from billers where id = b.biller_id)) where id = b.id;
    return 'kept-paid';
  end if;
  rest := bill_rest(b);
  if rest <= 0 then
    update bills set judge_at = null where id = b.id;
    perform open_case('due-after-paid', b.id, b.amount_minor, b.currency, jsonb_build_object('version', b.version));
    return 'kept-paid';
  end if;
  perform open_next_part(b, rest);
  return 'more-due';
end $$;

create function open_next_part(b bills, p_rest bigint) returns void language plpgsql as $$
declare
  kept bigint := money_kept(b.id);
begin
  perform keep_version(b);
  update bills set state = 'owed', part = part + 1, version = version + 1, amount_minor = p_rest, echo = false, paid_minor = null,
      acknowledged_at = null, judge_at = null, told_as = null,
      -- nothing was kept: the debt is whole again, with whatever discount still holds
      discount = case when kept <= 0 then discount end, discount_ends_at = case when kept <= 0 then discount_ends_at end
    where id = b.id returning * into b;
  perform keep_version(b);
  insert into audit (actor, action, subject, detail) values ('engine', 'bill.next-part', b.id, jsonb_build_object('part', b.part, 'rest', p_rest, 'kept', kept));
end $$;

-- One source speaks of a bill that is known. Versions are compared with its own earlier ones only.
create function tell_bill(p_bill text, p jsonb) returns jsonb language plpgsql as $$
declare
  b bills;
  s bill_sources;
  v bigint := (p->>'version')::bigint;
  first boolean;
  proved boolean;
  changed boolean := false;
  result text;
begin
  select * into b from bills where id = p_bill;
  first := b.source = p->>'source';
  select * into s from bill_sources where bill_id = b.id and source = p->>'source';
  if first then
    s.source_version := b.source_version; s.content_hash := b.content_hash; s.last_delivery := b.last_delivery; s.last_result := b.last_result;
  end if;
  if v < s.source_version then return jsonb_build_object('billId', b.id, 'result', 'stale'); end if;
  if v = s.source_version and p->>'contentHash' <> s.content_hash then
    -- another text of a version that is known: neither is believed more than the other, and it confirms nothing
    return jsonb_build_object('billId', b.id, 'result', 'conflict');
  end if;
  b := learn_names(b, p);
  if v = s.source_version then
    -- still its word: that is what the gate asks for (check 3)
    update bills set confirmed_at = business_now() where id = b.id and (first or confirms(b, p));
    return jsonb_build_object('billId', b.id, 'result', case when s.last_delivery = p->>'delivery' then s.last_result else 'duplicate' end);
  end if;
  proved := foreign_payment_proved(b, p);
  if not first and (source_rank(p->>'source', b.biller_id), p->>'source') < (source_rank(b.source, b.biller_id), b.source) then
    -- it knows better than who has told us so far
    perform keep_words_beside(b.id, words_of(b), b.last_result);
    delete from bill_sources where bill_id = b.id and source = p->>'source';
    first := true;
  end if;
  if first then
    changed := write_words(b, p);
  else
    perform keep_words_beside(b.id, p, null);
    update bills set confirmed_at = business_now() where id = b.id and confirms(b, p);
  end if;
  result := judge_bill(b.id, p, proved, first, changed);
  if first then update bills set last_delivery = p->>'delivery', last_result = result where id = b.id returning * into b;
  else update bill_sources set last_result = result where bill_id = b.id and source = p->>'source';
  end if;
  select * into b from bills where id = b.id;
  if changed or not first or result not in ('confirmed', 'kept-paid') then perform plan_if_followed(b, result); end if;
  return jsonb_build_object('billId', b.id, 'result', result);
end $$;

-- What is due by a source's words at an instant.
create function words_due_at(p jsonb, p_zone text, p_at timestamptz) returns bigint language sql stable as
  $$ select due_minor((p->>'amountMinor')::bigint, (p->>'fullMinor')::bigint, nullif(p->'discount', 'null'),
       discount_end(nullif(p->'discount', 'null'), p_zone), p_at) $$;

create function same_payee(a jsonb, b jsonb) returns boolean language sql immutable as
  $$ select (a->>'account', a->>'bic', a->>'inn') is not distinct from (b->>'account', b->>'bic', b->>'inn') $$;

-- Another source says the same of a bill: it is as good a confirmation as the first one's.
create function confirms(b bills, p jsonb) returns boolean language sql volatile as
  $$ select b.state = 'owed' and b.part = 1 and p->>'status' = 'issued' and same_payee(b.payee, p->'payee') and p->>'currency' = b.currency
       and words_due_at(p, (select zone from billers where id = b.biller_id), business_now()) = bill_due(b) $$;

-- What sources do not agree about: `payee` stops every payment, `amount` those that nobody has confirmed; null: nothing.
create function bill_doubt(b bills) returns text language sql volatile as
  $$ select case when bool_or(not same_payee(b.payee, s.words->'payee')) then 'payee'
         when b.part = 1 and bool_or(words_due_at(s.words, r.zone, business_now()) <> bill_due(b) or s.words->>'currency' <> b.currency) then 'amount' end
     from bill_sources s join billers r on r.id = b.biller_id where s.bill_id = b.id and s.status = 'issued' and b.said = 'issued' $$;

-- A bill as a source told it (db/queries/bills.ts, ReceivedBill): the one way in. One call, one transaction.
create or replace function receive_bill(p jsonb) returns jsonb language plpgsql as $$
declare
  b bills;
  name text;
  known text;
  answer jsonb;
begin
  -- two names of one bill may come at the same moment with two sources: who is second sees what the first has written
  for name in select n from unnest(array[p->>'identityKey', p->>'accountKey']) n where n is not null order by n loop
    perform pg_advisory_xact_lock(hashtextextended('bill/' || name, 0));
  end loop;
  loop
    known := bill_named(p->>'identityKey', p->>'accountKey', p->>'uin');
    if known is null then
      insert into bills (biller_id, identity_key, external_id, account, period, kind, state, version, amount_minor, currency, due_on, purpose, payee,
          payee_hash, content_hash, livemode, last_delivery, last_result, source, source_version, said, uin, uin_key, account_key, full_minor,
          discount, discount_ends_at, discount_over, issued_on)
        select r.id, p->>'identityKey', p->>'externalId', p->>'account', p->>'period', p->>'kind',
          case p->>'status' when 'annulled' then 'annulled' when 'paid' then 'paid-elsewhere' else 'owed' end,
          1, (p->>'amountMinor')::bigint, p->>'currency', (p->>'dueOn')::date, p->>'purpose', p->'payee', p->>'payeeHash', p->>'contentHash',
          d.livemode, p->>'delivery', 'new', p->>'source', (p->>'version')::bigint, p->>'status', p->>'uin',
          case when p->>'uin' is not null then p->>'identityKey' end, p->>'accountKey', (p->>'fullMinor')::bigint,
          nullif(p->'discount', 'null'), discount_end(nullif(p->'discount', 'null'), r.zone),
          coalesce(discount_end(nullif(p->'discount', 'null'), r.zone) <= business_now(), false), (p->>'issuedOn')::date
        from billers r, deployment d where r.id = p->>'billerId'
        on conflict do nothing returning * into b;
      if found then
        b := learn_names(b, p);
        if b.state = 'owed' then perform plan_if_followed(b, 'new'); end if;
        answer := jsonb_build_object('billId', b.id, 'result', 'new');
        exit;
      end if;
      if not exists (select 1 from billers where id = p->>'billerId') then
        raise exception 'no biller %', p->>'billerId' using errcode = 'foreign_key_violation';
      end if;
    else
      perform 1 from bills where id = known for no key update;
      -- merged while we waited: the name leads further now
      if exists (select 1 from bills where id = known and state <> 'merged') then
        answer := tell_bill(known, p);
        select * into b from bills where id = known;
        exit;
      end if;
    end if;
  end loop;
  perform note_twins(b);
  return answer;
end $$;
