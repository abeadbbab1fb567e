-- Nothing may be left of a further part: then its source's word amounts to "paid". Only a word that asks for money does; a withdrawal stays one (domain/bill-sources.ts, readingOf).
do $$
declare
  body text;
begin
  select pg_get_functiondef('write_words'::regproc) into strict body;
  execute replace(body, 'now_told.amount_minor := b.amount_minor; now_told.said := ''paid''; end if;',
    'now_told.amount_minor := b.amount_minor; if now_told.said = ''issued'' then now_told.said := ''paid''; end if; end if;');
  if strpos(pg_get_functiondef('write_words'::regproc), 'if now_told.said = ''issued''') = 0 then raise exception 'write_words is not what it was'; end if;
end $$;
