-- A data key is replaced in steps, each of which every process has noticed before the next: incoming keys open, active ones also seal.
set role owner;
alter table data_keys
  drop constraint data_keys_state_check,
  add constraint data_keys_state_check check (state in ('incoming', 'active', 'retired', 'destroyed')),
  add column changed_at timestamptz not null default now();
create unique index data_keys_incoming on data_keys (org_id, purpose) where state = 'incoming';
reset role;
