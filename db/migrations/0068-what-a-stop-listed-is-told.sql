-- A stop's answer names the charges that had left already, "we will tell you how it ends" (payment rules §6): that no money was taken is told as well as that it was,
-- whatever ended the payment in the meantime: a withdrawn bill closes it by another word than the stop would have.
do $$
declare
  body text;
begin
  select pg_get_functiondef('settle_not_charged'::regproc) into strict body;
  execute replace(body, 'perform close_payment(p.id, ''stopped'', ''stopped while a charge was under way'');', 'perform close_payment(p.id, ''stopped'', ''stopped while a charge was under way'');
    if mandate_stops(p) or p.stop_mark in (''stopped'', ''skipped'') or exists (select 1 from methods t where t.id = c.method_id and t.state = ''withdrawn'') then
      perform tell_resident(''nothing-taken'', p.resident_id, ''nothing-taken/'' || c.id, p.id, payment_words(p), true, p.id);
    end if;');
  if strpos(pg_get_functiondef('settle_not_charged'::regproc), '''nothing-taken''') = 0 then raise exception 'settle_not_charged is not what it was'; end if;
end $$;
