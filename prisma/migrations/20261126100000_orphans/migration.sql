-- Accounts that speak to us and are nobody's: ids, ages and counts, never content. And the platform's own trail, which has no organisation.
set role owner;
create table orphan_accounts (
  waba_id text primary key check (waba_id ~ '^[0-9]{1,32}$'),
  owner_business_id text check (owner_business_id ~ '^[0-9]{1,32}$'),
  proposed_org_id uuid references organisations (id),
  events int not null default 0,
  first_at timestamptz not null,
  last_at timestamptz not null
);
create index orphan_accounts_owner on orphan_accounts (owner_business_id);
create index orphan_accounts_proposed on orphan_accounts (proposed_org_id) where proposed_org_id is not null;
create index account_proofs_owner on account_proofs (owner_business_id);
create table platform_trail (
  id uuid primary key,
  at timestamptz not null default now(),
  action text not null,
  detail jsonb not null default '{}'
);
create trigger platform_trail_keep before update or delete on platform_trail for each row execute function audit_refuse();
create trigger platform_trail_keep_all before truncate on platform_trail for each statement execute function audit_refuse();
do $$
declare
  t text;
begin
  foreach t in array array['orphan_accounts', 'platform_trail'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy system on %I to "system" using (true) with check (true)', t);
  end loop;
end $$;
-- an organisation sees only what was proposed to it, because it has proven the account's owner before
create policy proposed on orphan_accounts for select to app using (proposed_org_id = nullif(current_setting('app.org_id', true), '')::uuid);
grant select (waba_id, proposed_org_id, events, first_at, last_at) on orphan_accounts to app;
grant select, insert, update, delete on orphan_accounts to "system";
grant insert on platform_trail to "system";
create policy system on account_proofs for select to "system" using (true);
grant select (org_id, waba_id, owner_business_id) on account_proofs to "system";
reset role;
