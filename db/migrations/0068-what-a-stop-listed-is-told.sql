-- A stop's answer names the charges that had left already, "we will tell you how it ends" (payment rules §6): that no money was taken is told as well as that it was.
do $$
declare
  body text;
begin
  select pg_get_functiondef('settle_not_charged'::regproc) into strict body;
  execute replace(body, 'perform close_payment(p.id, ''stopped'', ''stopped while a charge was under way'');', 'perform close_payment(p.id, ''stopped'', ''stopped while a charge was under way'');
    if permission_is_gone(c, p) and coalesce(p.stop_mark, ''stopped'') in (''stopped'', ''skipped'') then
      perform tell_resident(''nothing-taken'', p.resident_id, ''nothing-taken/'' || c.id, p.id, payment_words(p), true, p.id);
    end if;');
  if strpos(pg_get_functiondef('settle_not_charged'::regproc), '''nothing-taken''') = 0 then raise exception 'settle_not_charged is not what it was'; end if;
end $$;
