-- How each number stands: its checks as last looked at, what changed and when, and which warnings of a token's end were given.
set role owner;
create table number_checks (
  org_id uuid not null,
  channel_id uuid not null,
  check_name text not null check (check_name ~ '^[a-z_]{1,40}$'),
  state text not null check (state in ('pass', 'fail', 'unknown')),
  cause text,
  value text,
  at timestamptz,
  checked_at timestamptz not null,
  -- what it was when somebody last answered
  known_state text check (known_state in ('pass', 'fail', 'unknown')),
  known_cause text,
  known_value text,
  primary key (org_id, channel_id, check_name),
  foreign key (org_id, channel_id) references channels (org_id, id)
);
create table number_changes (
  org_id uuid not null,
  id uuid not null,
  channel_id uuid not null,
  what text not null check (what ~ '^[a-z_]{1,40}$'),
  source text not null check (source in ('check', 'provider', 'product', 'person')),
  from_state text,
  from_cause text,
  from_value text,
  to_state text not null,
  to_cause text,
  to_value text,
  at timestamptz not null,
  primary key (org_id, id),
  foreign key (org_id, channel_id) references channels (org_id, id)
);
create index number_changes_channel on number_changes (org_id, channel_id, at desc, id desc);
create table token_warnings (
  org_id uuid not null,
  channel_id uuid not null,
  kind text not null check (kind in ('token', 'data_access')),
  expires_at timestamptz not null,
  days int not null check (days in (1, 7, 14)),
  warned_at timestamptz not null,
  primary key (org_id, channel_id, kind, expires_at, days),
  foreign key (org_id, channel_id) references channels (org_id, id)
);
do $$
declare
  t text;
  tenant constant text := 'org_id = nullif(current_setting(''app.org_id'', true), '''')::uuid';
begin
  foreach t in array array['number_checks', 'number_changes', 'token_warnings'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (%s) with check (%s)', t, tenant, tenant);
  end loop;
end $$;
grant select, insert, update on number_checks to app, worker;
grant select, insert on number_changes to app, worker;
grant select, insert on token_warnings to worker;
reset role;
