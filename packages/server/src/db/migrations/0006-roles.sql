-- What a user may do, in one place for every statement. plpgsql, because PostgreSQL keeps its plans, while it plans an
-- SQL function anew in each statement.

create function role_rank(role text) returns integer immutable parallel safe language sql as
  $$ select case role when 'admin' then 3 when 'member' then 2 when 'viewer' then 1 else 0 end $$;

-- The user's role in an entity, or null: admin of their own, of everything for a server administrator; the team's
-- role, raised to admin for an administrator of the team's organization; the organization's role.
create function role_in_entity(viewer bigint, owner bigint) returns text stable language plpgsql as $$
declare
  found_role text;
begin
  perform 1 from users where id = viewer and (is_admin or entity_id = owner);
  if found then return 'admin'; end if;
  select role into found_role from team_members where entity_id = owner and user_id = viewer;
  if found_role = 'admin' then return found_role; end if;
  perform 1 from teams join organization_members as member using (organization_id)
    where teams.entity_id = owner and member.user_id = viewer and member.role = 'admin';
  if found then return 'admin'; end if;
  if found_role is not null then return found_role; end if;
  select member.role into found_role from organizations as organization
    join organization_members as member on member.organization_id = organization.id
    where organization.entity_id = owner and member.user_id = viewer;
  return found_role;
end $$;

-- The user's role in a project: the entity's, unless the project is restricted; a membership of the project can raise it.
create function role_in_project(viewer bigint, wanted bigint) returns text stable language plpgsql as $$
declare
  project record;
  entity_role text;
  project_role text;
begin
  select entity_id, access into project from projects where id = wanted;
  if not found then return null; end if;
  entity_role := role_in_entity(viewer, project.entity_id);
  if entity_role = 'admin' then return entity_role; end if;
  select role into project_role from project_members where project_id = wanted and user_id = viewer;
  if project.access = 'RESTRICTED' then return project_role; end if;
  return case when role_rank(project_role) > role_rank(entity_role) then project_role else entity_role end;
end $$;
