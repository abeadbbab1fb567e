-- What people are told names the biller in both languages, so that whoever writes it chooses by the reader's (docs/decisions/0131): messages, and the lists of what a stop
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
