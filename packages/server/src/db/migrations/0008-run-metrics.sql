-- An automation over metrics fires at most once per run within its cooldown; null: the server's default. condition_version
-- is the version of its scope's list (below) at which what it watches was last changed, 0 for every other automation.
alter table automations add column cooldown_seconds integer check (cooldown_seconds >= 0);
alter table automations add column condition_version integer not null default 0;

-- Counts the changes of the automations over metrics of a scope, in the transaction that makes them: every report of a
-- run reads the few versions that concern it, and the automations themselves only after a change.
create table metric_scopes (
  scope_kind  text not null check (scope_kind in ('project', 'entity')),
  scope_id    bigint not null,
  entity_id   bigint not null references entities,
  version     integer not null,
  primary key (scope_kind, scope_id)
);

-- What the evaluation of a run's values knows beside the values (RunWatchState); changes seldom.
create table run_watches (
  run_id     bigint primary key references runs on delete cascade,
  entity_id  bigint not null references entities,
  state      text not null
);

-- history_rewrites counts how often lines of the history were replaced, cut, or came out of order: what was computed from
-- an earlier one is computed anew. column_lines is how many lines from the first one on stand in run_metric_blocks too;
-- inherited_lines how many the run took over from the run that it was forked from.
alter table runs add column history_rewrites integer not null default 0;
alter table runs add column column_lines integer not null default 0;
alter table runs add column inherited_lines integer not null default 0;

-- The numbers of the history by metric: reading one metric of a long run, or its newest values, must not read all lines.
-- One row holds a metric's numbers among line_count consecutive lines, binary (domain/metric-block.ts). The numbers of
-- real metrics hardly compress, so PostgreSQL is told not to try.
create table run_metric_blocks (
  run_id      bigint not null references runs on delete cascade,
  metric      text not null,
  first_line  integer not null,
  line_count  integer not null,
  entity_id   bigint not null references entities,
  body        bytea not null,
  primary key (run_id, metric, first_line)
);
alter table run_metric_blocks alter column body set storage external;
