-- What lists need so as to read no big table from end to end; found by their plans (scripts/explain.ts, test/db/lists.test.ts).

create index notices_by_payment_in_order on notices (payment_id, created_at, id);

-- Instants travel as milliseconds, so lists are in their order. Cutting an instant there is the same in every zone, which PostgreSQL cannot know of its own
-- date_trunc: only what is immutable may be an index.
create function whole_milliseconds(p_at timestamptz) returns timestamptz language sql immutable parallel safe as
  $$ select date_trunc('milliseconds', p_at) $$;
create index cases_by_opening on cases (whole_milliseconds(opened_at), id);
create index cases_open_by_opening on cases (whole_milliseconds(opened_at), id) where closed_at is null;

-- three thousand kinds of bills are read a page at a time
create index categories_by_position on categories (position, id);
