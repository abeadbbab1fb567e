-- A bill reminds those who want to hear of it; once nobody does, its reminders end (N7).

-- Whom reminders of a bill are for: who sees it, otherwise than by a payment of theirs, and has muted neither it nor its biller.
create function bill_listeners(b bills) returns setof text language sql stable as
  $$ select distinct w.resident_id from bill_viewers w where w.bill_id = b.id and w.because <> 'payment' and not is_muted(w.resident_id, b.biller_id, b.id) $$;

-- Who reminds of a bill looks again: it may have nobody left to remind, or somebody once more.
create function mute_rings_bills() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  of notification_mutes;
begin
  if tg_op = 'DELETE' then of := old; else of := new; end if;
  insert into outbox (kind, subject_id) select distinct case tg_op when 'INSERT' then 'wake-bill' else 'start-bill' end, b.id
    from bill_viewers w join bills b on b.id = w.bill_id
   where w.resident_id = of.resident_id and w.because <> 'payment' and b.state = 'owed' and b.told
     and of.subject_id = case of.kind when 'bill' then b.id else b.biller_id end;
  if found then perform ring('outbox'); end if;
  return null;
end $$;
create trigger mute_rings_bills after insert or delete on notification_mutes for each row execute function mute_rings_bills();

-- Of two bills that became one, the one is muted for whoever had muted the other.
create function merged_bill_stays_muted() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into notification_mutes (resident_id, kind, subject_id, muted_at)
    select resident_id, kind, new.merged_into, muted_at from notification_mutes where kind = 'bill' and subject_id = new.id
    on conflict do nothing;
  delete from notification_mutes where kind = 'bill' and subject_id = new.id;
  return null;
end $$;
create trigger merged_bill_stays_muted after update of merged_into on bills for each row
  when (old.merged_into is null and new.merged_into is not null) execute function merged_bill_stays_muted();
create index notification_mutes_by_subject on notification_mutes (subject_id);
