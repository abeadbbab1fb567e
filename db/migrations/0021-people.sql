-- People: what a resident saved about themselves, so that their bills are found (R2).

-- An identifier of a resident. The value is sealed, with the row's id as associated data; it is found by subject_key, a keyed hash of kind and normal form, and by
-- nothing else. proved_by: how it was proved that it is this resident's own; null where nobody proved it.
create table saved_identifiers (
  id          text primary key default new_code(),
  resident_id text not null references residents,
  kind        text not null check (kind <> ''),
  subject_key text not null check (subject_key ~ '^[0-9a-f]{64}$'),
  sealed      bytea not null,
  label       text,
  proved_by   text,
  created_at  timestamptz not null default business_now(),
  unique (resident_id, subject_key)
);
create index saved_identifiers_by_subject on saved_identifiers (subject_key);

-- How often somebody may do what must not be done often. One row is one allowance of one person or address, named by a keyed hash: never by the address. It
-- holds one instant: when the whole allowance will be there again. So many at once, then one each so many seconds; no window has an edge to play with.
create table rate_limits (
  whose    text primary key check (whose ~ '^[0-9a-f]{64}$'),
  free_at  timestamptz not null,
  -- refusals since the last turn: a flood is told once, not line by line
  refused  int not null default 0
);
create index rate_limits_full_again on rate_limits (free_at);

-- Takes one turn of every allowance, or of none. Rows are locked in the order given, so callers name them in one order: person, then address. Real time: a
-- sandbox's clock that jumps gives nobody more turns. Answers the seconds to wait (0: taken), and whether this refusal is the first in a row.
create function take_turn(p_whose text[], p_burst int[], p_every_seconds double precision[]) returns jsonb language plpgsql as $$
declare
  seen timestamptz;
  used timestamptz[];
  full_wait double precision := 0;
  earlier int;
begin
  for i in 1 .. cardinality(p_whose) loop
    insert into rate_limits as l (whose, free_at) values (p_whose[i], clock_timestamp())
      on conflict (whose) do update set free_at = l.free_at returning free_at into seen;
    used[i] := greatest(seen, clock_timestamp());
  end loop;
  for i in 1 .. cardinality(p_whose) loop
    full_wait := greatest(full_wait,
      extract(epoch from used[i] - clock_timestamp()) - (p_burst[i] - 1) * p_every_seconds[i]);
  end loop;
  if full_wait > 0 then
    update rate_limits set refused = refused + 1 where whose = p_whose[1] returning refused into earlier;
    return jsonb_build_object('wait', full_wait, 'first', earlier = 1);
  end if;
  for i in 1 .. cardinality(p_whose) loop
    update rate_limits set free_at = used[i] + make_interval(secs => p_every_seconds[i]), refused = 0 where whose = p_whose[i];
  end loop;
  return jsonb_build_object('wait', 0, 'first', false);
end $$;

-- What a resident decided here is no longer the identity provider's to change: an address that they proved, their language, their zone.
alter table residents
  add column email_own  boolean not null default false,
  add column locale_own boolean not null default false,
  add column zone_own   boolean not null default false,
  -- the newest edition of the terms that they accepted; null: none yet
  add column terms_version text;

-- Which text was accepted, when and from where. Append-only.
create table terms_acceptances (
  id          bigint generated always as identity primary key,
  resident_id text not null references residents,
  version     text not null,
  locale      text not null check (locale in ('ru', 'en')),
  text_hash   text not null check (text_hash ~ '^[0-9a-f]{64}$'),
  sign_in     text not null,
  ip          text,
  user_agent  text,
  accepted_at timestamptz not null default business_now()
);
create index terms_acceptances_by_resident on terms_acceptances (resident_id, id);
create trigger terms_acceptances_append_only before update or delete or truncate on terms_acceptances
  for each statement execute function refuse_change();

-- Who is signed in on the page, and where. The cookie holds a secret, the row its hash: a copy of the cookie is worth as much as its row. Real time throughout:
-- sessions belong to browsers, and a sandbox's clock that jumps signs nobody out.
create table sessions (
  id           text primary key default new_code(),
  resident_id  text not null references residents,
  token_hash   text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
  -- what the browser says of itself
  device       text,
  started_at   timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp(),
  expires_at   timestamptz not null,
  ended_at     timestamptz
);
create index sessions_by_resident on sessions (resident_id, started_at) where ended_at is null;

-- A mail address that a resident entered and has not proved yet, one at a time. The link in the letter carries a secret; here stands its hash. Nothing personal goes to
-- the address before (N8). Real time: a sandbox's clock that jumps ends no link.
create table address_proofs (
  resident_id text primary key references residents,
  -- sealed, with the resident's id as associated data
  address     bytea not null,
  token_hash  text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
  expires_at  timestamptz not null,
  created_at  timestamptz not null default clock_timestamp()
);

-- Mails about an account itself, to an address that no row of a resident need hold any more: sealed with their own id, gone once a relay has them.
create table letters (
  id          text primary key default new_code(),
  kind        text not null check (kind in ('prove-address', 'address-changed', 'erased')),
  sealed      bytea not null,
  attempts    int not null default 0,
  due_at      timestamptz not null default clock_timestamp(),
  lease_until timestamptz,
  give_up_at  timestamptz not null
);
create index letters_due on letters (due_at);
