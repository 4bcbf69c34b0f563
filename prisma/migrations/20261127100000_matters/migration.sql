-- Matters, their walls, and the parts of a conversation that belonged to another matter before.
set role owner;

alter table organisations add matter_word text not null default 'matter' check (matter_word in ('matter', 'case', 'booking')),
  add matter_seq int not null default 0;
grant update (matter_word, matter_seq) on organisations to app;

create table matters (
  org_id uuid not null references organisations (id),
  id uuid not null,
  reference text not null check (length(reference) between 1 and 40),
  title_sealed bytea not null,
  kind_sealed bytea,
  client_id uuid,
  status text not null default 'open' check (status in ('open', 'closed')),
  privileged boolean not null default false,
  walled boolean not null default false,
  version bigint not null default 1,
  created_by uuid not null,
  created_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  foreign key (org_id, client_id) references contacts (org_id, id),
  foreign key (org_id, created_by) references memberships (org_id, user_id)
);
create index matters_newest on matters (org_id, created_at desc, id desc);
create index matters_client on matters (org_id, client_id) where client_id is not null;
-- the allow list and the deny list of each matter; both beat roles
create table matter_people (
  org_id uuid not null,
  matter_id uuid not null,
  user_id uuid not null,
  access text not null check (access in ('member', 'denied')),
  set_by uuid not null,
  set_at timestamptz not null default now(),
  primary key (org_id, matter_id, user_id),
  foreign key (org_id, matter_id) references matters (org_id, id),
  foreign key (org_id, user_id) references memberships (org_id, user_id),
  foreign key (org_id, set_by) references memberships (org_id, user_id)
);
create index matter_people_person on matter_people (org_id, user_id);

-- The matters whoever acts may read. Runs as `owner`, whom the walls do not bind but the organisation does.
create function my_matters() returns setof uuid language sql stable security definer rows 100 set search_path = pg_catalog, public, pg_temp as $$
  select m.id from public.matters m
    left join public.matter_people p on p.org_id = m.org_id and p.matter_id = m.id and p.user_id = nullif(current_setting('app.user_id', true), '')::uuid
  where m.org_id = nullif(current_setting('app.org_id', true), '')::uuid
    and case when m.walled then p.access = 'member' else p.access is distinct from 'denied' end
$$;
revoke all on function my_matters() from public;
grant execute on function my_matters() to app;

alter table conversations drop column preview_matter_id, add matter_id uuid, add privileged boolean not null default false,
  add stretch_since timestamptz(3), add foreign key (org_id, matter_id) references matters (org_id, id);
create index conversations_matter on conversations (org_id, matter_id) where matter_id is not null;
alter table messages add matter_id uuid, add privileged boolean not null default false,
  add foreign key (org_id, matter_id) references matters (org_id, id);
create index messages_matter on messages (org_id, matter_id, at desc, id desc) where matter_id is not null;

-- A part of a conversation that has ended because the conversation went on under another matter; the conversation's own row is the part that goes on.
create table stretches (
  org_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  channel_id uuid not null,
  contact_id uuid not null,
  matter_id uuid,
  privileged boolean not null,
  name_sealed bytea,
  preview_sealed bytea,
  preview_type text,
  preview_direction text check (preview_direction in ('in', 'out')),
  last_message_id uuid,
  last_activity_at timestamptz(3) not null,
  unread int not null default 0,
  until_at timestamptz(3) not null,
  version bigint not null default 1,
  primary key (org_id, id),
  foreign key (org_id, conversation_id) references conversations (org_id, id),
  foreign key (org_id, channel_id) references channels (org_id, id),
  foreign key (org_id, contact_id) references contacts (org_id, id),
  foreign key (org_id, matter_id) references matters (org_id, id)
);
create index stretches_list on stretches (org_id, last_activity_at desc, conversation_id desc);
create index stretches_conversation on stretches (org_id, conversation_id, until_at desc);
create index stretches_unread on stretches (org_id, conversation_id) where unread > 0;
create index stretches_contact on stretches (org_id, contact_id);
create index stretches_matter on stretches (org_id, matter_id) where matter_id is not null;

-- What people did with a conversation, for its timeline.
create table activities (
  org_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  matter_id uuid,
  kind text not null check (kind in ('assigned', 'unassigned', 'resolved', 'reopened', 'bound', 'ended', 'privileged', 'unprivileged', 'filed', 'withdrawn')),
  actor_id uuid,
  person_id uuid,
  message_id uuid,
  at timestamptz(3) not null default clock_timestamp(),
  primary key (org_id, id),
  foreign key (org_id, conversation_id) references conversations (org_id, id),
  foreign key (org_id, matter_id) references matters (org_id, id),
  foreign key (org_id, actor_id) references memberships (org_id, user_id),
  foreign key (org_id, person_id) references memberships (org_id, user_id),
  foreign key (org_id, message_id) references messages (org_id, id)
);
create index activities_conversation on activities (org_id, conversation_id, at desc, id desc);
create index activities_matter on activities (org_id, matter_id, at desc, id desc) where matter_id is not null;

-- Messages filed to their matter as the client's instruction.
create table instructions (
  org_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  matter_id uuid not null,
  filed_by uuid not null,
  filed_at timestamptz(3) not null default clock_timestamp(),
  sha256_sealed bytea not null,
  withdrawn_by uuid,
  withdrawn_at timestamptz(3),
  primary key (org_id, id),
  foreign key (org_id, message_id) references messages (org_id, id),
  foreign key (org_id, conversation_id) references conversations (org_id, id),
  foreign key (org_id, matter_id) references matters (org_id, id),
  foreign key (org_id, filed_by) references memberships (org_id, user_id),
  foreign key (org_id, withdrawn_by) references memberships (org_id, user_id)
);
create unique index instructions_message on instructions (org_id, message_id) where withdrawn_at is null;
create index instructions_matter on instructions (org_id, matter_id);

-- One row for each hour in which somebody read privileged words of a conversation; the trail has the entry.
create table privileged_views (
  org_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  hour timestamptz(3) not null,
  primary key (org_id, conversation_id, user_id, hour),
  foreign key (org_id, conversation_id) references conversations (org_id, id),
  foreign key (org_id, user_id) references memberships (org_id, user_id)
);

-- ---------------------------------------------------------------- row-level security
do $$
declare
  t text;
  tenant constant text := 'org_id = nullif(current_setting(''app.org_id'', true), '''')::uuid';
  wall constant text := 'matter_id is null or matter_id in (select my_matters())';
begin
  foreach t in array array['matters', 'matter_people', 'stretches', 'activities', 'instructions', 'privileged_views'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (%s) with check (%s)', t, tenant, tenant);
  end loop;
  -- people's own role: what belongs to a matter is there for those who may read the matter
  foreach t in array array['conversations', 'messages', 'matter_people', 'stretches', 'activities', 'instructions'] loop
    execute format('create policy wall on %I as restrictive to app using (%s) with check (%s)', t, wall, wall);
  end loop;
end $$;
-- no wall for inserts: a new matter is not yet among those its maker may read
create policy wall on matters as restrictive for select to app using (id in (select my_matters()));
create policy wall_update on matters as restrictive for update to app using (id in (select my_matters())) with check (id in (select my_matters()));
-- their rows carry no matter: they are as visible as what they belong to
create policy wall on outbox as restrictive to app
  using (exists (select 1 from messages m where m.org_id = outbox.org_id and m.id = outbox.message_id))
  with check (exists (select 1 from messages m where m.org_id = outbox.org_id and m.id = outbox.message_id));
create policy wall on drafts as restrictive to app
  using (exists (select 1 from conversations c where c.org_id = drafts.org_id and c.id = drafts.conversation_id))
  with check (exists (select 1 from conversations c where c.org_id = drafts.org_id and c.id = drafts.conversation_id));

grant select, insert, update on matters to app;
grant select, insert, update, delete on matter_people to app;
grant select, insert, update on stretches, instructions, activities to app;
grant insert on privileged_views to app;
grant select on matters, matter_people, instructions to worker;
grant select, insert, update on stretches, activities to worker;
-- who may hear of a change is asked for everybody at once: ids only
grant select (org_id, id, matter_id) on conversations, messages to "system";
grant select (org_id, id, walled) on matters to "system";
grant select (org_id, matter_id, user_id, access) on matter_people to "system";
create policy system on conversations for select to "system" using (true);
create policy system on messages for select to "system" using (true);
create policy system on matters for select to "system" using (true);
create policy system on matter_people for select to "system" using (true);
-- what knows of messages without knowing their matter is not for people's own role
revoke all on message_search, contact_search, pending_receipts, audit_entries, audit_heads from app;
revoke select, update, delete on search_queue from app;
reset role;
