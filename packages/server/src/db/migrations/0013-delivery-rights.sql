-- Rights are asked again when a delivery is sent. An automation acts for whoever last said what it does: they need the
-- role that editing it needs; a hook that a run brings along, that of who logs runs. Where nobody is named, because the user was deleted, it is the team's own; where the
-- project is gone, there is nothing left to have a role in.
create function automation_author_permitted(wanted uuid) returns boolean stable language plpgsql as $$
declare
  automation record;
begin
  select each.entity_id, each.project_id, each.scope_kind, revision.created_by as author into automation
    from automations as each join automation_revisions as revision on revision.automation_id = each.id and revision.revision = each.revision
    where each.id = wanted;
  if not found or automation.author is null then return true; end if;
  return coalesce(role_rank(role_at(automation.author, automation.entity_id, automation.project_id)), 3) >= case when automation.scope_kind in ('collection', 'run') then 2 else 3 end;
end $$;

-- The role in a project, or in an entity where there is none; 'none' without any, null where the project does not exist.
create function role_at(viewer bigint, owner bigint, wanted_project bigint) returns text stable language plpgsql as $$
begin
  if wanted_project is null then return coalesce(role_in_entity(viewer, owner), 'none'); end if;
  perform 1 from projects where id = wanted_project;
  if not found then return null; end if;
  return coalesce(role_in_project(viewer, wanted_project), 'none');
end $$;

-- Whether what an automation sends may go to a webhook of that owner: its author still has the rights, and a webhook that
-- a user owns tells them nothing of where they have no role any more.
create function delivery_permitted(wanted uuid, webhook_owner bigint) returns boolean stable language plpgsql as $$
declare
  automation record;
  person bigint;
begin
  if not automation_author_permitted(wanted) then return false; end if;
  select entity_id, project_id into automation from automations where id = wanted;
  if not found or webhook_owner is null or webhook_owner = automation.entity_id then return true; end if;
  select id into person from users where entity_id = webhook_owner;
  if not found then return true; end if;
  return coalesce(role_rank(role_at(person, automation.entity_id, automation.project_id)), 1) >= 1;
end $$;
