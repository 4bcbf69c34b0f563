-- A code that proves an account by being sent through its number: shown once, kept as a digest, heard once. What is said of the number it
-- came through is known only after it came.
set role owner;
create table claim_codes (
  org_id uuid not null references organisations (id),
  id uuid not null,
  digest bytea not null check (octet_length(digest) = 32),
  made_by uuid not null,
  made_at timestamptz not null default now(),
  expires_at timestamptz not null,
  state text not null default 'waiting'
    check (state in ('waiting', 'replaced', 'heard', 'asked', 'approved', 'won', 'proven', 'refused', 'unusable', 'over')),
  heard_at timestamptz,
  waba_id text check (waba_id ~ '^[0-9]{1,32}$'),
  phone_number_id text check (phone_number_id ~ '^[0-9]{1,32}$'),
  phone_sealed bytea,
  approved_by uuid check (approved_by <> made_by),
  primary key (org_id, id),
  unique (org_id, digest),
  check (state in ('waiting', 'replaced') or heard_at is not null),
  foreign key (org_id, made_by) references memberships (org_id, user_id),
  foreign key (org_id, approved_by) references memberships (org_id, user_id)
);
create index claim_codes_live on claim_codes (expires_at) where state = 'waiting';
create index claim_codes_due on claim_codes (expires_at) where state in ('heard', 'asked', 'approved', 'won');
alter table claim_codes enable row level security;
alter table claim_codes force row level security;
create policy tenant on claim_codes using (org_id = nullif(current_setting('app.org_id', true), '')::uuid) with check (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
create policy system on claim_codes to "system" using (true) with check (true);
grant select on claim_codes to app, worker;
grant insert (org_id, id, digest, made_by, expires_at) on claim_codes to app;
grant update (state, approved_by, phone_sealed) on claim_codes to app;
grant update (state, expires_at, phone_sealed) on claim_codes to worker;
grant select (org_id, id, digest, made_by, made_at, expires_at, state, waba_id, phone_number_id) on claim_codes to "system";
grant update (state, heard_at, expires_at, waba_id, phone_number_id, phone_sealed) on claim_codes to "system";
grant delete on claim_codes to "system";
reset role;
