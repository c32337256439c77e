import type { RunFileRow } from "../../db/queries/run-files.ts";
import { findRunFilesByName, insertRunFiles } from "../../db/queries/run-files.ts";
import { invalid, invalidAt } from "../../domain/failure.ts";
import { runFileNameProblem } from "../../domain/run-file.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { requireRunAt } from "./find-run.ts";

export type RunFilesInput = { entity: string; project: string; run: string; names: readonly string[] };

const mostNames = 10_000;

/** Makes places for files that will be uploaded; a file that was uploaded before stays until the new one has arrived. Needs the role member. */
export async function announceRunFiles(services: Pick<Services, "db" | "clock">, viewer: Viewer, input: RunFilesInput): Promise<{ runId: number; files: RunFileRow[] }> {
  if (input.names.length > mostNames) throw invalidAt("files", `must be at most ${mostNames} names`);
  const problems = input.names.map((name, index) => runFileNameProblem(name, `files[${index}]`)).filter((problem) => problem !== null);
  if (problems.length > 0) throw invalid(problems);
  const run = await requireRunAt(services, viewer, input, "member");
  await insertRunFiles(services.db, run, input.names, services.clock.now());
  return { runId: run.id, files: await findRunFilesByName(services.db, run.id, input.names) };
}

/**
 * Whether all the named files have arrived. An upload marks its file itself, once the object is safe, so that a client's
 * word is never needed for it.
 */
export async function runFilesHaveArrived(services: Pick<Services, "db">, viewer: Viewer, input: RunFilesInput): Promise<boolean> {
  const run = await requireRunAt(services, viewer, input, "member");
  const names = [...new Set(input.names)];
  const files = await findRunFilesByName(services.db, run.id, names);
  return files.filter((file) => file.uploaded_at !== null).length === names.length;
}

