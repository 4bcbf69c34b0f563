-- An account that spoke to us before this journey's press is a claim: where there is a second admin, that one decides. And a link by
-- which somebody without an account finishes one journey, and nothing else.
set role owner;
alter table onboarding_steps drop constraint onboarding_steps_step_check;
alter table onboarding_steps add constraint onboarding_steps_step_check
  check (step in ('exchange', 'prove', 'account', 'approve', 'subscribe', 'callback', 'number', 'register', 'bind', 'contacts', 'history'));
create table onboarding_links (
  org_id uuid not null references organisations (id),
  id uuid not null,
  session_id uuid not null,
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  created_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  opened_at timestamptz,
  revoked_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, session_id) references onboarding_sessions (org_id, id),
  foreign key (org_id, created_by) references memberships (org_id, user_id)
);
create index onboarding_links_secret on onboarding_links (secret_hash);
create index onboarding_links_session on onboarding_links (org_id, session_id) where revoked_at is null;
create index onboarding_links_creator on onboarding_links (org_id, created_by);
alter table onboarding_links enable row level security;
alter table onboarding_links force row level security;
create policy tenant on onboarding_links using (org_id = nullif(current_setting('app.org_id', true), '')::uuid) with check (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
create policy system on onboarding_links to "system" using (true) with check (true);
grant select, insert on onboarding_links to app;
grant update (revoked_at) on onboarding_links to app;
grant select (org_id, id, session_id, secret_hash, expires_at, opened_at, revoked_at) on onboarding_links to "system";
grant update (opened_at) on onboarding_links to "system";
grant select (kind) on account_proofs to "system";
reset role;
