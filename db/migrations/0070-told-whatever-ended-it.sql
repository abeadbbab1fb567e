-- What a stop listed is told whatever ended the payment in the meantime (0068): a withdrawn bill closes it by another word than the stop would have.
do $$
declare
  body text;
begin
  select pg_get_functiondef('settle_not_charged'::regproc) into strict body;
  execute replace(body, 'if permission_is_gone(c, p) and coalesce(p.stop_mark, ''stopped'') in (''stopped'', ''skipped'') then',
    'if mandate_stops(p) or p.stop_mark in (''stopped'', ''skipped'') or exists (select 1 from methods t where t.id = c.method_id and t.state = ''withdrawn'') then');
  if strpos(pg_get_functiondef('settle_not_charged'::regproc), 'if mandate_stops(p)') = 0 then raise exception 'settle_not_charged is not what it was'; end if;
end $$;
