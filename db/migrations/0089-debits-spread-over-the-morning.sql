-- Debits of one day do not all begin with its first minute (docs/decisions/0164): each waits a share of its own of the pack's spread, the same share however often it is asked for.
-- It never costs anything: not the hours, not the notice's end, not the due day, not a discount; where it would, the debit comes as soon as it may.
create function debit_moment(pack jsonb, zone text, p payments, b bills, not_before timestamptz, not_after timestamptz) returns timestamptz language plpgsql volatile as $$
declare
  share double precision := (hashtextextended(p.id, 90) & 2147483647)::double precision / 2147483648;
  at timestamptz := not_before + make_interval(secs => (pack->>'spreadMinutes')::double precision * 60 * share);
begin
  if at is null or at <= not_before then return not_before; end if;
  if (at at time zone zone)::date <> (not_before at time zone zone)::date
     or pack->'hours'->>'to' < '24:00' and (at at time zone zone)::time >= (pack->'hours'->>'to')::time
     or at > not_after - interval '1 hour'
     or at > last_good_instant(b, zone)
     or debit_due_at(b, at) <> debit_due_at(b, not_before) then
    return not_before;
  end if;
  return at;
end $$;

select pg_temp.amend_function('give_notice', 'next_look_at = greatest(k.not_before, business_now())',
  'next_look_at = greatest(debit_moment(terms->''noticePack'', terms->>''zone'', p, b, k.not_before, k.not_after), business_now())');
select pg_temp.amend_function('accept_notice', 'next_look_at = greatest(next_look_at, n.not_before) where id = n.payment_id and state = ''scheduled''',
  'next_look_at = greatest(next_look_at, (select debit_moment(terms->''noticePack'', terms->>''zone'', y, b, n.not_before, n.not_after)
        from payments y join bills b on b.id = y.bill_id where y.id = n.payment_id)) where id = n.payment_id and state = ''scheduled''');
