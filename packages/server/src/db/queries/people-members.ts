import type { Role } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type Member = { userId: number; username: string; displayName: string; email: string | null; role: Role; createdAt: Date };
type MemberPage = { after: string | null; limit: number };

const columns = 'users.id as "userId", users.username, users.display_name as "displayName", users.email, member.role, member.created_at as "createdAt"';
const page = "and ($2::text is null or lower(users.username) > lower($2)) order by lower(users.username) limit $3";

const organizationMembers = sql("members_of_organization", `
  select ${columns} from organization_members as member join users on users.id = member.user_id where member.organization_id = $1 ${page}`);
const teamMembers = sql("members_of_team", `
  select ${columns} from team_members as member join users on users.id = member.user_id where member.entity_id = $1 ${page}`);
const projectMembers = sql("members_of_project", `
  select ${columns} from project_members as member join users on users.id = member.user_id where member.project_id = $1 ${page}`);

const putOrganizationMember = sql("members_put_organization", `
  insert into organization_members (organization_id, user_id, entity_id, role) select id, $2, entity_id, $3 from organizations where id = $1
  on conflict (organization_id, user_id) do update set role = excluded.role`);
const addOrganizationMember = sql("members_add_organization", `
  insert into organization_members (organization_id, user_id, entity_id, role)
  select organizations.id, $2, organizations.entity_id, 'member' from organizations join teams on teams.organization_id = organizations.id
  where teams.entity_id = $1 on conflict do nothing returning entity_id as "entityId"`);
const putTeamMember = sql("members_put_team", `
  insert into team_members (entity_id, user_id, role) values ($1, $2, $3) on conflict (entity_id, user_id) do update set role = excluded.role`);
const putProjectMember = sql("members_put_project", `
  insert into project_members (project_id, user_id, entity_id, role) select id, $2, entity_id, $3 from projects where id = $1
  on conflict (project_id, user_id) do update set role = excluded.role`);

const dropOrganizationMember = sql("members_drop_organization", "delete from organization_members where organization_id = $1 and user_id = $2 returning user_id");
const dropTeamMember = sql("members_drop_team", "delete from team_members where entity_id = $1 and user_id = $2 returning user_id");
const dropProjectMember = sql("members_drop_project", "delete from project_members where project_id = $1 and user_id = $2 returning user_id");
// Who leaves an organization leaves its teams and registries.
const dropFromTeams = sql("members_drop_from_teams", `
  delete from team_members using teams where teams.entity_id = team_members.entity_id and teams.organization_id = $1 and team_members.user_id = $2`);
const dropFromRegistries = sql("members_drop_from_registries", `
  delete from project_members using projects, organizations
  where projects.id = project_members.project_id and organizations.entity_id = projects.entity_id and organizations.id = $1 and project_members.user_id = $2`);

const otherOrganizationAdmin = sql("members_other_organization_admin", "select 1 as found from organization_members where organization_id = $1 and user_id <> $2 and role = 'admin' limit 1");
const otherTeamAdmin = sql("members_other_team_admin", "select 1 as found from team_members where entity_id = $1 and user_id <> $2 and role = 'admin' limit 1");
const roleInOrganization = sql("members_role_in_organization", "select role from organization_members where organization_id = $1 and user_id = $2");
const roleInTeam = sql("members_role_in_team", "select role from team_members where entity_id = $1 and user_id = $2");
const roleInProject = sql("members_role_in_project", "select role from project_members where project_id = $1 and user_id = $2");
const soleAdminOfTeam = sql("members_sole_admin_of_team", `
  select entities.name from teams join entities on entities.id = teams.entity_id
  join team_members as own on own.entity_id = teams.entity_id and own.user_id = $2 and own.role = 'admin'
  where teams.organization_id = $1
    and not exists (select 1 from team_members as other where other.entity_id = teams.entity_id and other.user_id <> $2 and other.role = 'admin')
  limit 1`);

export const listOrganizationMembers = (db: Querier, organizationId: number, { after, limit }: MemberPage): Promise<Member[]> => db.query<Member>(organizationMembers, [organizationId, after, limit]);
export const listTeamMembers = (db: Querier, entityId: number, { after, limit }: MemberPage): Promise<Member[]> => db.query<Member>(teamMembers, [entityId, after, limit]);
export const listProjectMembers = (db: Querier, projectId: number, { after, limit }: MemberPage): Promise<Member[]> => db.query<Member>(projectMembers, [projectId, after, limit]);

/** Adds the user to the organization, or changes the role. */
export async function setOrganizationMember(db: Querier, organizationId: number, userId: number, role: Role): Promise<void> {
  await db.query(putOrganizationMember, [organizationId, userId, role]);
}

/** Adds the user to the organization of the team, as a member; gives the organization's entity, null where they belonged to it already. */
export async function addToOrganizationOfTeam(db: Querier, teamEntityId: number, userId: number): Promise<number | null> {
  return (await db.query<{ entityId: number }>(addOrganizationMember, [teamEntityId, userId]))[0]?.entityId ?? null;
}

export async function setTeamMember(db: Querier, entityId: number, userId: number, role: Role): Promise<void> {
  await db.query(putTeamMember, [entityId, userId, role]);
}

export async function setProjectMember(db: Querier, projectId: number, userId: number, role: Role): Promise<void> {
  await db.query(putProjectMember, [projectId, userId, role]);
}

/** Whether the user was a member. */
export async function removeFromOrganization(db: Querier, organizationId: number, userId: number): Promise<boolean> {
  await db.query(dropFromTeams, [organizationId, userId]);
  await db.query(dropFromRegistries, [organizationId, userId]);
  return (await db.query(dropOrganizationMember, [organizationId, userId])).length > 0;
}

export const removeFromTeam = async (db: Querier, entityId: number, userId: number): Promise<boolean> => (await db.query(dropTeamMember, [entityId, userId])).length > 0;
export const removeFromProject = async (db: Querier, projectId: number, userId: number): Promise<boolean> => (await db.query(dropProjectMember, [projectId, userId])).length > 0;

export const findRoleInOrganization = async (db: Querier, organizationId: number, userId: number): Promise<Role | null> => (await db.query<{ role: Role }>(roleInOrganization, [organizationId, userId]))[0]?.role ?? null;
export const findRoleInTeam = async (db: Querier, entityId: number, userId: number): Promise<Role | null> => (await db.query<{ role: Role }>(roleInTeam, [entityId, userId]))[0]?.role ?? null;
export const findRoleInProject = async (db: Querier, projectId: number, userId: number): Promise<Role | null> => (await db.query<{ role: Role }>(roleInProject, [projectId, userId]))[0]?.role ?? null;
export const hasOtherOrganizationAdmin = async (db: Querier, organizationId: number, userId: number): Promise<boolean> => (await db.query(otherOrganizationAdmin, [organizationId, userId])).length > 0;
export const hasOtherTeamAdmin = async (db: Querier, entityId: number, userId: number): Promise<boolean> => (await db.query(otherTeamAdmin, [entityId, userId])).length > 0;
/** Name of a team of the organization that has no other administrator than the user. */
export const findTeamWithSoleAdmin = async (db: Querier, organizationId: number, userId: number): Promise<string | null> => (await db.query<{ name: string }>(soleAdminOfTeam, [organizationId, userId]))[0]?.name ?? null;
