-- A digest by push or short message says how many messages it gathers, and of no debit when or how it is skipped: that is no notice (payment rules §7.3). On these channels a notice that no other
-- channel has brought yet leaves the digest and goes alone; a mail lists its lines, each with its own links.
select pg_temp.amend_function('close_digest', '  for c in select channel, array_agg(', '  update notifications q set digest_id = null, released = true, due_at = business_now()
    where q.digest_id = d.id and q.state = ''queued'' and q.channel <> ''email'' and exists (select 1 from notices x where x.id = q.notice_id and x.state = ''queued'');
  for c in select channel, array_agg(');
