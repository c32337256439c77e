import { lockRun } from "../../db/queries/run-lock.ts";
import { setRunStatus } from "../../db/queries/runs.ts";
import { conflict, invalidAt } from "../../domain/failure.ts";
import { mayMove } from "../../domain/run-state.ts";
import { runStates } from "../../domain/run.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { captureRunState } from "./capture-run-state.ts";
import { requireRun } from "./find-run.ts";

/** Puts a run into another state by hand: back to pending, or to failed. Not for runs of a sweep. Needs the role member. Captures RUN_STATE. */
export async function moveRunState(services: Pick<Services, "db" | "clock" | "pipeline" | "publicUrl">, viewer: Viewer, runId: number, state: string): Promise<void> {
  const wanted = runStates.find((known) => known === state);
  if (wanted === undefined) throw invalidAt("state", `"${state.slice(0, 40)}" is not a state; use one of ${runStates.join(", ")}`);
  await services.db.transaction(async (tx) => {
    const run = requireRun(await lockRun(tx, viewer.userId, { id: runId }), "member", "");
    if (run.sweep_name !== null) throw conflict("The state of a sweep's run is up to the sweep.");
    if (!mayMove(run.state, wanted)) throw conflict(`A run that is ${run.state} cannot be set to ${wanted}.`);
    await setRunStatus(tx, runId, { state: wanted, exitCode: null, stopRequested: false }, services.clock.now());
    await captureRunState(services, tx, { runId, before: run.state, after: wanted, author: viewer.username, causedBy: viewer.causedBy });
  });
}
