import { findHooksOfRun } from "../../db/queries/run-hooks.ts";
import type { RunPath } from "../../db/queries/run-lock.ts";
import type { ExecutionStatus } from "../../domain/execution.ts";
import type { RunHook } from "../../domain/run-hook.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { requireRunAt } from "./find-run.ts";
import { savedHookOf } from "./save-hooks.ts";

export type ListedHook = RunHook & {
  id: string;
  name: string;
  createdAt: Date;
  lastExecution: { id: string; status: ExecutionStatus; reason: string | null; createdAt: Date } | null;
};

/** The hooks that a run has, in their order, each with what became of it last. For those who may see the project. */
export async function listHooks(services: Pick<Services, "db">, viewer: Viewer, path: RunPath): Promise<ListedHook[]> {
  const { id } = await requireRunAt(services, viewer, path, "viewer");
  const rows = await findHooksOfRun(services.db, id);
  return rows.map((row) => {
    const { row: _row, ...hook } = savedHookOf(row);
    return { ...hook, name: row.name, createdAt: row.created_at, lastExecution: lastOf(row) };
  });
}

const lastOf = (row: Parameters<typeof savedHookOf>[0]): ListedHook["lastExecution"] =>
  row.last_execution_id === null || row.last_execution_status === null || row.last_execution_at === null
    ? null
    : { id: row.last_execution_id, status: row.last_execution_status, reason: row.last_execution_reason, createdAt: row.last_execution_at };
