-- An intake key that was replaced before its time is no day's any more: it opens what it sealed until that is sealed anew.
set role owner;
alter table intake_keys
  add column retired_at timestamptz,
  add constraint intake_keys_retired_check check (retired_at is null or (purpose = 'body' and day is null));
create index intake_keys_retired on intake_keys (retired_at) where retired_at is not null and wrapped is not null;
reset role;
