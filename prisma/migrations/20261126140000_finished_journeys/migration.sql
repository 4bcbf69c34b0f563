-- A journey that is over keeps neither what it found out, token and PIN included, nor its presses.
set role owner;
grant delete on onboarding_presses to app;
reset role;
-- rows of every organisation: `owner` sees none of them, the migrator does
update onboarding_sessions set facts_sealed = null where state <> 'open' and facts_sealed is not null;
delete from onboarding_presses p using onboarding_sessions s
  where s.org_id = p.org_id and s.id = p.session_id and s.state <> 'open';
