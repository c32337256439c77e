import { limitInheritedLines } from "../../db/queries/run-forks.ts";
import { findGreatestStep } from "../../db/queries/run-lines.ts";
import type { LockedRun } from "../../db/queries/run-lock.ts";
import { lockRun } from "../../db/queries/run-lock.ts";
import { saveProgress } from "../../db/queries/run-report.ts";
import type { RunRow } from "../../db/queries/runs.ts";
import { setRunStatus } from "../../db/queries/runs.ts";
import type { Transaction } from "../../db/database.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import { readRow } from "../../domain/run-history.ts";
import { readKeys, removeRows, writeKeys } from "../../domain/run-history-keys.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireProject } from "../access/index.ts";
import type { VisibleProject } from "../access/index.ts";
import type { Services } from "../services.ts";
import { findRunById, requireRun } from "./find-run.ts";
import { firstLineAfter } from "./first-line-after.ts";
import { defaultPath } from "./default-path.ts";
import { cutColumns } from "./columns.ts";
import { cutLines } from "./write-lines.ts";

export type RewindInput = { /** Null: the viewer's own. */ entity: string | null; project: string | null; run: string; metric: string; value: number };

/** Takes a run back to a step: the history after it is removed, and the run goes on from there. Needs the role member. */
export async function rewindRun(services: Pick<Services, "db" | "clock">, viewer: Viewer, input: RewindInput): Promise<{ run: RunRow; project: VisibleProject }> {
  noEvent("a rewind changes what a run has logged, not its state");
  if (input.metric !== "_step") throw invalidAt("metricName", `a run can be rewound along "_step", not along "${input.metric.slice(0, 60)}"`);
  const { entity, name } = defaultPath(viewer, input);
  const project = await requireProject(services.db, viewer, { entity, name }, "member");
  const at = services.clock.now();
  const run = await services.db.transaction(async (tx) => {
    const locked = requireRun(await lockRun(tx, viewer.userId, { projectId: project.id, name: input.run }), "member", ` "${entity}/${name}/${input.run}"`);
    await cutHistory(tx, locked, input.value, at);
    await setRunStatus(tx, locked.id, { state: "running", exitCode: null, stopRequested: false }, at);
    return await findRunById(tx, locked.id);
  });
  if (run === null) throw notFound("Run");
  return { run, project };
}

async function cutHistory(tx: Transaction, run: LockedRun, step: number, at: Date): Promise<void> {
  const from = await firstLineAfter(tx, run.id, step);
  if (from === null) return;
  const removed = await cutLines(tx, run, { stream: "history", from, known: run.history_lines, at });
  const keys = readKeys(run.history_keys);
  removeRows(keys, removed.map(readRow));
  await saveProgress(tx, run.id, {
    state: run.state, exitCode: run.exit_code, historyLines: from, eventLines: run.event_lines, logLines: run.log_lines,
    historyRewrites: run.history_rewrites + 1, columnLines: await cutColumns(tx, run, { from, columnLines: run.column_lines }),
    lastStep: await findGreatestStep(tx, run.id), historyKeys: writeKeys(keys), summary: null, systemMetrics: null, at,
  });
  if (run.inherited_lines > from) await limitInheritedLines(tx, run.id, from);
}
