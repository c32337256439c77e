import type { Querier } from "../../db/database.ts";
import type { Organization } from "../../db/queries/people-organizations.ts";
import { findOrganization } from "../../db/queries/people-organizations.ts";
import type { Team } from "../../db/queries/teams.ts";
import { findTeam } from "../../db/queries/teams.ts";
import type { User } from "../../db/queries/people.ts";
import { findUserByName } from "../../db/queries/people.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { findVisibleEntity, requireRole } from "../access/index.ts";

export type VisibleOrganization = Omit<Organization, "role"> & { role: Role };
export type VisibleTeam = Omit<Team, "role"> & { role: Role };

export const visibleOrganization = (organization: Organization | null): VisibleOrganization | null =>
  organization === null || organization.role === null ? null : { ...organization, role: organization.role };

export const visibleTeam = (team: Team | null): VisibleTeam | null => (team === null || team.role === null ? null : { ...team, role: team.role });

/** The organization of that name, or whose entity has it. Throws not_found, and forbidden below the role. */
export async function requireOrganization(db: Querier, viewer: Viewer, name: string, needed: Role): Promise<VisibleOrganization> {
  const organization = visibleOrganization(await findOrganization(db, viewer.userId, name));
  if (organization === null) throw notFound(`Organization "${name}"`);
  requireRole(organization.role, needed, `in "${organization.name}"`);
  return organization;
}

/** The team, or personal entity, of that name. Throws not_found, and forbidden below the role. */
export async function requireTeam(db: Querier, viewer: Viewer, name: string, needed: Role): Promise<VisibleTeam> {
  const entity = await findVisibleEntity(db, viewer, { name });
  const team = entity === null ? null : visibleTeam(await findTeam(db, viewer.userId, entity.id));
  if (team === null) throw notFound(`Team "${name}"`);
  requireRole(team.role, needed, `in "${team.name}"`);
  return team;
}

/** As requireTeam, but not for a personal entity: its only member is its user. */
export async function requireRealTeam(db: Querier, viewer: Viewer, name: string, needed: Role): Promise<VisibleTeam> {
  const team = await requireTeam(db, viewer, name, needed);
  if (team.kind === "user") throw invalidAt("team", `"${team.name}" is a personal entity: it has no members and cannot be deleted by itself`);
  return team;
}

/** The user of that name; anyone may name a user, as in adding them to a team. */
export async function requireUser(db: Querier, username: string): Promise<User> {
  const user = await findUserByName(db, username);
  if (user === null) throw notFound(`User "${username}"`);
  return user;
}
