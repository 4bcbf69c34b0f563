set role owner;
-- a customer's own Meta app: its secret, and the address only its webhooks come to
create table own_apps (
  org_id uuid not null references organisations (id),
  id uuid not null,
  app_id text not null check (app_id ~ '^[0-9]{1,32}$'),
  secret_sealed bytea not null,
  secret_previous_sealed bytea,
  endpoint_key text not null check (endpoint_key ~ '^[A-Za-z0-9_-]{32,64}$'),
  verify_token_sealed bytea not null,
  created_at timestamptz not null default now(),
  rotated_at timestamptz,
  primary key (org_id, id),
  unique (org_id, app_id),
  unique (org_id, endpoint_key)
);
alter table channels
  add column app_id text,
  add foreign key (org_id, app_id) references own_apps (org_id, app_id);
create index channels_own_app on channels (org_id, app_id) where app_id is not null;
alter table intake_endpoints add column verify_token_sealed bytea;
alter table onboarding_sessions
  drop constraint onboarding_sessions_path_check,
  add constraint onboarding_sessions_path_check check (path in ('new', 'coexistence', 'manual'));
alter table onboarding_steps
  drop constraint onboarding_steps_step_check,
  add constraint onboarding_steps_step_check
    check (step in ('exchange', 'prove', 'account', 'subscribe', 'number', 'callback', 'register', 'bind', 'contacts', 'history'));
alter table account_proofs
  drop constraint account_proofs_kind_check,
  add constraint account_proofs_kind_check check (kind in ('token', 'code', 'given', 'own_token'));

do $$
declare tenant constant text := 'org_id = nullif(current_setting(''app.org_id'', true), '''')::uuid';
begin
  alter table own_apps enable row level security;
  alter table own_apps force row level security;
  execute format('create policy tenant on own_apps using (%s) with check (%s)', tenant, tenant);
end $$;
grant select, insert on own_apps to app, worker;
grant update (secret_sealed, secret_previous_sealed, verify_token_sealed, rotated_at) on own_apps to app, worker;
reset role;
