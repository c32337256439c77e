-- A redelivery is a new execution. With the same bytes it goes out under the `webhook-id` of the first of its line
-- (message_id), so that a receiver knows it again; rendered anew it is a message of its own, and message_id is null.
alter table executions
  add column redelivery_mode text check (redelivery_mode in ('same_bytes', 'rendered_anew')),
  add column redelivery_id   uuid,
  add column message_id      uuid;
create index executions_redelivery_of on executions (redelivery_of) where redelivery_of is not null;
create index executions_redelivery on executions (redelivery_id, id) where redelivery_id is not null;
create index executions_failed_automation on executions (automation_id, id) where status = 'failed';
create index executions_failed_webhook on executions (webhook_id, id) where status = 'failed';

-- Many redeliveries at once, planned in the background in small transactions. `position`: the last execution that was
-- looked at; whoever goes on begins behind it. What fails after the redelivery was asked for is not part of it: its id
-- is greater.
create table redeliveries (
  id             uuid primary key,
  entity_id      bigint not null references entities,
  requested_by   bigint references users on delete set null,
  mode           text not null check (mode in ('same_bytes', 'rendered_anew')),
  automation_id  uuid,
  webhook_id     uuid,
  since          timestamptz,
  execution_ids  uuid[],
  status         text not null default 'running' check (status in ('running', 'done', 'cancelling', 'cancelled')),
  total          integer not null,
  planned        integer not null default 0,
  cancelled      integer not null default 0,
  position       uuid not null default '00000000-0000-0000-0000-000000000000',
  created_at     timestamptz not null default now(),
  finished_at    timestamptz,
  check (num_nonnulls(automation_id, webhook_id, execution_ids) = 1)
);
create index redeliveries_under_way on redeliveries (id) where status in ('running', 'cancelling');
create index redeliveries_entity on redeliveries (entity_id, id desc);
