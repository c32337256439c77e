create table artifact_types (
  id           bigint generated always as identity primary key,
  entity_id    bigint not null references entities,
  project_id   bigint not null references projects on delete cascade,
  name         text not null,
  description  text,
  created_at   timestamptz not null default now(),
  unique (project_id, name)
);

-- Both kinds of collection share one namespace in a project. A sequence is where versions are born; a portfolio is
-- where they are linked to.
create table artifact_collections (
  id             bigint generated always as identity primary key,
  entity_id      bigint not null references entities,
  project_id     bigint not null references projects on delete cascade,
  kind           text not null check (kind in ('sequence', 'portfolio')),
  name           text not null,
  type_id        bigint not null references artifact_types,
  description    text,
  client_id      text,
  next_version   integer not null default 0,
  created_by     bigint references users on delete set null,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  unique (project_id, name)
);
create index artifact_collections_client on artifact_collections (client_id) where client_id is not null;

create table artifacts (
  id                    bigint generated always as identity primary key,
  entity_id             bigint not null references entities,
  project_id            bigint not null references projects on delete cascade,
  sequence_id           bigint not null references artifact_collections on delete cascade,
  version_index         integer,
  state                 text not null default 'PENDING' check (state in ('PENDING', 'COMMITTED', 'DELETED')),
  digest                text not null,
  description           text,
  metadata              text not null default '{}',
  size_bytes            bigint not null default 0,
  file_count            integer not null default 0,
  history_step          bigint,
  ttl_seconds           bigint,
  distributed_id        text,
  pending_aliases       text[] not null default '{}',
  -- The manifest that was current when the version was committed; what is uploaded later never replaces it.
  manifest_id           bigint,
  created_by_run        bigint references runs on delete set null,
  created_by            bigint references users on delete set null,
  created_at            timestamptz not null default now(),
  updated_at            timestamptz not null default now(),
  committed_at          timestamptz,
  unique (sequence_id, version_index)
);
create index artifacts_digest on artifacts (sequence_id, digest) where state = 'COMMITTED';
create unique index artifacts_distributed on artifacts (sequence_id, distributed_id) where state = 'PENDING' and distributed_id is not null;

-- The ids that clients give to versions before the server knows them. Identical content is one version under as many
-- of them as clients have logged it.
create table artifact_client_ids (
  client_id    text not null,
  artifact_id  bigint not null references artifacts on delete cascade,
  entity_id    bigint not null references entities,
  primary key (client_id, artifact_id)
);

-- Where a version can be found: its sequence, and every portfolio that it is linked into, each with an index of its own.
create table artifact_memberships (
  id             bigint generated always as identity primary key,
  entity_id      bigint not null references entities,
  collection_id  bigint not null references artifact_collections on delete cascade,
  artifact_id    bigint not null references artifacts on delete cascade,
  version_index  integer not null,
  created_by     bigint references users on delete set null,
  created_at     timestamptz not null default now(),
  unique (collection_id, version_index),
  unique (collection_id, artifact_id)
);
create index artifact_memberships_artifact on artifact_memberships (artifact_id);

-- An alias points at one version within a collection; to put it on another version moves it.
create table artifact_aliases (
  id             bigint generated always as identity primary key,
  entity_id      bigint not null references entities,
  collection_id  bigint not null references artifact_collections on delete cascade,
  alias          text not null,
  membership_id  bigint not null references artifact_memberships on delete cascade,
  created_by     bigint references users on delete set null,
  updated_at     timestamptz not null default now(),
  unique (collection_id, alias)
);
create index artifact_aliases_membership on artifact_aliases (membership_id);

create table artifact_tags (
  id           bigint generated always as identity primary key,
  entity_id    bigint not null references entities,
  artifact_id  bigint not null references artifacts on delete cascade,
  tag          text not null,
  created_at   timestamptz not null default now(),
  unique (artifact_id, tag)
);

create table collection_tags (
  id             bigint generated always as identity primary key,
  entity_id      bigint not null references entities,
  collection_id  bigint not null references artifact_collections on delete cascade,
  tag            text not null,
  created_at     timestamptz not null default now(),
  unique (collection_id, tag)
);

create table artifact_manifests (
  id                bigint generated always as identity primary key,
  entity_id         bigint not null references entities,
  artifact_id       bigint not null references artifacts on delete cascade,
  kind              text not null check (kind in ('FULL', 'PATCH', 'INCREMENTAL')),
  base_artifact_id  bigint references artifacts on delete set null,
  digest            text not null,
  object_key        text not null,
  uploaded_at       timestamptz,
  created_at        timestamptz not null default now()
);
create index artifact_manifests_artifact on artifact_manifests (artifact_id, id);

-- Content is kept once per entity and MD5; a blob of one entity never answers for another's.
create table artifact_blobs (
  entity_id          bigint not null references entities,
  md5_hex            text not null,
  object_key         text not null,
  size_bytes         bigint not null,
  birth_artifact_id  bigint,
  created_at         timestamptz not null default now(),
  primary key (entity_id, md5_hex)
);

create table run_artifacts (
  run_id       bigint not null references runs on delete cascade,
  artifact_id  bigint not null references artifacts on delete cascade,
  direction    text not null check (direction in ('input', 'output')),
  entity_id    bigint not null references entities,
  used_as      text,
  created_at   timestamptz not null default now(),
  primary key (run_id, direction, artifact_id)
);
create index run_artifacts_artifact on run_artifacts (artifact_id, direction);
