import { findAutomation, findAutomations, findAutomationsOfProject, findVisibleEntityIds } from "../../db/queries/automations.ts";
import type { AutomationFilter } from "../../db/queries/automations.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { requireIdCursor } from "../id-cursor.ts";
import type { Services } from "../services.ts";
import type { SavedAutomation } from "./automation.ts";
import { automationOf } from "./automation.ts";
import type { ScopeAddress } from "./permissions.ts";
import { requireVisibleScope } from "./permissions.ts";

export type AutomationQuery = {
  /** Only automations there or below: an entity's, with those of its projects; a project's, with those of its collections. */
  within?: ScopeAddress;
  name?: string;
  /** Begins behind this id. */
  after: string | null;
  limit: number;
  offset: number;
};

/** The automations that the viewer may see, in the order of their creation. Throws not_found for a scope that the viewer may not see. */
export async function listAutomations(services: Pick<Services, "db">, viewer: Viewer, query: AutomationQuery): Promise<SavedAutomation[]> {
  requireIdCursor(query.after);
  const place = await filterOf(services, viewer, query.within);
  const rows = await findAutomations(services.db, viewer.userId, { ...place, name: query.name ?? null }, query);
  return rows.map(automationOf);
}

async function filterOf(services: Pick<Services, "db">, viewer: Viewer, within: ScopeAddress | undefined): Promise<Omit<AutomationFilter, "name">> {
  const everywhere = { projectId: null, scopeKind: null, scopeId: null };
  if (within === undefined) return { ...everywhere, entityIds: await findVisibleEntityIds(services.db, viewer.userId) };
  const scope = await requireVisibleScope(services.db, viewer, within);
  const place = { ...everywhere, entityIds: [scope.entity_id] };
  switch (scope.kind) {
    case "entity":
      return place;
    case "project":
      return { ...place, projectId: scope.id };
    case "collection":
      return { ...place, scopeKind: scope.kind, scopeId: scope.id };
  }
}

/** The automations of a project and of its collections, in the order of their creation; none where the viewer may not see the project. */
export async function listProjectAutomations(services: Pick<Services, "db" | "limits">, viewer: Viewer, projectId: number): Promise<SavedAutomation[]> {
  const rows = await findAutomationsOfProject(services.db, viewer.userId, projectId, services.limits.pageSize);
  return rows.map(automationOf);
}

/** One automation; not_found where the viewer may not see its scope. */
export async function readAutomation(services: Pick<Services, "db">, viewer: Viewer, input: { id: string }): Promise<SavedAutomation> {
  const row = isUuid(input.id) ? await findAutomation(services.db, viewer.userId, input.id) : null;
  if (row === null || row.role === null) throw notFound("Automation");
  return automationOf(row);
}
