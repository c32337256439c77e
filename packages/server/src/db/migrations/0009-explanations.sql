-- What a revision watched, and not only what it asked: an automation may move. Null for revisions of before, whose
-- automations stand where they stood; and for those that a process of the release before writes meanwhile.
alter table automation_revisions add column scope_kind text;
alter table automation_revisions add column scope_id bigint;
update automation_revisions as revision set scope_kind = automation.scope_kind, scope_id = automation.scope_id
from automations as automation where automation.id = revision.automation_id;

alter table events add column run_id bigint;
update events set run_id = (subject ->> 'runId')::bigint where subject ->> 'kind' = 'run';

-- A project's events, newest first, of one type or, type by type, of all.
create index events_project on events (project_id, type, id desc);
create index events_run on events (run_id, id desc) where run_id is not null;
