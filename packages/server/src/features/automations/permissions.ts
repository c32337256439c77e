import type { Querier } from "../../db/database.ts";
import { findOrganizationEntityName, findScopeById, findScopeByName } from "../../db/queries/automations-scope.ts";
import type { ScopeRow } from "../../db/queries/automations-scope.ts";
import type { AnyScopeKind, ScopeKind } from "../../domain/event.ts";
import { notFound } from "../../domain/failure.ts";
import { registryPrefix } from "../../domain/names.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { requireRole } from "../access/index.ts";

/** A scope by its id, or by the names on the way to it. An organization is named by its own name, and so are its registries. */
export type ScopeAddress =
  | { kind: ScopeKind; id: number }
  | { entity: string; project?: string; collection?: string }
  | { organization: string; registry?: string; collection?: string };

export type VisibleScope = Omit<ScopeRow, "role"> & { role: Role };

/** The scope, if the viewer has any role in it; not_found as if it did not exist otherwise. */
export async function requireVisibleScope(db: Querier, viewer: Viewer, address: ScopeAddress): Promise<VisibleScope> {
  const row = await find(db, viewer.userId, address);
  if (row === null || row.role === null) throw notFound(describe(address));
  return { ...row, role: row.role };
}

async function find(db: Querier, userId: number, address: ScopeAddress): Promise<ScopeRow | null> {
  if ("id" in address) return findScopeById(db, userId, address.kind, address.id);
  if ("entity" in address) return findScopeByName(db, userId, address);
  const entity = await findOrganizationEntityName(db, address.organization);
  if (entity === null) return null;
  const { registry, collection } = address;
  if (registry === undefined) return findScopeByName(db, userId, { entity });
  return findScopeByName(db, userId, { entity, project: registryPrefix + registry, ...(collection === undefined ? {} : { collection }) });
}

function describe(address: ScopeAddress): string {
  if ("id" in address) return { collection: "Collection", project: "Project", entity: "Team or organization" }[address.kind];
  const names = "entity" in address ? [address.entity, address.project, address.collection] : [address.organization, address.registry, address.collection];
  return `"${names.filter((name) => name !== undefined).join("/")}"`;
}

/** Who may change automations there: a member those of a collection and the hooks of a run, only an admin those of a project, a registry, a team or an organization. */
export const editorRole = (kind: AnyScopeKind): Role => (kind === "collection" || kind === "run" ? "member" : "admin");

/** Throws forbidden where the viewer may not change the automations of the scope. */
export const requireEditor = (scope: VisibleScope): void => requireRole(scope.role, editorRole(scope.kind), `in ${scope.kind === "collection" ? `the project "${scope.project_name}"` : `"${scope.name}"`}`);
