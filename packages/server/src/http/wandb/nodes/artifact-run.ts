import type { VisibleRun } from "../../../features/artifacts/index.ts";
import { findRun } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import { runNode } from "./run.ts";

/** A run that logged or used a version. */
export async function makerNode(context: Context, run: VisibleRun): Promise<object | null> {
  const project = { id: run.project_id, name: run.project_name, entity_id: run.entity_id, entity_name: run.entity_name, role: run.role };
  const found = await findRun(context.services, project, run.name);
  return found === null ? null : runNode(context, found, project);
}
