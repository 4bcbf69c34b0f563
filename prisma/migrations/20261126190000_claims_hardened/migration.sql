-- What an own app's secret vouches for is that app's numbers only; who holds a link acts for whoever made it, as long as that one may.
set role owner;
create policy system on own_apps for select to "system" using (true);
grant select (org_id, app_id, endpoint_key) on own_apps to "system";
grant select (created_by) on onboarding_links to "system";
create index webhook_events_unrouted_account on webhook_events (waba_id, received_at) where state = 'unrouted';
reset role;
