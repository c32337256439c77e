-- Event, executions and jobs are written in the transaction of the change that caused them. They refer to entities and
-- automations without foreign keys: each check would lock that one row for every concurrent change of a team, and
-- neither is ever deleted (automations only in name).

create table events (
  id          uuid primary key,
  entity_id   bigint not null,
  project_id  bigint,
  type        text not null,
  author      text not null,
  subject     jsonb not null,
  created_at  timestamptz not null default now()
);
create index events_by_age on events (entity_id, created_at);

create table executions (
  id               uuid primary key,
  entity_id        bigint not null references entities,
  automation_id    uuid not null,
  revision         integer not null,
  event_id         uuid not null references events on delete cascade,
  action_type      text not null,
  webhook_id       uuid,
  status           text not null check (status in ('pending', 'running', 'retrying', 'finished', 'failed', 'skipped', 'cancelled')),
  reason           text,
  rendered         jsonb,
  redelivery_of    uuid,
  attempt_count    integer not null default 0,
  next_attempt_at  timestamptz,
  created_at       timestamptz not null default now(),
  finished_at      timestamptz
);
-- Newest first, of one automation or of one entity; ids are UUIDv7, so the id is the order.
create index executions_automation on executions (automation_id, id desc);
create index executions_entity on executions (entity_id, id desc);
create index executions_event on executions (event_id);

create table attempts (
  execution_id  uuid not null references executions on delete cascade,
  number        integer not null,
  entity_id     bigint not null references entities,
  outcome       text not null check (outcome in ('delivered', 'failed', 'refused', 'interrupted')),
  reason        text,
  request       jsonb,
  response      jsonb,
  timing        jsonb,
  started_at    timestamptz not null,
  finished_at   timestamptz not null default now(),
  primary key (execution_id, number)
);

-- One row per execution that still has to be delivered. `due_at` is both when the next attempt may start and, while a
-- worker holds the job, when its lease ends: one index serves both. `lease_token` fences: a worker that was frozen past
-- its lease finds that its token no longer fits and its write changes nothing.
create table delivery_jobs (
  execution_id  uuid primary key references executions on delete cascade,
  entity_id     bigint not null references entities,
  webhook_id    uuid,
  due_at        timestamptz not null default now(),
  lease_token   bigint not null default 0,
  leased        boolean not null default false,
  leased_at     timestamptz,
  attempt       integer not null default 0,
  failures      integer not null default 0,
  created_at    timestamptz not null default now()
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index delivery_jobs_due on delivery_jobs (due_at);
