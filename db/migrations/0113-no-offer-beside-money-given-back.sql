-- Whoever has asked for their money back is not asked to pay the next bill automatically.
select pg_temp.amend_function('autopay_offer', 'p.paid_at > business_now() - interval ''30 days''', 'p.paid_at > business_now() - interval ''30 days''
     and not exists (select 1 from refunds r where r.payment_id = p.id and r.state <> ''withdrawn'')');
