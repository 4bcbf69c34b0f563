-- Secrets from before the last change of an own app that were there before they had an end get one. As the migrator: under forced
-- row-level security the owner sees no rows.
update own_apps set previous_until = now() + interval '7 days' where secret_previous_sealed is not null and previous_until is null;
update intake_endpoints set previous_until = now() + interval '7 days' where secret_previous_sealed is not null and previous_until is null;
