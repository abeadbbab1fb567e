-- What a payer agreed to as a document that others can check (docs/decisions/0146): a JWS in compact form. Null: given before there were such documents; none is made up afterwards.
alter table consents add column document text;

-- It holds the payer's words: an erasure takes it with them (docs/decisions/0121).
create or replace function only_personal_words_go() returns trigger language plpgsql as $$
declare
  was jsonb := to_jsonb(old) - '{text,ip,user_agent,document}'::text[];
begin
  if was is distinct from to_jsonb(new) - '{text,ip,user_agent,document}'::text[] or new.ip is not null or new.user_agent is not null
    or coalesce(to_jsonb(new)->>'text', '') <> '' or to_jsonb(new)->>'document' is not null then
    raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

do $$
declare
  body text;
  old constant text := 'update consents set text = '''', ip = null, user_agent = null where';
begin
  select pg_get_functiondef('erase_resident'::regproc) into strict body;
  if length(body) - length(replace(body, old, '')) <> length(old) then raise exception 'erase_resident is not what it was'; end if;
  execute replace(body, old, 'update consents set text = '''', ip = null, user_agent = null, document = null where');
end $$;
