import type { AuditFilter, AuditRow } from "../../db/queries/audit.ts";
import { findAuditEntries } from "../../db/queries/audit.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireEntity, requireServerAdmin } from "../access/index.ts";
import type { Services } from "../services.ts";

/**
 * The log of a team, an organization or a user, newest first, for its administrators; without an entity that of the
 * whole server, for its administrators. Up to `limit` + 1.
 */
export async function listAudit(services: Pick<Services, "db">, viewer: Viewer, input: AuditFilter & { entity: string | null }): Promise<AuditRow[]> {
  const { entity, ...filter } = input;
  const page = { ...filter, limit: filter.limit + 1 };
  if (entity !== null) return findAuditEntries(services.db, (await requireEntity(services.db, viewer, { name: entity }, "admin")).id, page);
  requireServerAdmin(viewer);
  return findAuditEntries(services.db, null, page);
}
