-- When a number's phone app was last heard of, and the files of its past that are still missing.
set role owner;
alter table channels add column app_seen_at timestamptz;
create index messages_placeholders on messages (org_id, conversation_id) where type = 'media_placeholder';
reset role;
update channels set app_seen_at = connected_at where coexistence;
