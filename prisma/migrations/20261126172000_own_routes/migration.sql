-- Which app a number is connected by decides whose deliveries reach it.
set role owner;
grant select (app_id) on channels to "system";
reset role;
