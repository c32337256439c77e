-- Work that one process at a time does for all, each time when it is due: whoever moves due_at on has the turn.
create table background_work (
  name    text primary key,
  due_at  timestamptz not null default now()
);
insert into background_work (name) values ('executions'), ('events'), ('histories'), ('audit'), ('objects');

-- Set when the lines of a silent run were removed for their age, null again with its next report. In the index stands
-- nothing that a report changes.
alter table runs add column lines_removed_at timestamptz;
create index runs_with_lines on runs (created_at, id) where lines_removed_at is null;

-- Since when no version is known that needs the content. It is removed when that is long enough ago and still so;
-- whoever needs the content again sets it to null, in the transaction that does.
alter table artifact_blobs add column unused_since timestamptz;
create index artifact_manifests_entity on artifact_manifests (entity_id, id);
