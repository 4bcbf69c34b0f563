-- Connecting a number: the journey, its steps, each press on Connect, and the proof of an account that it leaves behind.
set role owner;
create table onboarding_sessions (
  org_id uuid not null references organisations (id),
  id uuid not null,
  tracking_code text not null check (tracking_code ~ '^[0-9A-HJKMNP-TV-Z]{10}$'),
  path text not null check (path in ('new', 'coexistence')),
  state text not null default 'open' check (state in ('open', 'done', 'cancelled', 'expired')),
  started_by uuid not null,
  facts_sealed bytea,
  channel_id uuid,
  fence bigint not null default 0,
  lease_until timestamptz,
  due_at timestamptz,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  finished_at timestamptz,
  primary key (org_id, id),
  unique (org_id, tracking_code),
  foreign key (org_id, started_by) references memberships (org_id, user_id),
  foreign key (org_id, channel_id) references channels (org_id, id)
);
create index onboarding_sessions_expiry on onboarding_sessions (expires_at) where state = 'open';
create index onboarding_sessions_due on onboarding_sessions (due_at) where state = 'open';
create table onboarding_steps (
  org_id uuid not null,
  session_id uuid not null,
  step text not null check (step in ('exchange', 'prove', 'account', 'subscribe', 'number', 'register', 'bind', 'contacts', 'history')),
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'skipped', 'failed', 'asked')),
  attempts int not null default 0,
  cause text,
  code int,
  subcode int,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (org_id, session_id, step),
  foreign key (org_id, session_id) references onboarding_sessions (org_id, id)
);
create table onboarding_presses (
  org_id uuid not null,
  id uuid not null,
  session_id uuid not null,
  state_hash bytea not null check (octet_length(state_hash) = 32),
  browser_hash bytea not null check (octet_length(browser_hash) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (org_id, id),
  unique (org_id, state_hash),
  foreign key (org_id, session_id) references onboarding_sessions (org_id, id)
);
create index onboarding_presses_session on onboarding_presses (org_id, session_id);
create table account_proofs (
  org_id uuid not null references organisations (id),
  waba_id text not null check (waba_id ~ '^[0-9]{1,32}$'),
  owner_business_id text,
  kind text not null check (kind in ('token', 'code', 'given')),
  session_id uuid,
  proven_by uuid check (proven_by is not null or kind = 'given'),
  proven_at timestamptz not null,
  primary key (org_id, waba_id),
  foreign key (org_id, session_id) references onboarding_sessions (org_id, id),
  foreign key (org_id, proven_by) references memberships (org_id, user_id)
);
create table number_registrations (
  org_id uuid not null references organisations (id),
  id uuid not null,
  phone_number_id text not null,
  at timestamptz not null,
  primary key (org_id, id)
);
create index number_registrations_number on number_registrations (org_id, phone_number_id, at);

-- a number without a proof of its account cannot exist; those connected before are taken as given. As the migrator: under forced
-- row-level security the owner sees no rows
reset role;
insert into account_proofs (org_id, waba_id, kind, proven_at) select distinct org_id, waba_id, 'given', now() from channels;
set role owner;
create table history_chunks (
  org_id uuid not null,
  channel_id uuid not null,
  phase int not null,
  chunk_order int not null,
  progress int not null check (progress between 0 and 100),
  messages int not null,
  received_at timestamptz not null,
  primary key (org_id, channel_id, phase, chunk_order),
  foreign key (org_id, channel_id) references channels (org_id, id)
);
alter table channels
  add foreign key (org_id, waba_id) references account_proofs (org_id, waba_id),
  add column pin_sealed bytea,
  add column coexistence boolean not null default false,
  add column token_expires_at timestamptz,
  add column token_user_id text,
  add column token_checked_at timestamptz,
  add column token_scopes text[],
  add column token_data_access_expires_at timestamptz,
  add column history_declined int,
  add column status_reason text;

-- a slot is taken under a lease before it is done
alter table job_slots
  alter done_at drop not null,
  alter done_at drop default,
  add column lease_until timestamptz;
grant update (lease_until, done_at) on job_slots to "system";

do $$
declare
  t text;
  tenant constant text := 'org_id = nullif(current_setting(''app.org_id'', true), '''')::uuid';
begin
  foreach t in array array['onboarding_sessions', 'onboarding_steps', 'onboarding_presses', 'account_proofs', 'number_registrations', 'history_chunks'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (%s) with check (%s)', t, tenant, tenant);
  end loop;
end $$;
create policy system on onboarding_sessions to "system" using (true) with check (true);
grant select, insert, update on onboarding_sessions, onboarding_steps, onboarding_presses to app, worker;
grant delete on onboarding_presses to worker;
grant select, insert on account_proofs, number_registrations, history_chunks to worker;
grant update (owner_business_id, kind, session_id, proven_by, proven_at) on account_proofs to worker;
grant select on account_proofs, number_registrations, history_chunks to app;
grant select (org_id, id, state, due_at, lease_until, expires_at) on onboarding_sessions to "system";
reset role;
