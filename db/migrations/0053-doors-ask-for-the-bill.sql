-- Whoever pays sees what they pay: the door of a person's payment asks for that, too. Of a stranger's bill neither the sum is told nor a planned debit taken over.
create or replace function person.pay_now(q jsonb) returns jsonb language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform person.must_be(q->>'residentId');
  if not person.sees(q->>'billId') then return jsonb_build_object('refused', 'bill-not-found'); end if;
  return public.pay_now(q);
end $$;
