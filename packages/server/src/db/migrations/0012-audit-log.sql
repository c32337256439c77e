-- Who changed what, when and from where. An entry outlives what it tells of: nothing here is a foreign key, and names
-- stand beside ids. entity_id is the entity whose administrators may read the entry; null for those of the server.
create table audit_entries (
  id               bigint generated always as identity primary key,
  entity_id        bigint,
  entity_name      text,
  actor_id         bigint,
  actor_name       text,
  credential_kind  text check (credential_kind in ('api_key', 'session', 'password')),
  credential_id    uuid,
  credential_name  text,
  address          text,
  user_agent       text,
  action           text not null,
  object_type      text not null,
  object_id        text not null,
  object_name      text not null,
  before           jsonb,
  after            jsonb,
  created_at       timestamptz not null default now()
);
create index audit_entries_entity on audit_entries (entity_id, created_at desc, id desc);
create index audit_entries_time on audit_entries (created_at desc, id desc);
