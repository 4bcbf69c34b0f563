-- An admin disconnects a number: when, who and why, and what still has to be told to Meta. A session knows when its password was last
-- checked; of one from before this that is not known, so it has to be checked again.
set role owner;
alter table sessions add column authenticated_at timestamptz;
create table disconnections (
  org_id uuid not null references organisations (id),
  id uuid not null,
  channel_id uuid not null,
  person_id uuid not null,
  at timestamptz not null,
  reason_sealed bytea not null,
  state text not null default 'due' check (state in ('due', 'done', 'kept', 'no_access', 'given_up', 'undone')),
  attempts int not null default 0,
  code int,
  fence bigint not null default 0,
  due_at timestamptz default now(),
  finished_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, channel_id) references channels (org_id, id),
  foreign key (org_id, person_id) references memberships (org_id, user_id),
  check ((state = 'due') = (due_at is not null))
);
create unique index disconnections_open on disconnections (org_id, channel_id) where state = 'due';
create index disconnections_due on disconnections (due_at) where state = 'due';
create index disconnections_channel on disconnections (org_id, channel_id, at);
create index disconnections_person on disconnections (org_id, person_id);
alter table disconnections enable row level security;
alter table disconnections force row level security;
create policy tenant on disconnections using (org_id = nullif(current_setting('app.org_id', true), '')::uuid) with check (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
create policy system on disconnections for select to "system" using (true);
grant select, insert on disconnections to app;
grant select on disconnections to worker;
grant update (state, attempts, code, fence, due_at, finished_at) on disconnections to worker;
grant select (org_id, id, state, due_at) on disconnections to "system";
grant update (status, status_code, status_reason, news_at) on channels to app;
reset role;
