-- A receiver that hangs keeps each try for twenty seconds: whoever has thousands of objects for it would take every place of the workers, and the others' events would wait behind. At one endpoint
-- only so many tries are under way; whose turn has not come waits, and who ends a try hands the turn on (docs/decisions/0188).

alter table webhook_deliveries
  -- real time: it may be tried until then; the lease of a request that is out
  add column turn_until timestamptz,
  -- every turn at its endpoint was taken when it looked
  add column waits_for_turn boolean not null default false;
create index webhook_deliveries_in_turn on webhook_deliveries (endpoint_id, turn_until) where state = 'queued' and turn_until is not null;
create index webhook_deliveries_waiting on webhook_deliveries (endpoint_id, event_seq) where state = 'queued' and waits_for_turn;

create function webhook_turns_at_once() returns int language sql immutable as $$ select 16 $$;

-- So many turns are free. The caller holds the endpoint's row, so that nobody counts while another takes one.
create function free_webhook_turns(p_endpoint text) returns int language sql volatile as $$
  select webhook_turns_at_once() - count(*)::int from webhook_deliveries where endpoint_id = p_endpoint and state = 'queued' and turn_until > clock_timestamp() $$;

-- Turns that are free go to those who wait, oldest event first, and their workflows are rung. Who does not come within the minute has lost it.
create function hand_on_webhook_turns(p_endpoint text) returns void language plpgsql as $$
declare
  handed text;
begin
  for handed in
    update webhook_deliveries d set turn_until = clock_timestamp() + interval '1 minute', waits_for_turn = false
     where d.id in (select n.id from webhook_deliveries n where n.endpoint_id = p_endpoint and n.state = 'queued' and n.waits_for_turn
       order by n.event_seq limit greatest(free_webhook_turns(p_endpoint), 0) for update skip locked)
    returning d.object_id
  loop
    perform tell_workflow('start-webhook', p_endpoint || '/' || handed);
  end loop;
end $$;

-- A turn for a delivery: its own, where it has been handed one, or a free one. False: it waits, and will be rung.
create function take_webhook_turn(d webhook_deliveries) returns boolean language plpgsql as $$
declare
  taken constant boolean := coalesce(d.turn_until > clock_timestamp(), false) or free_webhook_turns(d.endpoint_id) > 0;
begin
  update webhook_deliveries set waits_for_turn = not taken, turn_until = case when taken then clock_timestamp() + interval '1 minute' end where id = d.id;
  return taken;
end $$;

-- The endpoint's row comes before those of its deliveries, here as where it is disabled. What is not due takes no lock of it.
select pg_temp.amend_function('look_at_webhook', '  loop
    select * into d from', '  if exists (select 1 from webhook_deliveries where endpoint_id = p_endpoint and object_id = p_object and state = ''queued'' and next_try_at <= business_now()) then
    perform 1 from webhook_endpoints where id = p_endpoint for no key update;
  end if;
  loop
    select * into d from');
select pg_temp.amend_function('look_at_webhook', '    if d.attempts < p_most_attempts then
', '    if d.attempts < p_most_attempts then
      -- it is rung when its turn comes; should nobody be left to ring it, the sweep does
      if not take_webhook_turn(d) then return jsonb_build_object(''do'', ''wait'', ''waitMs'', 600000, ''attempts'', d.attempts); end if;
');
-- A try whose turn has passed while it waited for a worker is none: its workflow asks for the next turn.
select pg_temp.amend_function('begin_webhook_attempt', '      next_try_at = business_after_real(p_lease)
    where', '      next_try_at = business_after_real(p_lease), turn_until = clock_timestamp() + p_lease
    where turn_until > clock_timestamp() and');
-- Whoever ends a try hands its turn on, also when the delivery has gone on without it.
select pg_temp.amend_function('settle_webhook_attempt', '  if p_end = ''gone'' then
    perform 1 from webhook_endpoints where id = (select endpoint_id from webhook_deliveries where id = p_delivery) for no key update;
  end if;
  update webhook_deliveries set sending_since = null,', '  perform 1 from webhook_endpoints where id = (select endpoint_id from webhook_deliveries where id = p_delivery) for no key update;
  update webhook_deliveries set sending_since = null, turn_until = null,');
select pg_temp.amend_function('settle_webhook_attempt', '  if p_end = ''gone'' and d.id is not null then', '  perform hand_on_webhook_turns(endpoint_id) from webhook_deliveries where id = p_delivery;
  if p_end = ''gone'' and d.id is not null then');
