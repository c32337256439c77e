import { listTeamsOfOrganization, sumStorage } from "../../db/queries/teams.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import type { VisibleTeam } from "./permissions.ts";
import { requireOrganization, requireTeam, visibleTeam } from "./permissions.ts";

type Db = Pick<Services, "db">;

/** The team, or personal entity, of that name. Throws not_found. */
export const readTeam = (services: Db, viewer: Viewer, input: { team: string }): Promise<VisibleTeam> => requireTeam(services.db, viewer, input.team, "viewer");

/** The organization's teams that the viewer may see, by name. Up to `limit` + 1. */
export async function listTeams(services: Db, viewer: Viewer, input: { organization: string; after: string | null; limit: number }): Promise<VisibleTeam[]> {
  const organization = await requireOrganization(services.db, viewer, input.organization, "viewer");
  const rows = await listTeamsOfOrganization(services.db, viewer.userId, organization.id, { after: input.after, limit: input.limit + 1 });
  return rows.flatMap((row) => visibleTeam(row) ?? []);
}

/** Bytes that the artifacts of an entity hold; for an entity that the viewer was found to see. */
export const readStorage = (services: Db, entityId: number): Promise<number> => sumStorage(services.db, entityId);
