import type { Querier } from "../../db/database.ts";
import { invalidAt } from "../../domain/failure.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import type { VisibleEntity } from "../access/index.ts";
import { requireEntity } from "../access/index.ts";

/**
 * The team, or the personal entity, that owns secrets and webhooks. Throws not_found, forbidden where the viewer's role
 * is below `needed`, and invalid for an organization: its registries' automations call the webhooks of its teams.
 */
export async function requireTeam(db: Querier, viewer: Viewer, team: string, needed: Role): Promise<VisibleEntity> {
  const entity = await requireEntity(db, viewer, { name: team }, needed);
  if (entity.kind === "organization") throw invalidAt("team", `"${entity.name}" is an organization; secrets and webhooks belong to teams and users`);
  return entity;
}
