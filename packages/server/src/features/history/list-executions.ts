import { findVisibleEntityIds } from "../../db/queries/automations.ts";
import type { ExecutionFilter } from "../../db/queries/executions.ts";
import { findExecutions, findRoleInAutomation } from "../../db/queries/executions.ts";
import type { ExecutionStatus } from "../../domain/execution.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import { splitPath } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { requireEntity } from "../access/index.ts";
import { requireRunAt } from "../runs/index.ts";
import { requireIdCursor } from "../id-cursor.ts";
import type { Services } from "../services.ts";
import type { Execution } from "./execution.ts";
import { executionOf } from "./execution.ts";

export type ExecutionQuery = {
  automation?: string;
  /** `entity/project/run`: only those of the hooks that this run has, or had. */
  run?: string;
  /** Name of an entity: a team, a user, or an organization's. */
  team?: string;
  status?: ExecutionStatus;
  since?: Date;
  /** Only older ones than this id. */
  before: string | null;
  limit: number;
};

/** Executions of the automations that the viewer may see, newest first; also of deleted ones. */
export async function listExecutions(services: Pick<Services, "db">, viewer: Viewer, query: ExecutionQuery): Promise<Execution[]> {
  requireIdCursor(query.before);
  const { status = null, since = null, before, limit } = query;
  const rows = await findExecutions(services.db, viewer.userId, { of: await sourceOf(services, viewer, query), status, since, before, limit });
  return rows.map(executionOf);
}

async function sourceOf(services: Pick<Services, "db">, viewer: Viewer, { automation, run, team }: ExecutionQuery): Promise<ExecutionFilter["of"]> {
  if (run !== undefined && (automation !== undefined || team !== undefined)) throw invalidAt("run", "asks for the hooks of one run, and goes with neither automation nor team");
  if (run !== undefined) return { runId: await runIdOf(services, viewer, run) };
  const entityIds = team === undefined ? null : [(await requireEntity(services.db, viewer, { name: team }, "viewer")).id];
  if (automation === undefined) return { entityIds: entityIds ?? (await findVisibleEntityIds(services.db, viewer.userId)) };
  if (!isUuid(automation) || (await findRoleInAutomation(services.db, viewer.userId, automation)) === null) throw notFound("Automation");
  return { automationId: automation };
}

async function runIdOf(services: Pick<Services, "db">, viewer: Viewer, path: string): Promise<number> {
  const split = splitPath(path);
  if (split === null) throw invalidAt("run", "must be entity/project/run");
  return (await requireRunAt(services, viewer, { entity: split.entity, project: split.project, run: split.rest }, "viewer")).id;
}
