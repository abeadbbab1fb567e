-- What every migration may use; gone with its session.
-- Changes one passage of a function and keeps what others have changed in it; stops where the passage does not stand there once.
create or replace function pg_temp.amend_function(p_function text, p_old text, p_new text) returns void language plpgsql as $amend$
declare
  body text;
begin
  select pg_get_functiondef(p.oid) into strict body from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = current_schema() and p.proname = p_function;
  if length(body) - length(replace(body, p_old, '')) <> length(p_old) then raise exception '% does not say once: %', p_function, p_old; end if;
  execute replace(body, p_old, p_new);
end $amend$;
