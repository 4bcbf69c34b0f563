-- Nobody but the intake and `system` has business with the intake's addresses; `system` changes of a person only the hash, at sign-in.
set role owner;
drop policy reader on intake_endpoints;
revoke select on intake_endpoints from app, worker;
revoke insert, update on users from "system";
grant update (password_hash) on users to "system";
reset role;
