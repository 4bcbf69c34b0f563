-- Who took Meta's permission back, or asks that what Meta told us of them is deleted: kept first, handled by the worker, shown by a code.
set role owner;
create table departures (
  id uuid primary key,
  kind text not null check (kind in ('deauthorize', 'deletion')),
  code text not null unique check (code ~ '^[0-9A-HJKMNP-TV-Z]{16}$'),
  request_sha256 bytea not null unique check (octet_length(request_sha256) = 32),
  user_id text check (user_id ~ '^[0-9]{1,32}$'),
  numbers int not null default 0,
  asked_at timestamptz not null,
  done_at timestamptz,
  check ((done_at is null) = (user_id is not null))
);
create index departures_open on departures (asked_at) where done_at is null;
create index channels_token_user on channels (token_user_id) where token_user_id is not null;
alter table departures enable row level security;
alter table departures force row level security;
create policy system on departures to "system" using (true) with check (true);
grant select, insert on departures to "system";
grant update (user_id, numbers, done_at) on departures to "system";
grant select (token_user_id) on channels to "system";
reset role;
