-- A hook that a run brings along is an automation whose scope is that run: one way for both. There may be many such rows,
-- which no list of automations shows, and so those lists have indexes that leave them out.
alter table automations drop constraint automations_scope_kind_check;
alter table automations add constraint automations_scope_kind_check check (scope_kind in ('collection', 'project', 'entity', 'run'));
drop index automations_project;
create index automations_of_entity on automations (entity_id, id) where scope_kind <> 'run';
create index automations_of_project on automations (project_id, id) where deleted_at is null and scope_kind <> 'run';
-- The hooks of a run, those among them that it had before.
create index automations_of_run on automations (scope_id, id) where scope_kind = 'run';

-- What exactly was wrong, where the reason alone does not say it: the line of a template that does not parse.
alter table attempts add column detail text;
