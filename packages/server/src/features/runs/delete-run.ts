import { findObjectKeysOfRun } from "../../db/queries/run-files.ts";
import { lockRun } from "../../db/queries/run-lock.ts";
import { deleteRunRow } from "../../db/queries/runs.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { Services } from "../services.ts";
import { requireRun } from "./find-run.ts";
import { removeObjects } from "./remove-objects.ts";

/** Deletes a run with its lines and files. The versions that it made stay. Needs the role member. */
export async function deleteRun(services: Pick<Services, "db" | "objects" | "log">, viewer: Viewer, runId: number): Promise<void> {
  noEvent("no automation watches a run being deleted");
  const keys = await services.db.transaction(async (tx) => {
    requireRun(await lockRun(tx, viewer.userId, { id: runId }), "member", "");
    const found = await findObjectKeysOfRun(tx, runId);
    await deleteRunRow(tx, runId);
    return found;
  });
  await removeObjects(services, keys);
}
