-- What a digest carries at the moment it is taken for sending. The query that takes it has an older sight of the rows: it would still show lines that were dropped in taking it. A volatile function sees them as they are now.
create function lines_of_message(p_id text) returns jsonb language plpgsql volatile as $$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'event', l.event, 'args', l.args, 'noticeId', l.notice_id) order by l.priority, l.created_at, l.id), '[]')
    from notifications l where l.carried_by = p_id and l.state = 'queued');
end $$;
