-- Two senders that settle messages of the same people at once would wait for each other: they take the browsers in one order.
select pg_temp.amend_function('settle_push', 'order by x."notificationId", x."subscriptionId"', 'order by x."subscriptionId", x."notificationId"');
