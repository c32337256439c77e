import type { Role } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type Team = { entityId: number; name: string; kind: "team" | "user"; organization: string | null; role: Role | null; createdAt: Date };

export type UserTeam = { entityId: number; name: string; role: Role };

const columns = 'entities.id as "entityId", entities.name, entities.kind, organizations.name as organization, role_in_entity($1, entities.id) as role, entities.created_at as "createdAt"';
const from = "from entities left join teams on teams.entity_id = entities.id left join organizations on organizations.id = teams.organization_id";

const byId = sql("teams_by_id", `select ${columns} ${from} where entities.id = $2 and entities.kind in ('team', 'user')`);
const ofOrganization = sql("teams_of_organization", `
  select ${columns} ${from}
  where teams.organization_id = $2 and role_in_entity($1, entities.id) is not null and ($3::text is null or lower(entities.name) > lower($3))
  order by lower(entities.name) limit $4`);
const ofUser = sql("teams_of_user", `
  select entities.id as "entityId", entities.name, team_members.role from team_members join entities on entities.id = team_members.entity_id
  where team_members.user_id = $1 order by entities.name`);
const insert = sql("teams_insert", "insert into teams (entity_id, organization_id) values ($1, $2)");
const lock = sql("teams_lock", "select entity_id from teams where entity_id = $1 for update");
const lockAll = sql("teams_lock_all", "select entity_id from teams where organization_id = $1 order by entity_id for update");
const remove = sql("teams_delete", "delete from teams where entity_id = $1");
const organizationEntity = sql("teams_organization_entity", "select organizations.entity_id as id from teams join organizations on organizations.id = teams.organization_id where teams.entity_id = $1");
const storage = sql("teams_storage", "select coalesce(sum(size_bytes), 0)::bigint as bytes from artifact_blobs where entity_id = $1");

/** A team, or a personal entity. */
export const findTeam = async (db: Querier, userId: number, entityId: number): Promise<Team | null> => (await db.query<Team>(byId, [userId, entityId]))[0] ?? null;
/** The organization's teams that the user may see. */
export const listTeamsOfOrganization = (db: Querier, userId: number, organizationId: number, page: { after: string | null; limit: number }): Promise<Team[]> =>
  db.query<Team>(ofOrganization, [userId, organizationId, page.after, page.limit]);
/** Teams of which the user is a member. */
export const listTeamsOfUser = (db: Querier, userId: number): Promise<UserTeam[]> => db.query<UserTeam>(ofUser, [userId]);

export async function insertTeam(db: Querier, entityId: number, organizationId: number): Promise<void> {
  await db.query(insert, [entityId, organizationId]);
}

/** Makes changes of the team's members take turns. */
export async function lockTeam(db: Querier, entityId: number): Promise<void> {
  await db.query(lock, [entityId]);
}

export async function lockTeamsOfOrganization(db: Querier, organizationId: number): Promise<void> {
  await db.query(lockAll, [organizationId]);
}

export async function deleteTeam(db: Querier, entityId: number): Promise<void> {
  await db.query(remove, [entityId]);
}

/** The entity of the team's organization; null for what is no team. */
export const findOrganizationEntity = async (db: Querier, teamEntityId: number): Promise<number | null> => (await db.query<{ id: number }>(organizationEntity, [teamEntityId]))[0]?.id ?? null;

/** Bytes of the contents that the entity's artifacts hold. */
export async function sumStorage(db: Querier, entityId: number): Promise<number> {
  return (await db.query<{ bytes: number }>(storage, [entityId]))[0]?.bytes ?? 0;
}
