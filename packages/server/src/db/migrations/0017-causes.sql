-- Which execution's receiver made the change, where it said so, and how many deliveries lie behind it. No foreign key:
-- executions are purged by age on their own.
alter table events add column caused_by uuid, add column depth integer not null default 0;
