-- A report may leave out whom it is about: those of complaints are often struck out. It then speaks of the address that its message went to, and of today's only where that is the same.
alter table notifications add column sent_to text;

select pg_temp.amend_function('lease_notifications', 'update notifications set state = ''sending'', attempts = attempts + 1,',
  'update notifications set state = ''sending'', sent_to = case when n.channel = ''email'' then (select address_hash(r.email) from residents r where r.id = n.resident_id) end, attempts = attempts + 1,');
select pg_temp.amend_function('bounce_notification', 'lower(address) = any (select lower(x) from unnest(p_recipients) x)',
  '(lower(address) = any (select lower(x) from unnest(p_recipients) x) or (cardinality(p_recipients) = 0 and n.sent_to = address_hash(address)))');
select pg_temp.amend_function('erase_resident', 'update notifications set args = ''{}'', answer = null,', 'update notifications set args = ''{}'', answer = null, sent_to = null,');
