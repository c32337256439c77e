-- What receivers report of the work that a delivery began. In tables of their own: an execution that nobody reports on,
-- which is most of them, costs nothing.
create table execution_outcomes (
  execution_id  uuid primary key references executions on delete cascade,
  entity_id     bigint not null references entities,
  artifact_id   bigint,
  run_id        bigint,
  -- The latest report; null between the first row and the first report, which one transaction writes.
  status        text check (status in ('running', 'succeeded', 'failed')),
  message       text,
  url           text,
  report_count  integer not null default 0,
  reported_at   timestamptz not null default now()
);
create index execution_outcomes_artifact on execution_outcomes (artifact_id, execution_id desc) where artifact_id is not null;
create index execution_outcomes_run on execution_outcomes (run_id, execution_id desc) where run_id is not null;
create index execution_outcomes_entity on execution_outcomes (entity_id);

create table execution_reports (
  execution_id  uuid not null references execution_outcomes on delete cascade,
  number        integer not null,
  entity_id     bigint not null references entities,
  status        text not null check (status in ('running', 'succeeded', 'failed')),
  message       text,
  url           text,
  reported_at   timestamptz not null default now(),
  primary key (execution_id, number)
);
