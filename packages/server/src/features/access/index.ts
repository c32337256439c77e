import type { Querier } from "../../db/database.ts";
import type { EntityRow, ProjectRow } from "../../db/queries/access.ts";
import { findEntity, findProject } from "../../db/queries/access.ts";
import { forbidden, notFound } from "../../domain/failure.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { atLeast } from "../../domain/viewer.ts";

export type VisibleEntity = Omit<EntityRow, "role"> & { role: Role };
export type VisibleProject = Omit<ProjectRow, "role"> & { role: Role };

/** The entity, if the viewer has any role in it; null as if it did not exist otherwise. */
export async function findVisibleEntity(db: Querier, viewer: Viewer, which: { name: string } | { id: number }): Promise<VisibleEntity | null> {
  const row = await findEntity(db, viewer.userId, which);
  return row === null || row.role === null ? null : { ...row, role: row.role };
}

export async function findVisibleProject(db: Querier, viewer: Viewer, which: { entity: string; name: string } | { id: number }): Promise<VisibleProject | null> {
  const row = await findProject(db, viewer.userId, which);
  return row === null || row.role === null ? null : { ...row, role: row.role };
}

/** As findVisibleEntity, but throws not_found, and forbidden where the viewer's role is below `needed`. */
export async function requireEntity(db: Querier, viewer: Viewer, which: { name: string } | { id: number }, needed: Role): Promise<VisibleEntity> {
  const entity = await findVisibleEntity(db, viewer, which);
  if (entity === null) throw notFound("name" in which ? `Entity "${which.name}"` : "Entity");
  requireRole(entity.role, needed, `in "${entity.name}"`);
  return entity;
}

/** As findVisibleProject, but throws not_found, and forbidden where the viewer's role is below `needed`. */
export async function requireProject(db: Querier, viewer: Viewer, which: { entity: string; name: string } | { id: number }, needed: Role): Promise<VisibleProject> {
  const project = await findVisibleProject(db, viewer, which);
  if (project === null) throw notFound("name" in which ? `Project "${which.entity}/${which.name}"` : "Project");
  requireRole(project.role, needed, `in "${project.entity_name}/${project.name}"`);
  return project;
}

/** Throws forbidden unless the role is at least the needed one. `where` goes into the message. */
export function requireRole(role: Role, needed: Role, where: string): void {
  if (!atLeast(role, needed)) throw forbidden(`You need the role ${needed} ${where}; yours is ${role}.`);
}

/** Says that a verb which opens a transaction runs for no viewer, and why. */
export function noViewer(_why: string): void {
  // The sentence is for the reader, and for the rule that every verb checks a permission or says why not.
}

/** Throws forbidden unless the viewer administers the whole server. */
export function requireServerAdmin(viewer: Viewer): void {
  if (!viewer.isAdmin) throw forbidden("Only an administrator of this server may do this.");
}
