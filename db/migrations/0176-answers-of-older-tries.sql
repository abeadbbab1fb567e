-- An answer may be written down after its lease is over, when another sender has taken the message. What such an old try brought is brought, also while the message waits to be sent once more; that it could not do it
-- is not the newer one's answer: a message is not taken back from whoever has it in hand, and no notice is void because of it.
select pg_temp.amend_function('settle_notifications', 'select * into n from notifications where id = x->>''id'' and state = ''sending'' for update;
    continue when not found;',
  'select * into n from notifications where id = x->>''id''
      and (state = ''sending'' or (state = ''queued'' and uncertain > 0 and carried_by is null and x->>''outcome'' = ''accepted'')) for update;
    continue when not found or ((x->>''attempt'')::int < n.attempts and x->>''outcome'' <> ''accepted'');');
