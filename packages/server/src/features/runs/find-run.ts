import type { Querier } from "../../db/database.ts";
import type { LockedRun, RunPath } from "../../db/queries/run-lock.ts";
import type { RunRow } from "../../db/queries/runs.ts";
import { findRunByName, findRunRole, findRunsByIds } from "../../db/queries/runs.ts";
import { notFound } from "../../domain/failure.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { requireProject, requireRole } from "../access/index.ts";
import type { Services } from "../services.ts";

/** The run of that name in a project that the viewer may see; null when there is none. */
export const findRun = (services: { db: Querier }, project: { id: number }, name: string): Promise<RunRow | null> => findRunByName(services.db, project.id, name);

/** The run at a path. Throws not_found, and forbidden where the viewer's role in its project is below `needed`. */
export async function requireRunAt(services: { db: Querier }, viewer: Viewer, path: RunPath, needed: Role): Promise<RunRow> {
  const run = await findRun(services, await requireProject(services.db, viewer, { entity: path.entity, name: path.project }, needed), path.run);
  if (run === null) throw notFound(`Run "${path.entity}/${path.project}/${path.run}"`);
  return run;
}

/** The run, if the viewer may see its project; null as if it did not exist otherwise. */
export async function findVisibleRun(services: Pick<Services, "db">, viewer: Viewer, runId: number): Promise<RunRow | null> {
  const place = await findRunRole(services.db, viewer.userId, runId);
  if (place === null || place.role === null) return null;
  return await findRunById(services.db, runId);
}

export async function findRunById(db: Querier, runId: number): Promise<RunRow | null> {
  return (await findRunsByIds(db, [runId]))[0] ?? null;
}

/** A run that was locked, or not_found, or forbidden where the viewer's role is below `needed`. */
export function requireRun(run: LockedRun | null, needed: Role, what: string): LockedRun {
  if (run === null || run.role === null) throw notFound(`Run${what}`);
  requireRole(run.role, needed, `in the project of the run "${run.name}"`);
  return run;
}

/** Throws unless the run exists, the viewer may see it, and the viewer's role in its project is at least `needed`. `what` was asked for. */
export async function requireRoleInRun(db: Querier, viewer: Viewer, run: { id: number; what: "Run" | "File" }, needed: Role): Promise<void> {
  const place = await findRunRole(db, viewer.userId, run.id);
  if (place === null || place.role === null) throw notFound(run.what);
  requireRole(place.role, needed, "in the project of the run");
}
