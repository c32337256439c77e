import { deleteRunFiles as deleteRows, findRunFilesById } from "../../db/queries/run-files.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { requireRoleInRun } from "./find-run.ts";
import { removeObjects } from "./remove-objects.ts";

/** Deletes files of runs, all of them or none. Needs the role member in the project of each. */
export async function deleteRunFiles(services: Pick<Services, "db" | "objects" | "log">, viewer: Viewer, fileIds: readonly number[]): Promise<void> {
  const files = await findRunFilesById(services.db, fileIds);
  if (files.length < new Set(fileIds).size) throw notFound("File");
  for (const runId of new Set(files.map(({ run_id }) => run_id))) await requireRoleInRun(services.db, viewer, { id: runId, what: "File" }, "member");
  const deleted = await deleteRows(services.db, fileIds);
  await removeObjects(services, deleted.flatMap(({ object_key }) => object_key ?? []));
}
