import type { Database } from "../db/database.ts";
import { sql } from "../db/database.ts";
import type { Role, Viewer } from "../domain/viewer.ts";

/** Inserts people directly, for tests of verbs that are not about people. */
export async function insertUser(db: Database, username: string, options: { isAdmin?: boolean } = {}): Promise<Viewer> {
  const [row] = await db.query<{ id: number; entity_id: number }>(sql("test_user", `
    with entity as (insert into entities (name, kind) values ($1, 'user') returning id)
    insert into users (entity_id, username, display_name, is_admin) select id, $1, $1, $2 from entity returning id, entity_id`), [username, options.isAdmin ?? false]);
  if (row === undefined) throw new Error("no user");
  return { userId: row.id, username, entityId: row.entity_id, isAdmin: options.isAdmin ?? false };
}

/** An organization with its core registries `model` and `dataset`, and one team in it; gives the entities' ids. */
export async function insertTeam(db: Database, organization: string, team: string): Promise<{ orgEntityId: number; organizationId: number; teamEntityId: number }> {
  const [org] = await db.query<{ id: number; entity_id: number }>(sql("test_org", `
    with entity as (insert into entities (name, kind) values ($1, 'organization') returning id)
    insert into organizations (entity_id, name) select id, $1 from entity returning id, entity_id`), [organization]);
  if (org === undefined) throw new Error("no organization");
  await db.query(sql("test_registries", `
    insert into projects (entity_id, name) values ($1, 'wandb-registry-model'), ($1, 'wandb-registry-dataset')`), [org.entity_id]);
  const [row] = await db.query<{ entity_id: number }>(sql("test_team", `
    with entity as (insert into entities (name, kind) values ($1, 'team') returning id)
    insert into teams (entity_id, organization_id) select id, $2 from entity returning entity_id`), [team, org.id]);
  if (row === undefined) throw new Error("no team");
  return { orgEntityId: org.entity_id, organizationId: org.id, teamEntityId: row.entity_id };
}

/** Makes the user a member of the team, and of its organization. */
export async function addMember(db: Database, teamEntityId: number, viewer: Viewer, role: Role): Promise<void> {
  await db.query(sql("test_member", "insert into team_members (entity_id, user_id, role) values ($1, $2, $3)"), [teamEntityId, viewer.userId, role]);
  await db.query(sql("test_org_member", `
    insert into organization_members (organization_id, user_id, entity_id, role)
    select organization_id, $2, organizations.entity_id, 'member' from teams join organizations on organizations.id = organization_id where teams.entity_id = $1
    on conflict do nothing`), [teamEntityId, viewer.userId]);
}
