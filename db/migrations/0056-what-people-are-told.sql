-- What people are told: names of billers in both languages, so that whoever writes it chooses by the reader's (docs/decisions/0131): messages, and the lists of what a stop
-- has left under way. `unasked`: a payment that no bill asked for, whose purpose is in our words and not the biller's.

create or replace function pg_temp.amend(p_function text, p_old text, p_new text) returns void language plpgsql as $amend$
declare
  body text;
begin
  select pg_get_functiondef(p.oid) into strict body from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = current_schema() and p.proname = p_function;
  if length(body) - length(replace(body, p_old, '')) <> length(p_old) then raise exception '% does not say once: %', p_function, p_old; end if;
  execute replace(body, p_old, p_new);
end $amend$;

-- a paid payment's message says when it was paid, no more until when
select pg_temp.amend('payment_words', '''biller'', r.name, ',
  '''biller'', r.name, ''billerEn'', r.name_en, ''unasked'', b.source = ''payer'', ''paidAt'', p.paid_at, ');
select pg_temp.amend('bill_words', '''biller'', r.name, ', '''biller'', r.name, ''billerEn'', r.name_en, ''unasked'', b.source = ''payer'', ');
select pg_temp.amend('mandate_words', '''biller'', r.name, ', '''biller'', r.name, ''billerEn'', r.name_en, ');
select pg_temp.amend('in_flight', '''payee'', r.name, ', '''payee'', r.name, ''payeeEn'', r.name_en, ');
select pg_temp.amend('withdrawal_of', 'r.name as biller, ', 'r.name as biller, r.name_en as biller_en, ');
select pg_temp.amend('withdrawal_of', '''biller'', f.biller, ', '''biller'', f.biller, ''billerEn'', f.biller_en, ');
select pg_temp.amend('withdrawal_of', '''payee'', r.name, ', '''payee'', r.name, ''payeeEn'', r.name_en, ');

-- An erasure that waits for a charge which its payer has not confirmed at the bank says so, and until when that can last: nobody has to find anything out there.
create or replace function erasure_blockers(p_resident text) returns jsonb language sql volatile as $$
  with own as (select y.* from payments y where y.resident_id = p_resident),
       blocks (what, payment_id, amount_minor, currency, ends_by) as (
    select case c.state when 'challenged' then 'unconfirmed' else 'undecided' end, c.payment_id, c.amount_minor, c.currency,
        case c.state when 'challenged' then c.confirm_by end
      from charges c join own y on y.id = c.payment_id
      where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')
    union
    select 'owed-back', y.id, y.amount_minor, y.currency, null from own y where y.state = 'returning'
    union
    select 'owed-back', r.payment_id, r.amount_minor, r.currency, null from refunds r join own y on y.id = r.payment_id
      where r.state in ('requested', 'sending', 'unknown', 'pending')
        or (r.state = 'refused' and not exists (select 1 from refunds a where a.again_of = r.id))
    union
    select 'looked-into', y.id, y.amount_minor, y.currency, null from own y where exists (select 1 from cases k where k.closed_at is null
      and (k.subject = y.id or k.subject in (select c.id from charges c where c.payment_id = y.id)
        or k.subject in (select r.id from refunds r where r.payment_id = y.id))))
  select coalesce(jsonb_agg(jsonb_build_object('what', what, 'paymentId', payment_id, 'amountMinor', amount_minor, 'currency', currency, 'endsBy', ends_by)
    order by payment_id, what), '[]') from blocks $$;
select pg_temp.amend('erase_resident', '"currency": null}]', '"currency": null, "endsBy": null}]');
