-- Whoever names a message can have it come back (0130). Its name is therefore drawn, and not reckoned from ids that its biller or an integrator knows; the row keeps it for a repetition.
create function new_message_name() returns text language sql volatile as
  $$ select replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') $$;
select pg_temp.amend_function('tell_resident', 'encode(sha256(convert_to(p_dedupe || ''/'' || c.name, ''UTF8'')), ''hex'')', 'new_message_name()');
select pg_temp.amend_function('tell_resident', 'encode(sha256(convert_to(p_dedupe || ''/email'', ''UTF8'')), ''hex'')', 'new_message_name()');
select pg_temp.amend_function('close_digest', 'encode(sha256(convert_to(''digest/'' || d.id || ''/'' || chunk || ''/'' || c.channel, ''UTF8'')), ''hex'')', 'new_message_name()');
select pg_temp.amend_function('fail_over', 'encode(sha256(convert_to(n.event_key || ''/'' || stand_in, ''UTF8'')), ''hex'')', 'new_message_name()');
