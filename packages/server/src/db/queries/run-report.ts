import type { RunState } from "../../domain/run.ts";
import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";

/** What a run is after a report; null leaves a text as it is. */
export type RunProgress = {
  state: RunState;
  exitCode: number | null;
  historyLines: number;
  eventLines: number;
  logLines: number;
  historyRewrites: number;
  columnLines: number;
  lastStep: number | null;
  historyKeys: string | null;
  summary: string | null;
  systemMetrics: string | null;
  at: Date;
};

const update = sql("run_report_update", `
  update runs set state = $2, exit_code = $3, history_lines = $4, event_lines = $5, log_lines = $6, last_step = $7,
    history_keys = coalesce($8, history_keys), summary = coalesce($9, summary), system_metrics = coalesce($10, system_metrics),
    updated_at = $11, heartbeat_at = $11, lines_removed_at = null, history_rewrites = $12, column_lines = $13
  where id = $1`);

export async function saveProgress(tx: Transaction, runId: number, progress: RunProgress): Promise<void> {
  await tx.query(update, [
    runId, progress.state, progress.exitCode, progress.historyLines, progress.eventLines, progress.logLines, progress.lastStep,
    progress.historyKeys, progress.summary, progress.systemMetrics, progress.at, progress.historyRewrites, progress.columnLines,
  ]);
}
