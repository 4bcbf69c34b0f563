-- A customer's app belongs to one organisation; the secret it had before is good for a time only; one that no number uses can be removed.
set role owner;
create unique index own_apps_app on own_apps (app_id);
alter table own_apps add column previous_until timestamptz;
alter table intake_endpoints add column previous_until timestamptz;
update own_apps set previous_until = now() + interval '7 days' where secret_previous_sealed is not null;
update intake_endpoints set previous_until = now() + interval '7 days' where secret_previous_sealed is not null;
create index intake_endpoints_previous on intake_endpoints (previous_until) where previous_until is not null;
grant update (previous_until) on own_apps to app, worker;
grant delete on own_apps to app;
-- a number that is connected no more forgets the app it was connected by, so that the app can go
alter table channels drop constraint channels_org_id_app_id_fkey,
  add constraint channels_org_id_app_id_fkey foreign key (org_id, app_id) references own_apps (org_id, app_id) on delete set null (app_id);
reset role;
