-- Two senders that open the digests of the same people in another order would wait for each other: whoever finds a digest that another has just begun lets the message wait a second, and nobody waits.
select pg_temp.amend_function('hold_notification', '  insert into digests (id, resident_id, closes_at)', '  if not exists (select 1 from digests where id = name) and not pg_try_advisory_xact_lock(hashtextextended(''digest/'' || name, 0)) then
    update notifications set due_at = business_now() + interval ''1 second'' where id = n.id;
    return;
  end if;
  insert into digests (id, resident_id, closes_at)');
