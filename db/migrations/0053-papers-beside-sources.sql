-- Anybody may hold a paper of anybody's account, with a sum of its own: who pays a kopeck by it has not paid the bill that its source tells later. Other payments wait until the
-- source must have seen them, because it may not count them yet (§4.3); by a paper too little was paid, whatever the source has seen, and what is left is due at once.

do $$
declare
  body text;
begin
  select pg_get_functiondef('more_due'::regproc) into strict body;
  execute replace(body, '  if b.acknowledged_at is null and', '  if b.acknowledged_at is null and not (bill_rest(b) > 0 and exists (select 1 from payments y join bill_versions v on v.bill_id = y.bill_id and v.version = y.bill_version
       where y.bill_id = b.id and y.part = b.part and y.state = ''paid'' and v.source = ''paper'')) and');
  if strpos(pg_get_functiondef('more_due'::regproc), 'v.source = ''paper''') = 0 then raise exception 'more_due is not what it was'; end if;
end $$;

-- A paper whose account and month are those of several debts of a source is one of them, and nobody knows which: a third debt beside them would be paid twice. (0043, with that question.)
create or replace function receive_paper(p jsonb) returns jsonb language plpgsql as $$
declare
  known text;
begin
  perform pg_advisory_xact_lock(hashtextextended('bill/' || (p->>'identityKey'), 0));
  known := bill_named(p->>'identityKey', null, null);
  if exists (select 1 from bills where id = known and source <> 'paper') then
    return jsonb_build_object('billId', known, 'result', 'known');
  end if;
  if (select count(*) from bills where account_key = p->>'identityKey' and state <> 'merged') > 1 then
    return jsonb_build_object('billId', known, 'result', 'conflict');
  end if;
  return receive_bill(p);
end $$;
