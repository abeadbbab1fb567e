-- What a payer takes for one payment without saving it (a wallet, SBP, a phone account), and what a biller wants sent along: the utilities order and
-- the fiscal receipt (payment rules §11.1).

alter table instructions
  -- what is taken for this payment only; null: the saved method that is named
  add column kind text check (kind in ('bank_card', 'sbp', 'yoo_money', 'sberbank', 'tinkoff_bank', 'mobile_balance')),
  -- the number whose account pays, sealed with the payment's id; gone as soon as nobody needs it (§15)
  add column phone bytea,
  add check (kind is null or method_id is null),
  add check (phone is null or kind = 'mobile_balance');
update instructions set kind = 'bank_card' where method_id is null;

alter table charges add column kind text;
update charges c set kind = coalesce((select t.kind from methods t where t.id = c.method_id), 'bank_card');
alter table charges alter column kind set not null;

alter table billers
  -- {"enabled","bank": {"bic","name"},"debtBy": account|unified-account|service|document,"period","kbk","oktmo"}: the gateway passes the money on by it
  add column payment_order jsonb,
  -- {"issuedBy": gateway|biller,"vatCode","subject","mode","taxSystem"}: a receipt of 54-FZ travels with the charge where the gateway issues it
  add column receipt jsonb;

-- A charge says of itself how it is paid: the row of a method or of an instruction may be read much later, or be gone.
create function charge_names_its_kind() returns trigger language plpgsql as $$
begin
  new.kind := coalesce((select t.kind from methods t where t.id = new.method_id),
    (select i.kind from instructions i where i.id = new.instruction_id), 'bank_card');
  return new;
end $$;
create trigger charge_has_kind before insert on charges for each row execute function charge_names_its_kind();

-- A number is kept for one charge: gone when that is decided, or when its payment is over without it.
create function forget_phone_of_charge() returns trigger language plpgsql as $$
begin
  update instructions set phone = null where id = new.instruction_id and phone is not null;
  return null;
end $$;
create trigger decided_charge_forgets_phone after update of state on charges for each row
  when (new.state in ('charged', 'not-charged') and new.kind = 'mobile_balance') execute function forget_phone_of_charge();

create function forget_phones_of_payment() returns trigger language plpgsql as $$
begin
  update instructions i set phone = null where i.payment_id = new.id and i.phone is not null and not exists (select 1 from charges c
    where c.instruction_id = i.id and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown'));
  return null;
end $$;
create trigger ended_payment_forgets_phones after update of state on payments for each row
  when (new.state in ('paid', 'returning', 'closed') and old.state is distinct from new.state) execute function forget_phones_of_payment();

-- q: + "kind": what is taken for this payment only; a bank card where nothing is named.
create or replace function instruct(p_payment text, q jsonb) returns void language sql as
  $$ insert into instructions (payment_id, resident_id, amount_minor, currency, payee_hash, method_id, kind, sign_in, ip, expires_at)
     select y.id, y.resident_id, y.amount_minor, y.currency, y.payee_hash, q->>'methodId',
            case when q->>'methodId' is null then coalesce(q->>'kind', 'bank_card') end, q->>'signIn', q->>'ip',
            business_now() + interval '1 hour' from payments y where y.id = p_payment $$;

-- The payer meets the need of a waiting payment (0016 does it). New: while a charge is undecided, another kind is another wish, and not the same
-- link once more: it is offered when the first is final.
alter function confirm_payment(text, text, jsonb) rename to confirm_payment_as_chosen;
create function confirm_payment(p_payment text, p_resident text, q jsonb) returns jsonb language plpgsql as $$
declare
  c charges;
begin
  if q->>'kind' is not null then
    select x.* into c from charges x join payments y on y.id = x.payment_id where y.id = p_payment and y.resident_id = p_resident
      and x.state in ('sending', 'challenged', 'pending', 'held', 'unknown');
    if found and (c.method_id is not null or c.kind <> q->>'kind') then
      return jsonb_build_object('refused', 'first-not-final', 'state', c.state, 'finalAt', case when c.state = 'challenged' then c.confirm_by end);
    end if;
  end if;
  return confirm_payment_as_chosen(p_payment, p_resident, q);
end $$;

-- What speaks against this kind, taken once and not saved; null: nothing. The same answers as judgeOneOff of the domain.
create function one_off_refusal(p_kind text, p payments, p_use text, caps jsonb) returns text language plpgsql stable as $$
declare
  r billers;
begin
  select x.* into r from billers x join bills b on b.biller_id = x.id where b.id = p.bill_id;
  if not p_kind = any (r.allowed_methods) then return 'method-not-allowed'; end if;
  -- who asks without the matrix gets the narrowest rule
  if caps is null then return case when p_kind <> 'bank_card' then 'kind-not-at-gateway' end; end if;
  if (caps->p_kind->>'withoutSaving')::boolean is false then return 'method-needed'; end if;
  return capability_refusal(caps, p_kind, p_use, r.section, p.amount_minor, p.currency);
end $$;

-- Gate check 7, of a saved method as in 0013-methods.sql.
alter function gate_check_method(payments, jsonb) rename to gate_check_saved_method;
create function gate_check_method(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  caps jsonb := nullif(q->'capabilities', 'null');
  use text := case when p.route = 'batch' then 'batch' else 'pay-now' end;
  i instructions;
  a gate_answer;
begin
  if q->>'methodId' is not null or q->>'initiatedBy' = 'mit' then
    a := gate_check_saved_method(p, q);
    if a.answer = 'renotice' and q->'lacks'->>0 is not null then return gate_lacks(p, q); end if;
    if a.answer <> 'pass' then return a; end if;
  else
    select * into i from instructions where id = q->>'instructionId';
    if one_off_refusal(coalesce(i.kind, 'bank_card'), p, use, caps) is not null or (i.kind = 'mobile_balance' and i.phone is null) then
      return row('ask', 'new-method', null)::gate_answer;
    end if;
  end if;
  if q->'lacks'->>0 is not null then return gate_lacks(p, q); end if;
  -- its remark may speak of something newer, e.g. of the notice that came between
  update cases set closed_at = business_now() where kind = 'request-incomplete' and subject = p.id and closed_at is null;
  return gate_pass();
end $$;

-- Gate check 5, of a notice as in 0008-gate.sql. New: no further notice for a debit that could not be sent on that day either.
alter function gate_check_notice(payments, jsonb) rename to gate_check_given_notice;
create function gate_check_notice(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  a gate_answer := gate_check_given_notice(p, q);
begin
  if a.answer = 'renotice' and q->'lacks'->>0 is not null then return gate_lacks(p, q); end if;
  return a;
end $$;

-- The biller wants sent along what nobody can make of this bill and this payer, or the gateway takes no such request: nothing is sent, a person mends it. A
-- planned debit waits meanwhile, until its last safe instant, and then its payer has a day to decide (as in put_off_charge); a payer who stands there is told
-- at once (gate_refuse).
create function gate_lacks(p payments, q jsonb) returns gate_answer language plpgsql as $$
declare
  told jsonb := jsonb_build_object('lacks', q->'lacks');
begin
  perform open_case('request-incomplete', p.id, p.amount_minor, p.currency, told);
  update cases set closed_at = null, detail = told where kind = 'request-incomplete' and subject = p.id and closed_at is not null;
  if business_now() < p.give_up_at then
    return row('wait', 'request-incomplete', least(business_now() + interval '1 hour', p.give_up_at))::gate_answer;
  end if;
  if p.route = 'mandate' and p.state = 'scheduled' and q->>'initiatedBy' = 'mit' then
    update payments set give_up_at = business_now() + interval '24 hours' where id = p.id;
    update limit_use set state = 'freed' where payment_id = p.id and state = 'reserved';
  end if;
  return row('ask', 'late-bill', null)::gate_answer;
end $$;
