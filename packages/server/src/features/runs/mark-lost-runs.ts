import { markLostRuns } from "../../db/queries/run-events.ts";
import { noViewer } from "../access/index.ts";
import type { Services } from "../services.ts";
import { captureRunState } from "./capture-run-state.ts";

const mostAtOnce = 100;

/**
 * Marks the runs whose script has not been heard of for `silentMs` milliseconds: crashed, or preempted where the machine
 * was about to be taken away. A later report brings such a run back. Gives how many runs it marked. Captures RUN_STATE.
 */
export async function markRunsLost(services: Pick<Services, "db" | "clock" | "pipeline" | "publicUrl">, silentMs: number): Promise<number> {
  noViewer("the server itself finds that a script has gone silent");
  const at = services.clock.now();
  const silentSince = new Date(at.getTime() - silentMs);
  for (let marked = 0; ; ) {
    const lost = await services.db.transaction(async (tx) => {
      const runs = await markLostRuns(tx, { silentSince, limit: mostAtOnce, at });
      for (const { id, before, after } of runs) await captureRunState(services, tx, { runId: id, before, after, author: null });
      return runs.length;
    });
    marked += lost;
    if (lost < mostAtOnce) return marked;
  }
}
