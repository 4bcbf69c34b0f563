-- Tables belong to `owner`; `migrator` only carries the changes in.
grant usage, create on schema public to owner, search;
grant usage on schema public to app, worker, ingest, "system";
set role owner;

-- ---------------------------------------------------------------- tenants, people, sessions
create table organisations (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9-]{2,60}$'),
  name text not null,
  undo_seconds int not null default 5 check (undo_seconds between 0 and 30),
  created_at timestamptz not null default now()
);
create table users (
  id uuid primary key,
  email text not null unique check (email = lower(email)),
  name text not null,
  password_hash text not null,
  locale text not null default 'en' check (locale in ('en', 'id', 'pt-BR')),
  operator boolean not null default false,
  created_at timestamptz not null default now()
);
create table memberships (
  org_id uuid not null references organisations (id),
  user_id uuid not null references users (id),
  role text not null check (role in ('owner', 'admin', 'manager', 'lawyer', 'agent')),
  active boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (org_id, user_id)
);
create index memberships_user on memberships (user_id);
create table sessions (
  id_hash bytea primary key,
  user_id uuid not null references users (id),
  active_org_id uuid not null,
  device text not null default '',
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  idle_until timestamptz not null,
  absolute_until timestamptz not null,
  revoked_at timestamptz,
  revoked_why text,
  foreign key (active_org_id, user_id) references memberships (org_id, user_id)
);
create index sessions_user on sessions (user_id) where revoked_at is null;

-- ---------------------------------------------------------------- keys
create table data_keys (
  org_id uuid not null references organisations (id),
  id uuid not null,
  purpose text not null check (purpose in ('data', 'index', 'audit')),
  state text not null default 'active' check (state in ('active', 'retired', 'destroyed')),
  kek_id text not null,
  wrapped bytea,
  created_at timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index data_keys_active on data_keys (org_id, purpose) where state = 'active';
create table intake_keys (
  id uuid primary key,
  purpose text not null check (purpose in ('body', 'dedupe')),
  day date,
  kek_id text not null,
  wrapped bytea,
  created_at timestamptz not null default now(),
  destroyed_at timestamptz
);
create unique index intake_keys_day on intake_keys (day) where purpose = 'body';
create unique index intake_keys_dedupe on intake_keys (purpose) where purpose = 'dedupe';

-- ---------------------------------------------------------------- numbers
create table channels (
  org_id uuid not null references organisations (id),
  id uuid not null,
  provider text not null default 'meta' check (provider in ('meta')),
  waba_id text not null,
  phone_number_id text not null,
  name text not null,
  display_phone_sealed bytea,
  access_token_sealed bytea,
  status text not null default 'connected' check (status in ('connected', 'needs_reconnect', 'blocked', 'disconnected')),
  status_code int,
  created_at timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index channels_phone_number on channels (provider, phone_number_id) where status <> 'disconnected';
create index channels_waba on channels (waba_id);
create table channel_pace (
  org_id uuid not null,
  channel_id uuid not null,
  per_second numeric not null default 60 check (per_second > 0),
  max_per_second numeric not null default 60,
  burst numeric not null default 20 check (burst >= 1),
  tokens numeric not null default 20,
  refilled_at timestamptz not null default now(),
  paused_until timestamptz,
  failures int not null default 0,
  primary key (org_id, channel_id),
  foreign key (org_id, channel_id) references channels (org_id, id)
);

-- ---------------------------------------------------------------- contacts
create table contacts (
  org_id uuid not null references organisations (id),
  id uuid not null,
  name_sealed bytea,
  name_digest bytea,
  created_at timestamptz not null default now(),
  primary key (org_id, id)
);
create table contact_identities (
  org_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  kind text not null check (kind in ('bsuid', 'phone', 'username', 'alias')),
  lookup bytea not null,
  value_sealed bytea,
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, contact_id) references contacts (org_id, id)
);
create unique index contact_identities_lookup on contact_identities (org_id, kind, lookup);
create index contact_identities_contact on contact_identities (org_id, contact_id);
create table contact_reviews (
  org_id uuid not null,
  contact_id uuid not null,
  other_contact_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (org_id, contact_id, other_contact_id),
  foreign key (org_id, contact_id) references contacts (org_id, id),
  foreign key (org_id, other_contact_id) references contacts (org_id, id)
);

-- ---------------------------------------------------------------- conversations and messages
create table conversations (
  org_id uuid not null,
  id uuid not null,
  channel_id uuid not null,
  contact_id uuid not null,
  status text not null default 'open' check (status in ('open', 'resolved')),
  assignee_id uuid,
  name_sealed bytea,
  preview_sealed bytea,
  preview_type text,
  preview_direction text check (preview_direction in ('in', 'out')),
  preview_matter_id uuid,
  last_message_id uuid,
  last_activity_at timestamptz(3) not null default now(), -- milliseconds, as cursors carry them
  last_inbound_at timestamptz(3),
  unread int not null default 0,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, channel_id) references channels (org_id, id),
  foreign key (org_id, contact_id) references contacts (org_id, id),
  foreign key (org_id, assignee_id) references memberships (org_id, user_id)
);
create unique index conversations_pair on conversations (org_id, channel_id, contact_id);
create index conversations_all on conversations (org_id, last_activity_at desc, id desc);
create index conversations_assignee on conversations (org_id, assignee_id, last_activity_at desc, id desc);
create index conversations_unread on conversations (org_id, assignee_id) where unread > 0;
create index conversations_contact on conversations (org_id, contact_id);
alter table conversations set (fillfactor = 80);
create table messages (
  org_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  direction text not null check (direction in ('in', 'out')),
  origin text not null check (origin in ('client', 'agent', 'phone')),
  author_id uuid,
  type text not null,
  body_sealed bytea,
  wamid_sealed bytea,
  wamid_lookup bytea,
  request_id uuid,
  resend_of uuid,
  at timestamptz(3) not null,
  received_at timestamptz not null default now(),
  committed_at timestamptz not null default now(),
  accepted_at timestamptz,
  quality_held boolean not null default false,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  played_at timestamptz,
  failed_at timestamptz,
  failure_code int,
  failure_reason text,
  primary key (org_id, id),
  foreign key (org_id, conversation_id) references conversations (org_id, id),
  foreign key (org_id, author_id) references memberships (org_id, user_id),
  foreign key (org_id, resend_of) references messages (org_id, id)
);
create index messages_thread on messages (org_id, conversation_id, at desc, id desc);
create unique index messages_wamid on messages (org_id, wamid_lookup) where wamid_lookup is not null;
create index messages_resend on messages (org_id, resend_of) where resend_of is not null;
create unique index messages_request on messages (org_id, request_id) where request_id is not null;
-- receipts update rows in place: room on the page keeps that off the indexes
alter table messages set (fillfactor = 75);
create table pending_receipts (
  org_id uuid not null,
  id uuid not null,
  wamid_lookup bytea not null,
  status text not null,
  at timestamptz not null,
  failure_code int,
  created_at timestamptz not null default now(),
  primary key (org_id, id)
);
create index pending_receipts_wamid on pending_receipts (org_id, wamid_lookup);
create index pending_receipts_age on pending_receipts (created_at);
create table outbox (
  org_id uuid not null references organisations (id),
  id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  channel_id uuid not null,
  needs_window boolean not null,
  template_id uuid,
  state text not null check (state in ('held', 'cancelled', 'queued', 'dispatching', 'accepted', 'rejected', 'unknown', 'needs_review')),
  release_at timestamptz not null,
  next_attempt_at timestamptz not null default now(),
  attempts int not null default 0,
  fence bigint not null default 0,
  lease_until timestamptz,
  unknown_since timestamptz,
  last_code int,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, message_id) references messages (org_id, id),
  foreign key (org_id, conversation_id) references conversations (org_id, id),
  foreign key (org_id, channel_id) references channels (org_id, id)
);
create unique index outbox_message on outbox (org_id, message_id);
create index outbox_due on outbox (org_id, channel_id, next_attempt_at) where state in ('held', 'queued');
create index outbox_open on outbox (state, lease_until) where state in ('held', 'queued', 'dispatching', 'unknown');
create index outbox_conversation on outbox (org_id, conversation_id) where state in ('held', 'queued', 'dispatching');
create sequence fences;
create table drafts (
  org_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  body_sealed bytea not null,
  updated_at timestamptz not null default now(),
  primary key (org_id, conversation_id, user_id),
  foreign key (org_id, conversation_id) references conversations (org_id, id),
  foreign key (org_id, user_id) references memberships (org_id, user_id)
);
create index drafts_user on drafts (org_id, user_id);

-- ---------------------------------------------------------------- templates
create table templates (
  org_id uuid not null references organisations (id),
  id uuid not null,
  waba_id text not null,
  provider_id text not null,
  name text not null,
  language text not null,
  category text not null,
  status text not null,
  components jsonb not null,
  synced_at timestamptz not null,
  primary key (org_id, id)
);
create unique index templates_name on templates (org_id, waba_id, name, language);
alter table outbox add foreign key (org_id, template_id) references templates (org_id, id);

-- ---------------------------------------------------------------- search over sealed text
create table message_search (
  org_id uuid not null,
  created_at timestamptz(3) not null,
  message_id uuid not null,
  conversation_id uuid not null,
  tokens bigint[] not null,
  primary key (org_id, created_at, message_id)
);
create index message_search_tokens on message_search using gin (tokens) with (fastupdate = on, gin_pending_list_limit = 65536);
create table contact_search (
  org_id uuid not null references organisations (id),
  contact_id uuid not null,
  tokens bigint[] not null,
  primary key (org_id, contact_id),
  foreign key (org_id, contact_id) references contacts (org_id, id)
);
create index contact_search_tokens on contact_search using gin (tokens) with (fastupdate = on, gin_pending_list_limit = 65536);
create table search_queue (
  org_id uuid not null,
  kind text not null check (kind in ('message', 'contact')),
  id uuid not null,
  created_at timestamptz not null default now(),
  primary key (org_id, kind, id)
);

-- ---------------------------------------------------------------- webhooks
create table intake_endpoints (
  id uuid primary key,
  key text not null unique,
  org_id uuid references organisations (id),
  provider text not null default 'meta',
  secret_sealed bytea,
  secret_previous_sealed bytea,
  intake_key_id uuid not null references intake_keys (id),
  intake_kek_id text not null,
  intake_key_wrapped bytea not null,
  created_at timestamptz not null default now()
);
create table webhook_deliveries (
  id uuid primary key,
  endpoint_id uuid not null,
  body_sha256 bytea not null,
  body_sealed bytea,
  key_id uuid not null,
  bytes int not null,
  repeats int not null default 0,
  received_at timestamptz not null default now(),
  state text not null default 'pending' check (state in ('pending', 'split', 'unreadable')),
  retry_at timestamptz,
  attempts int not null default 0,
  split_at timestamptz
);
create unique index webhook_deliveries_body on webhook_deliveries (endpoint_id, body_sha256);
create index webhook_deliveries_pending on webhook_deliveries (received_at, id) where state = 'pending';
create index webhook_deliveries_received on webhook_deliveries (received_at) where body_sealed is not null;
create table webhook_events (
  id uuid primary key,
  org_id uuid,
  channel_id uuid,
  delivery_id uuid not null, -- an event outlives its delivery, so no foreign key
  phone_number_id text,
  waba_id text,
  field text not null,
  kind text not null check (kind in ('message', 'status', 'error', 'echo', 'generic')),
  dedupe bytea not null unique,
  payload_sealed bytea,
  key_id uuid not null,
  received_at timestamptz not null,
  state text not null check (state in ('pending', 'processed', 'unrouted', 'quarantined', 'discarded')),
  attempts int not null default 0,
  next_attempt_at timestamptz not null default now(),
  first_failed_at timestamptz,
  cause text,
  processed_at timestamptz,
  foreign key (org_id, channel_id) references channels (org_id, id)
);
-- the payload stands outside the row, so that marking it processed does not copy it
alter table webhook_events alter payload_sealed set storage external;
alter table webhook_events set (toast_tuple_target = 128);
create index webhook_events_pending on webhook_events (org_id, next_attempt_at, id) where state = 'pending';
create index webhook_events_unrouted on webhook_events (phone_number_id, waba_id) where state = 'unrouted';
create index webhook_events_open on webhook_events (state, received_at) where state in ('unrouted', 'quarantined');

-- ---------------------------------------------------------------- audit
create table audit_heads (
  org_id uuid primary key references organisations (id),
  seq bigint not null default 0,
  hash bytea not null default ''
);
create table audit_entries (
  org_id uuid not null references organisations (id),
  seq bigint not null,
  at timestamptz not null,
  actor text not null,
  actor_id uuid,
  action text not null,
  subject text not null,
  subject_id text,
  detail jsonb not null default '{}',
  prev_hash bytea not null,
  hash bytea not null,
  primary key (org_id, seq)
);
create table job_slots (
  job text not null,
  slot_at timestamptz not null,
  done_at timestamptz not null default now(),
  primary key (job, slot_at)
);

-- ---------------------------------------------------------------- row-level security
do $$
declare
  t text;
  tenant constant text := 'org_id = nullif(current_setting(''app.org_id'', true), '''')::uuid';
begin
  -- every tenant table: forced, one direct policy with its check
  foreach t in array array['memberships', 'data_keys', 'channels', 'channel_pace', 'contacts', 'contact_identities', 'contact_reviews',
    'conversations', 'messages', 'pending_receipts', 'outbox', 'drafts', 'templates', 'message_search', 'contact_search', 'search_queue',
    'webhook_events', 'audit_heads', 'audit_entries'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (%s) with check (%s)', t, tenant, tenant);
  end loop;
  foreach t in array array['organisations', 'users', 'sessions', 'intake_keys', 'intake_endpoints', 'webhook_deliveries', 'job_slots'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
  end loop;
  foreach t in array array['webhook_deliveries', 'webhook_events', 'channels', 'outbox', 'users', 'memberships', 'sessions', 'data_keys',
    'job_slots', 'intake_keys', 'intake_endpoints', 'search_queue', 'pending_receipts'] loop
    execute format('create policy system on %I to "system" using (true) with check (true)', t);
  end loop;
end $$;

create policy tenant on organisations to app, worker using (id = nullif(current_setting('app.org_id', true), '')::uuid)
  with check (id = nullif(current_setting('app.org_id', true), '')::uuid);
create policy self on users to app, worker
  using (id = nullif(current_setting('app.user_id', true), '')::uuid
    or exists (select 1 from memberships m where m.user_id = users.id and m.org_id = nullif(current_setting('app.org_id', true), '')::uuid))
  with check (id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy ingest_insert on webhook_deliveries for insert to ingest with check (true);
create policy ingest_update on webhook_deliveries for update to ingest using (true) with check (true);
create policy ingest_select on webhook_deliveries for select to ingest using (true);
create policy ingest_select on intake_endpoints for select to ingest using (true);
create policy reader on intake_endpoints for select to app, worker using (true);
create policy search on message_search for select to search using (true);
create policy search on contact_search for select to search using (true);

-- ---------------------------------------------------------------- grants
grant select, insert, update, delete on contacts, contact_identities, contact_reviews, conversations, messages, pending_receipts, drafts,
  templates, message_search, contact_search, search_queue to app, worker;
grant select on organisations, memberships, data_keys to app, worker;
grant select (id, email, name, locale, operator, created_at) on users to app, worker;
grant update (locale) on users to app;
grant select on channels, channel_pace to app;
grant select, insert, update on channels, channel_pace to worker;
grant select, insert, update on outbox to app, worker;
grant select, update on webhook_events to worker;
grant select (id, key, provider) on intake_endpoints to app;
grant select on audit_heads, audit_entries to app, worker;
grant usage on sequence fences to app, worker, "system";

grant insert on webhook_deliveries to ingest;
grant select (endpoint_id, body_sha256, repeats), update (repeats) on webhook_deliveries to ingest;
grant select on intake_endpoints to ingest;

grant select, update, delete on webhook_deliveries to "system";
grant select, insert, update, delete on webhook_events to "system";
grant select (org_id, id, provider, waba_id, phone_number_id, status) on channels to "system";
grant select (org_id, id, channel_id, message_id, conversation_id, state, release_at, next_attempt_at, lease_until, unknown_since, attempts, fence, created_at) on outbox to "system";
grant select, insert, update on users, sessions to "system";
grant select on memberships, data_keys to "system";
grant select on organisations to "system";
create policy system on organisations for select to "system" using (true);
grant select, insert on job_slots to "system";
grant select, insert, update on intake_keys, intake_endpoints to "system";
grant select (org_id, kind, id, created_at) on search_queue to "system";
grant select (org_id, id, created_at), delete on pending_receipts to "system";

-- ---------------------------------------------------------------- audit: append only, through two functions
create function audit_head() returns table (seq bigint, hash bytea)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare o uuid := nullif(current_setting('app.org_id', true), '')::uuid;
begin
  insert into public.audit_heads (org_id) values (o) on conflict (org_id) do nothing;
  return query select h.seq, h.hash from public.audit_heads h where h.org_id = o for update;
end $$;
create function audit_append(seqs bigint[], ats timestamptz[], actors text[], actor_ids uuid[], actions text[], subjects text[], subject_ids text[],
  details text[], prevs bytea[], hashes bytea[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  o uuid := nullif(current_setting('app.org_id', true), '')::uuid;
  head public.audit_heads;
begin
  select * into strict head from public.audit_heads where org_id = o for update;
  if seqs[1] <> head.seq + 1 or prevs[1] <> head.hash then raise exception 'audit chain moved' using errcode = '40001'; end if;
  insert into public.audit_entries (org_id, seq, at, actor, actor_id, action, subject, subject_id, detail, prev_hash, hash)
    select o, u.s, u.a, u.ac, u.ai, u.an, u.su, u.si, u.d::jsonb, u.p, u.h
    from unnest(seqs, ats, actors, actor_ids, actions, subjects, subject_ids, details, prevs, hashes) u (s, a, ac, ai, an, su, si, d, p, h);
  update public.audit_heads set seq = seqs[cardinality(seqs)], hash = hashes[cardinality(hashes)] where org_id = o;
end $$;
create function audit_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'audit entries are never changed' using errcode = '42501';
end $$;
create trigger audit_entries_keep before update or delete on audit_entries for each row execute function audit_refuse();
create trigger audit_entries_keep_all before truncate on audit_entries for each statement execute function audit_refuse();
revoke all on function audit_head(), audit_append(bigint[], timestamptz[], text[], uuid[], text[], text[], text[], text[], bytea[], bytea[]) from public;
grant execute on function audit_head(), audit_append(bigint[], timestamptz[], text[], uuid[], text[], text[], text[], text[], bytea[], bytea[]) to app, worker;

-- ---------------------------------------------------------------- search: owner flushes, `search` reads
create function flush_search() returns bigint
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select gin_clean_pending_list('public.message_search_tokens') + gin_clean_pending_list('public.contact_search_tokens')
$$;
revoke all on function flush_search() from public;
grant execute on function flush_search() to worker, "system";
grant select on message_search, contact_search to search;
reset role;

set role search;
create function search_messages(q bigint[], lim int default 50, e_at timestamptz default 'infinity', e_id uuid default 'ffffffff-ffff-ffff-ffff-ffffffffffff')
returns table (message_id uuid, created_at timestamptz, conversation_id uuid)
language plpgsql stable security definer rows 50 set search_path = pg_catalog, public, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
declare
  o uuid := nullif(current_setting('app.org_id', true), '')::uuid;
  win constant int := 200; cap constant int := 2000; deep constant int := 4000;
  n int; hits int; step int;
begin
  if o is null or q is null or cardinality(q) not between 1 and 16 then return; end if;
  lim := least(lim, 500);
  foreach step in array array[win, deep] loop -- the newest 200, then 4,000 more
    return query select w.message_id, w.created_at, w.conversation_id from (
        select s.* from public.message_search s where s.org_id = o and (s.created_at, s.message_id) < (e_at, e_id)
        order by s.created_at desc, s.message_id desc limit step) w
      where w.tokens @> q limit lim;
    get diagnostics n = row_count;
    lim := lim - n;
    if lim <= 0 then return; end if;
    select s.created_at, s.message_id into e_at, e_id from public.message_search s where s.org_id = o and (s.created_at, s.message_id) < (e_at, e_id)
      order by s.created_at desc, s.message_id desc offset step - 1 limit 1;
    if not found then return; end if;
    if step = win and n < win / 50 then
      select count(*) into hits from (select 1 from public.message_search s where s.tokens @> q limit cap) x;
      exit when hits < cap;
    end if;
  end loop;
  return query with h as materialized (select s.* from public.message_search s where s.tokens @> q) -- GIN alone; the org filter stays outside
    select h.message_id, h.created_at, h.conversation_id from h where h.org_id = o and (h.created_at, h.message_id) < (e_at, e_id)
    order by h.created_at desc, h.message_id desc limit lim;
end $$;
create function search_contacts(q bigint[], lim int default 50) returns table (contact_id uuid)
language plpgsql stable security definer rows 20 set search_path = pg_catalog, public, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
declare o uuid := nullif(current_setting('app.org_id', true), '')::uuid;
begin
  if o is null or q is null or cardinality(q) not between 1 and 16 then return; end if;
  return query with h as materialized (select s.org_id, s.contact_id from public.contact_search s where s.tokens @> q)
    select h.contact_id from h where h.org_id = o limit least(lim, 500);
end $$;
revoke all on function search_messages(bigint[], int, timestamptz, uuid), search_contacts(bigint[], int) from public;
grant execute on function search_messages(bigint[], int, timestamptz, uuid), search_contacts(bigint[], int) to app, worker;
reset role;
