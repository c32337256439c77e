import { findOrganization, findOrganizationOfEntity, listVisibleOrganizations } from "../../db/queries/people-organizations.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import type { VisibleOrganization } from "./permissions.ts";
import { requireOrganization, visibleOrganization } from "./permissions.ts";

type Db = Pick<Services, "db">;

/** The organization of that name, or whose entity has it. Throws not_found. */
export const readOrganization = (services: Db, viewer: Viewer, input: { organization: string }): Promise<VisibleOrganization> => requireOrganization(services.db, viewer, input.organization, "viewer");

/** As readOrganization, but null where it throws. */
export const findVisibleOrganization = async (services: Db, viewer: Viewer, name: string): Promise<VisibleOrganization | null> => visibleOrganization(await findOrganization(services.db, viewer.userId, name));

/** The organization that the entity is, or that the team belongs to; null for a personal entity. */
export const findEntityOrganization = async (services: Db, viewer: Viewer, entityId: number): Promise<VisibleOrganization | null> =>
  visibleOrganization(await findOrganizationOfEntity(services.db, viewer.userId, entityId));

/** The viewer's organizations, by name; all of them for a server administrator. Up to `limit` + 1. */
export async function listOrganizations(services: Db, viewer: Viewer, input: { after: string | null; limit: number }): Promise<VisibleOrganization[]> {
  const rows = await listVisibleOrganizations(services.db, viewer, { after: input.after, limit: input.limit + 1 });
  return rows.flatMap((row) => visibleOrganization(row) ?? []);
}
