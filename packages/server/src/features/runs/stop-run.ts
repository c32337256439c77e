import { requestRunStop } from "../../db/queries/runs.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { requireRoleInRun } from "./find-run.ts";

/** Asks the run's script to end: the answer to its next report says so. Nothing happens to a run that has ended. Needs the role member. */
export async function stopRun(services: Pick<Services, "db" | "clock">, viewer: Viewer, runId: number): Promise<void> {
  await requireRoleInRun(services.db, viewer, { id: runId, what: "Run" }, "member");
  await requestRunStop(services.db, runId, services.clock.now());
}
