-- What a mail server says of an address may name it: of somebody who has left nothing of it is kept, however late the mail comes back.
select pg_temp.amend_function('bounce_notification', 'answer = left(p_answer, 2000)', 'answer = case when address is not null then left(p_answer, 2000) end');
select pg_temp.amend_function('end_message', 'answer = coalesce(p_answer, answer)', 'answer = case when p_state = ''accepted''
        or not exists (select 1 from residents r where r.id = resident_id and r.erased_at is not null) then coalesce(p_answer, answer) end');
