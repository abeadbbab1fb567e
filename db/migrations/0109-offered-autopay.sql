-- Right after somebody has paid by hand on an account of their own, they are offered autopay for it; "not now" is kept for the account (docs/decisions/0155).

create table autopay_declines (
  resident_id text not null references residents,
  biller_id   text not null references billers,
  account     text not null check (account <> ''),
  -- at which payment it was offered
  payment_id  text not null references payments,
  declined_at timestamptz not null default business_now(),
  primary key (resident_id, biller_id, account)
);

-- The offer that stands beside a payment: {"billerId","account","methodId"}, the method null where its payer has kept none for autopay; null: none. Only beside the newest payment by hand of
-- an account that its payer has connected; never where they have said no, by "not now" or by cancelling, nor where an autopay of theirs, paused ones too, is there already.
create function autopay_offer(p payments) returns jsonb language sql stable as $$
  select jsonb_build_object('billerId', b.biller_id, 'account', b.account, 'methodId',
      (select t.id from methods t where t.resident_id = p.resident_id and t.state = 'active' and 'mandate' = any (t.uses)
         and (t.id = p.method_id or t.id in (select coalesce(s.joined_to, s.id) from instructions i join methods s on s.id = i.saves_method_id where i.payment_id = p.id))
        order by t.id = p.method_id desc nulls last limit 1))
    from bills b where b.id = p.bill_id and p.state = 'paid' and p.mandate_id is null and p.paid_at > business_now() - interval '30 days'
     and exists (select 1 from payer_accounts a where a.resident_id = p.resident_id and a.biller_id = b.biller_id and a.account = b.account)
     and not exists (select 1 from autopay_declines d where d.resident_id = p.resident_id and d.biller_id = b.biller_id and d.account = b.account)
     and not exists (select 1 from mandates m where m.resident_id = p.resident_id and m.biller_id = b.biller_id and m.account = any (bill_references(b))
       and (m.state <> 'ended' or m.why = 'cancelled'))
     and not exists (select 1 from payments z join bills o on o.id = z.bill_id where z.resident_id = p.resident_id and z.state = 'paid' and z.mandate_id is null
       and o.biller_id = b.biller_id and o.account = b.account and (z.paid_at, z.id) > (p.paid_at, p.id)) $$;

-- "Not now", once for all offers of the account. False: nothing is offered beside this payment; null: it is not theirs.
create function decline_autopay(p_payment text, p_resident text) returns boolean language plpgsql as $$
declare
  p payments;
  offer jsonb;
begin
  select * into p from payments where id = p_payment and resident_id = p_resident;
  if not found then return null; end if;
  offer := autopay_offer(p);
  if offer is null then return false; end if;
  insert into autopay_declines (resident_id, biller_id, account, payment_id) values (p.resident_id, offer->>'billerId', offer->>'account', p.id) on conflict do nothing;
  insert into audit (actor, action, subject) values (p.resident_id, 'autopay.declined', p.id);
  return true;
end $$;
create function person.decline_autopay(p_payment text, p_resident text) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(p_resident);
  return public.decline_autopay(p_payment, p_resident);
end $$;
revoke execute on function person.decline_autopay(text, text) from public;
grant execute on function person.decline_autopay(text, text) to kvitok_person;

create trigger autopay_declines_owner_is_here before insert on autopay_declines for each row execute function owner_must_be_here();
create function declines_go_with_their_person() returns trigger language plpgsql as $$
begin
  delete from autopay_declines where resident_id = new.id;
  return null;
end $$;
create trigger autopay_declines_go after update of erased_at on residents for each row
  when (old.erased_at is null and new.erased_at is not null) execute function declines_go_with_their_person();

-- The receipt's message carries the offer that stands when it is written.
select pg_temp.amend_function('settle_charged', 'payment_words(p), stopped, p.id);',
  'payment_words(p) || jsonb_build_object(''autopayOffered'', not stopped and autopay_offer(p) is not null), stopped, p.id);');
