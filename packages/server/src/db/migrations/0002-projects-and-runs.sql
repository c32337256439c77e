-- A registry is a project named wandb-registry-<name> of an organization's entity.

create table projects (
  id                        bigint generated always as identity primary key,
  entity_id                 bigint not null references entities,
  name                      text not null,
  description               text,
  access                    text not null default 'PRIVATE' check (access in ('PRIVATE', 'RESTRICTED')),
  allow_all_artifact_types  boolean not null default true,
  created_by                bigint references users on delete set null,
  created_at                timestamptz not null default now(),
  updated_at                timestamptz not null default now(),
  unique (entity_id, name)
);

-- Members of a restricted registry, and roles that differ from the organization's.
create table project_members (
  project_id  bigint not null references projects on delete cascade,
  user_id     bigint not null references users on delete cascade,
  entity_id   bigint not null references entities,
  role        text not null check (role in ('admin', 'member', 'viewer')),
  created_at  timestamptz not null default now(),
  primary key (project_id, user_id)
);

create table runs (
  id                  bigint generated always as identity primary key,
  entity_id           bigint not null references entities,
  project_id          bigint not null references projects on delete cascade,
  name                text not null,
  display_name        text not null,
  state               text not null default 'running'
                      check (state in ('pending', 'running', 'finished', 'failed', 'crashed', 'preempting', 'preempted', 'killed')),
  exit_code           integer,
  config              text not null default '{}',
  summary             text not null default '{}',
  system_metrics      text not null default '{}',
  tags                text[] not null default '{}',
  notes               text,
  description         text,
  group_name          text,
  job_type            text,
  commit              text,
  host                text,
  program             text,
  repo                text,
  sweep_name          text,
  stop_requested      boolean not null default false,
  history_lines       integer not null default 0,
  event_lines         integer not null default 0,
  log_lines           integer not null default 0,
  last_step           double precision,
  history_keys        text not null default '{}',
  user_id             bigint references users on delete set null,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now(),
  heartbeat_at        timestamptz not null default now(),
  unique (project_id, name)
);
create index runs_by_age on runs (project_id, created_at, id);

-- What one file_stream request brought for one file is one row: `line_count` lines from `first_line` on, as they came,
-- joined by line feeds. A row per point would make ingestion bound by row overhead instead of by the commit. The chunks
-- of one stream never overlap. body_length is in UTF-16 units, so that a reader can bound what it loads without loading
-- it; the steps are the least and greatest `_step` of history lines.
create table run_line_chunks (
  run_id       bigint not null references runs on delete cascade,
  stream       text not null check (stream in ('history', 'events', 'output')),
  first_line   integer not null,
  line_count   integer not null,
  entity_id    bigint not null references entities,
  body         text not null,
  body_length  integer not null,
  min_step     double precision,
  max_step     double precision,
  created_at   timestamptz not null default now(),
  primary key (run_id, stream, first_line)
);

-- A file is announced first; what the object key names is there once uploaded_at is set.
create table run_files (
  id           bigint generated always as identity primary key,
  run_id       bigint not null references runs on delete cascade,
  entity_id    bigint not null references entities,
  name         text not null,
  object_key   text,
  size_bytes   bigint,
  md5_base64   text,
  mime_type    text,
  uploaded_at  timestamptz,
  created_at   timestamptz not null default now(),
  unique (run_id, name)
);
