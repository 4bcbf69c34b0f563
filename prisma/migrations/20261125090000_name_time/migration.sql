-- When a contact called themselves by the name that is kept, by the provider's clock: an older message must not rename them back.
set role owner;
alter table contacts add column name_at timestamptz(3);
reset role;
