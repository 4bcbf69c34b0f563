-- The breaker of a number, beside its pace. `failures` holds the last twenty calls as bits; a set bit is a failure.
set role owner;
alter table channel_pace
  add column breaker_trips int not null default 0,
  add column breaker_until timestamptz,
  add column probe_fence bigint;
reset role;
