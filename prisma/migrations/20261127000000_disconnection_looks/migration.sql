-- A number that is connected again while Meta is being told of its end is looked at once more: a process that died in between may have
-- ended the new connection's subscription.
set role owner;
alter table disconnections drop constraint disconnections_check;
alter table disconnections add constraint disconnections_due_check check (case state when 'due' then due_at is not null when 'undone' then true else due_at is null end);
drop index disconnections_due;
create index disconnections_due on disconnections (due_at) where due_at is not null;
reset role;
