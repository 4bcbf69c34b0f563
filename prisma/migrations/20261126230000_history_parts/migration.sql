-- A chunk of a phone app's past is handled in parts; each stands in the ledger by itself.
set role owner;

alter table history_chunks add column part int not null default 0;
alter table history_chunks drop constraint history_chunks_pkey;
alter table history_chunks add primary key (org_id, channel_id, phase, chunk_order, part);

reset role;
