create table secrets (
  id           uuid primary key,
  entity_id    bigint not null references entities,
  name         text not null,
  version      integer not null,
  key_id       text not null,
  wrap_nonce   bytea not null,
  wrapped_key  bytea not null,
  nonce        bytea not null,
  ciphertext   bytea not null,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  updated_by   bigint references users on delete set null,
  unique (entity_id, name)
);

create table webhooks (
  id                  uuid primary key,
  entity_id           bigint not null references entities,
  name                text not null,
  url                 text not null,
  method              text not null default 'POST' check (method in ('POST', 'PUT', 'PATCH', 'GET')),
  timeout_ms          integer not null default 15000 check (timeout_ms between 1000 and 30000),
  access_token        text,
  signing_secret      text,
  secret_names        text[] not null default '{}',
  signature_encoding  text not null default 'base64' check (signature_encoding in ('base64', 'hex', 'sha256=hex')),
  headers             jsonb not null default '{}',
  enabled             boolean not null default true,
  disabled_reason     text,
  created_by          bigint references users on delete set null,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now(),
  unique (entity_id, name)
);

-- entity_id is the entity that owns the scope, project_id the project that the scope is or lies in, null for an entity's.
-- Neither the scope nor the project is a foreign key: a deleted automation, or one whose scope was deleted, keeps its
-- row, for the history.
create table automations (
  id             uuid primary key,
  entity_id      bigint not null references entities,
  name           text not null,
  description    text,
  enabled        boolean not null,
  scope_kind     text not null check (scope_kind in ('collection', 'project', 'entity')),
  scope_id       bigint not null,
  project_id     bigint,
  revision       integer not null default 1,
  event_type     text not null,
  event_filter   text not null,
  action_type    text not null,
  action         jsonb not null,
  webhook_id     uuid,
  created_by     bigint references users on delete set null,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz,
  deleted_at     timestamptz
);
create unique index automations_name on automations (scope_kind, scope_id, name) where deleted_at is null;
-- Matching asks with the event's type and its three or four scopes; the partial index holds only what can fire.
create index automations_match on automations (event_type, scope_kind, scope_id) where enabled and deleted_at is null;
create index automations_entity on automations (entity_id, id);
create index automations_project on automations (project_id, id) where deleted_at is null;
create index automations_webhook on automations (webhook_id) where webhook_id is not null;

-- What an automation said at each of its revisions: an execution goes on with the revision that fired, whatever is
-- edited or deleted meanwhile.
create table automation_revisions (
  automation_id  uuid not null references automations on delete cascade,
  revision       integer not null,
  entity_id      bigint not null references entities,
  name           text not null,
  event_type     text not null,
  event_filter   text not null,
  action_type    text not null,
  action         jsonb not null,
  created_at     timestamptz not null default now(),
  created_by     bigint references users on delete set null,
  primary key (automation_id, revision)
);
