-- Who begins to follow a bill after it came, discounts that end, words that are judged later, and two rows that become one.

-- ---------------------------------------------------------------------------------------------------------------------
-- Bills are planned for those who follow them, and nobody locks a city's month of arrivals against somebody who connects an account meanwhile. Whoever begins to
-- follow is shown at once what is there; an arrival that was under way and could not see them yet is looked for again when it is certainly over
-- (docs/decisions/0079).

create table follow_ups (
  id          bigint generated always as identity primary key,
  -- one of: the accounts of a resident at a biller, somebody whom bills are about, what a mandate covers
  resident_id text references residents,
  biller_id   text references billers,
  subject_key text,
  mandate_id  text references mandates,
  -- the first transaction that had not begun when this was first seen; null: not seen yet
  settled_by  xid8,
  check (num_nonnulls(resident_id, subject_key, mandate_id) = 1),
  check ((resident_id is null) = (biller_id is null))
);

create function plan_followed(f follow_ups) returns void language plpgsql as $$
begin
  insert into outbox (kind, subject_id, payload)
    select 'plan-bill', b.id, '{"because": "followed"}'::jsonb from payer_accounts a join bills b on b.biller_id = a.biller_id and b.account = a.account
      where a.resident_id = f.resident_id and a.biller_id = f.biller_id and b.state = 'owed'
    union all
    select 'plan-bill', b.id, '{"because": "followed"}'::jsonb from bill_subjects s join bills b on b.id = s.bill_id
      where s.subject_key = f.subject_key and b.state = 'owed'
    union all
    select 'plan-bill', b.id, '{"because": "followed"}'::jsonb from mandates m cross join lateral bills_of_mandate(m) b where m.id = f.mandate_id;
  if found then perform ring('plan'); end if;
end $$;

create function account_is_followed() returns trigger language plpgsql as $$
declare
  f follow_ups;
begin
  insert into follow_ups (resident_id, biller_id) values (new.resident_id, new.biller_id) returning * into f;
  perform plan_followed(f);
  return null;
end $$;
create trigger account_followed after insert on payer_accounts for each row execute function account_is_followed();

create function subject_is_followed() returns trigger language plpgsql as $$
declare
  f follow_ups;
begin
  insert into follow_ups (subject_key) values (new.subject_key) returning * into f;
  perform plan_followed(f);
  return null;
end $$;
create trigger subject_followed after insert on saved_identifiers for each row execute function subject_is_followed();

-- A mandate's bills of today are planned by who makes it; what is arriving just now, here.
create function mandate_follows() returns trigger language plpgsql as $$
begin
  insert into follow_ups (mandate_id) values (new.id);
  return null;
end $$;
create trigger mandate_followed after insert on mandates for each row execute function mandate_follows();

create function added_bill_is_followed() returns trigger language plpgsql as $$
begin
  insert into outbox (kind, subject_id, payload) select 'plan-bill', b.id, '{"because": "followed"}'::jsonb from bills b where b.id = new.bill_id and b.state = 'owed';
  if found then perform ring('plan'); end if;
  return null;
end $$;
create trigger added_bill_followed after insert on added_bills for each row execute function added_bill_is_followed();

-- Looks again for those whose neighbours in time are over. Answers how many there were.
create function settle_follow_ups() returns int language plpgsql as $$
declare
  f follow_ups;
  n int := 0;
begin
  for f in delete from follow_ups where settled_by <= pg_snapshot_xmin(pg_current_snapshot()) returning * loop
    perform plan_followed(f);
    n := n + 1;
  end loop;
  update follow_ups set settled_by = pg_snapshot_xmax(pg_current_snapshot()) where settled_by is null;
  return n;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Dates that no source tells.

-- Discounts that have ended: what was announced is not due any more. Answers how many: called until there is none. Rows that are held right now come with the
-- next sweep; the gate sends no sum of yesterday meanwhile.
create function end_discounts(p_limit int) returns int language plpgsql as $$
declare
  b bills;
  n int := 0;
begin
  for b in select * from bills where state = 'owed' and not discount_over and discount_ends_at <= business_now()
            order by discount_ends_at, id limit p_limit for no key update skip locked loop
    update bills set discount_over = true where id = b.id;
    perform plan_if_followed(b, 'discount-over');
    if b.told then perform tell_workflow('wake-bill', b.id); end if;
    n := n + 1;
  end loop;
  return n;
end $$;

-- A paid bill of which more was said to be due before its source could have seen our payment: judged now. One in a transaction. Answers whether there was one.
create function judge_one_kept_word() returns boolean language plpgsql as $$
declare
  b bills;
begin
  select * into b from bills where judge_at <= business_now() order by judge_at, id limit 1 for no key update skip locked;
  if not found then return false; end if;
  update bills set judge_at = null where id = b.id;
  if b.state = 'paid' and b.said = 'issued' and not exists (select 1 from bill_sources s where s.bill_id = b.id and s.status in ('annulled', 'paid'))
     and more_due(b, true) = 'more-due' then
    select * into b from bills where id = b.id;
    perform plan_if_followed(b, 'more-due');
  end if;
  return true;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Two rows of one debt become one (B9, §4.5; docs/decisions/0077).

-- How far a row has gone: a debt that is paid stands before one that is being paid, that before one that is planned, that before one that is only known.
create function bill_progress(b bills) returns jsonb language sql stable as
  $$ select jsonb_build_object('step', case when k.state = 'spent' then 3 when u.undecided then 2 when y.state in ('scheduled', 'needs-payer', 'charging') then 1 else 0 end,
       'undecided', coalesce(u.undecided, false), 'since', coalesce(y.paid_at, y.created_at, b.received_at), 'payment', y.id, 'resident', y.resident_id, 'open',
       coalesce(y.state in ('scheduled', 'needs-payer', 'charging'), false))
     from (values (1)) one left join claims k on k.claim_key = b.identity_key and k.part = b.part left join payments y on y.id = k.payment_id
     left join lateral (select true as undecided from charges c where c.payment_id = y.id
       and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')) u on true $$;

-- Merges a row into its twin. While both may take money, or one has and the other may, both run out first: what comes second is returned (twin_in_the_way). Locks of two
-- debts are taken in the order of their keys. Answers `merged`, `waits` or `nothing`.
create function merge_twins(p_one text, p_other text) returns text language plpgsql as $$
declare
  a bills;
  b bills;
  keep bills;
  gone bills;
  of_a jsonb;
  of_b jsonb;
  key text;
begin
  select * into a from bills where id = p_one;
  select * into b from bills where id = p_other;
  if a.id is null or b.id is null then return 'nothing'; end if;
  for key in select k from unnest(array[a.identity_key, b.identity_key]) k order by k loop
    perform stand_in_line_for_debt(key);
  end loop;
  perform 1 from claims where claim_key in (a.identity_key, b.identity_key) order by claim_key, part for update;
  perform 1 from bills where id in (a.id, b.id) order by id for no key update;
  perform 1 from payments where bill_id in (a.id, b.id) and state in ('scheduled', 'needs-payer', 'charging') order by id for no key update;
  select * into a from bills where id = p_one;
  select * into b from bills where id = p_other;
  if a.state = 'merged' or b.state = 'merged' or not exists (select 1 from bill_twins where bill_id = a.id and twin_id = b.id) then return 'nothing'; end if;
  of_a := bill_progress(a);
  of_b := bill_progress(b);
  if least((of_a->>'step')::int, (of_b->>'step')::int) >= 2 and ((of_a->>'undecided')::boolean or (of_b->>'undecided')::boolean) then return 'waits'; end if;
  if ((of_b->>'step')::int, -extract(epoch from (of_b->>'since')::timestamptz), b.id) > ((of_a->>'step')::int, -extract(epoch from (of_a->>'since')::timestamptz), a.id) then
    keep := b; gone := a; of_b := of_a;
  else
    keep := a; gone := b;
  end if;
  if of_b->>'step' = '3' then
    -- paid twice, each to its end: the later one is proposed to go back, a person approves (§4.5)
    perform open_case('paid-twice', of_b->>'payment', gone.paid_minor, gone.currency, jsonb_build_object('bill', keep.id, 'other', gone.id));
  end if;
  update bills set state = 'merged', merged_into = keep.id, uin = null, uin_key = null, account_key = null, echo = false, judge_at = null where id = gone.id;
  update bills set uin = coalesce(uin, gone.uin), uin_key = coalesce(uin_key, gone.uin_key),
      account_key = coalesce(account_key, gone.account_key, case when gone.uin is null and uin_key is not null then gone.identity_key end),
      account = case account when '' then gone.account else account end, period = case account when '' then gone.period else period end
    where id = keep.id;
  insert into bill_subjects (subject_key, bill_id) select subject_key, keep.id from bill_subjects where bill_id = gone.id on conflict do nothing;
  delete from bill_subjects where bill_id = gone.id;
  insert into added_bills (resident_id, bill_id, label, added_at) select resident_id, keep.id, label, added_at from added_bills where bill_id = gone.id
    on conflict do nothing;
  delete from added_bills where bill_id = gone.id;
  insert into skip_marks (mandate_id, claim_key, part, marked_at) select mandate_id, keep.identity_key, keep.part, marked_at from skip_marks
    where claim_key = gone.identity_key and part = gone.part on conflict do nothing;
  if (of_b->>'open')::boolean then
    perform close_payment(of_b->>'payment', 'duplicate', 'another row of the same debt');
    if of_b->>'resident' is distinct from (select y.resident_id from claims k join payments y on y.id = k.payment_id
         where k.claim_key = keep.identity_key and k.part = keep.part) then
      perform tell_resident('another-autopay', of_b->>'resident', 'another-autopay/' || keep.id || '/' || keep.part || '/' || (of_b->>'resident'), keep.id,
        jsonb_build_object('billId', keep.id, 'purpose', keep.purpose, 'dueOn', keep.due_on), false);
    end if;
  end if;
  perform tell_of_both(keep.id, gone);
  delete from bill_twins where gone.id in (bill_id, twin_id);
  insert into audit (actor, action, subject, detail) values ('engine', 'bill.merged', keep.id, jsonb_build_object('gone', gone.id));
  if gone.told then perform tell_workflow('wake-bill', gone.id); end if;
  if keep.told then perform tell_workflow('wake-bill', keep.id); end if;
  insert into outbox (kind, subject_id, payload) values ('plan-bill', keep.id, '{"because": "merged"}');
  perform ring('plan');
  return 'merged';
end $$;

-- What was said of the row that is gone is said of the one that stays, each source by its own order.
create function tell_of_both(p_keep text, gone bills) returns void language plpgsql as $$
declare
  s bill_sources;
begin
  perform tell_bill(p_keep, words_of(gone) || '{"uin": null, "accountKey": null}');
  for s in select * from bill_sources where bill_id = gone.id order by source loop
    perform tell_bill(p_keep, s.words || jsonb_build_object('uin', null, 'accountKey', null, 'contentHash', s.content_hash, 'delivery', s.last_delivery));
  end loop;
end $$;

-- Tries the pairs of one bill, or of all. One pair in a transaction. Answers the pair that comes next after the one that was tried; null: none.
create function twins_to_merge(p_bill text, p_limit int) returns table (one text, other text) language sql stable as
  $$ select bill_id, twin_id from bill_twins where (p_bill is null and bill_id < twin_id) or bill_id = p_bill order by bill_id, twin_id limit p_limit $$;
