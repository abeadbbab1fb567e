-- What becomes of a message that was already on its way when something changed: newer words, the night, an address that is gone, a channel that was switched off (payment rules §13).

-- Did a newer message, or the end of the bill, make it out of date after it had been taken for sending?
create function is_replaced(n notifications) returns boolean language sql stable as
  $$ select exists (select 1 from notifications o join notification_rules u on u.event = o.event
         where o.resident_id = n.resident_id and o.id <> n.id and o.created_at > n.created_at and n.event = any (u.replaces)
           and case u.same when 'bill' then o.bill_id = n.bill_id when 'payment' then o.payment_id = n.payment_id when 'method' then o.subject_id = n.subject_id end)
       or (n.event in ('bill-arrived', 'bill-changed', 'bill-planned', 'reminder', 'overdue', 'discount-ending')
         and exists (select 1 from bills b where b.id = n.bill_id and b.state <> 'owed')) $$;
select pg_temp.amend_function('judge_notification', 'if exists (select 1 from notices x where x.id = n.notice_id and x.state = ''void'') then',
  'if exists (select 1 from notices x where x.id = n.notice_id and x.state = ''void'')
     -- what has not been taken yet was dropped when the newer was written
     or (n.attempts > 0 and not n.legal_minimum and is_replaced(n)) then');
-- A question that must be answered within the hour does not wait for the morning in a digest either.
select pg_temp.amend_function('judge_notification', 'if n.event = ''needs-confirmation'' then answers_by := (n.args->>''giveUpAt'')::timestamptz; end if;',
  'if n.event = ''needs-confirmation'' then answers_by := (n.args->>''giveUpAt'')::timestamptz;
    elsif n.topic is null then
      select min((l.args->>''giveUpAt'')::timestamptz) into answers_by from notifications l where l.carried_by = n.id and l.state = ''queued'' and l.event = ''needs-confirmation'';
    end if;');

-- Who got news of a bill, or may have got it without our hearing of it, has heard of the bill.
create or replace function is_unheard(p_resident text, p_bill text) returns boolean language sql stable as
  $$ select coalesce(bool_and(n.state in ('queued', 'dropped') and n.uncertain = 0
           -- the digest that carries it may have arrived
           and not exists (select 1 from notifications c where c.id = n.carried_by and (c.state not in ('queued', 'dropped') or c.uncertain > 0))), false) from notifications n
       where n.resident_id = p_resident and n.bill_id = p_bill and n.event in ('bill-arrived', 'bill-planned', 'bill-changed', 'notice', 'notice-changed') $$;

-- One stands in where no other has brought it or still may; only a channel whose provider's word proves the arrival counts.
select pg_temp.amend_function('fail_over', 'if not n.legal_minimum or n.topic is null then return false; end if;',
  'if not n.legal_minimum or n.topic is null then return false; end if;
  -- two that fail at the same time each see the other
  perform pg_advisory_xact_lock(hashtextextended(''fail-over/'' || n.event_key, 0));
  if exists (select 1 from notifications o join notification_channels c on c.name = o.channel where o.dedupe_key = any (message_keys(n.event_key)) and o.id <> n.id
      and c.carries_notices and o.state in (''queued'', ''sending'', ''accepted'')) then return false; end if;');

-- Drops a message whose turn has come; the legal minimum does not end with an address or a channel.
create function drop_message(n notifications, p_why text) returns void language plpgsql as $$
begin
  if p_why = 'no-channel' and n.notice_id is not null then
    -- its payment is not locked here: it is marked, and left to drop_unreachable
    update notifications set state = 'queued', why = p_why, digest_id = null, carried_by = null, lease_until = null, due_at = business_now() + interval '5 seconds' where id = n.id;
    return;
  end if;
  update notifications set state = 'dropped', why = p_why, lease_until = null where id = n.id;
  if n.legal_minimum and p_why <> 'collapsed' then perform fail_over(n); end if;
end $$;
select pg_temp.amend_function('lease_notifications', '        else
          update notifications set state = ''dropped'', why = v.why where id = n.id;
        end if;', '        else
          perform drop_message(n, v.why);
        end if;');
select pg_temp.amend_function('drop_lines_of', 'if v.verdict = ''drop'' then update notifications set state = ''dropped'', why = v.why where id = n.id; end if;',
  'if v.verdict = ''drop'' then perform drop_message(n, v.why); end if;');
select pg_temp.amend_function('close_digest', 'if v.verdict = ''drop'' then update notifications set state = ''dropped'', why = v.why where id = n.id; end if;',
  'if v.verdict = ''drop'' then perform drop_message(n, v.why); end if;');

-- A repetition after silence is judged as everything else: lines that nobody wants any more are left out, and the night holds it.
select pg_temp.amend_function('lease_notifications', '    select * into v from judge_notification(n, at);
    if v.verdict = ''drop'' then
      update notifications set state = ''dropped'', why = v.why, lease_until = null where id = n.id;
    else', '    update notifications set uncertain = uncertain + 1, released = true where id = n.id returning * into n;
    if n.topic is null then perform drop_lines_of(n); end if;
    select * into v from judge_notification(n, at);
    if n.topic is null and not exists (select 1 from notifications where carried_by = n.id and state = ''queued'') then
      perform drop_message(n, ''collapsed'');
    elsif v.verdict = ''drop'' then
      perform drop_message(n, v.why);
    elsif v.verdict = ''gather'' then
      update notifications set state = ''queued'', due_at = v.until, lease_until = null where id = n.id;
    else');
select pg_temp.amend_function('lease_notifications', 'set attempts = attempts + 1, lease_until = clock_timestamp() + p_lease, uncertain = uncertain + 1 where id = n.id;',
  'set attempts = attempts + 1, lease_until = clock_timestamp() + p_lease where id = n.id;');
