-- How many messages an hour come one by one is the operator's to say; the worker writes it when it starts. What is more comes as one (docs/decisions/0172).
alter table deployment add column messages_an_hour int not null default 30 check (messages_an_hour > 0);

select pg_temp.amend_function('judge_notification', '(o.state = ''accepted'' and o.sent_at > p_at - interval ''1 hour''))) >= 10 then',
  '(o.state = ''accepted'' and o.sent_at > p_at - interval ''1 hour''))) >= (select messages_an_hour from deployment) then');
