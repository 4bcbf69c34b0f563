-- The database roles. Idempotent; run as a superuser inside the target database before the migrations.
-- Only `migrator` bypasses row-level security; `owner` and `search` cannot log in. Passwords are set by the deployer.
do $$
declare
  r text;
begin
  foreach r in array array['owner', 'search'] loop
    if not exists (select from pg_roles where rolname = r) then execute format('create role %I nologin', r); end if;
  end loop;
  foreach r in array array['migrator', 'app', 'worker', 'ingest', 'system'] loop
    if not exists (select from pg_roles where rolname = r) then execute format('create role %I login', r); end if;
  end loop;
end $$;

alter role owner with nologin nosuperuser nobypassrls;
alter role search with nologin nosuperuser nobypassrls;
alter role app with nosuperuser nobypassrls nocreatedb nocreaterole;
alter role worker with nosuperuser nobypassrls nocreatedb nocreaterole;
alter role ingest with nosuperuser nobypassrls nocreatedb nocreaterole;
alter role "system" with nosuperuser nobypassrls nocreatedb nocreaterole;
alter role migrator with bypassrls createdb;
grant owner, search to migrator;

do $$
begin
  execute format('grant create, connect, temporary on database %I to migrator', current_database());
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to app, worker, ingest, "system"', current_database());
end $$;

revoke all on schema public from public;
grant usage, create on schema public to migrator with grant option;
grant usage on schema public to app, worker, ingest, "system";
