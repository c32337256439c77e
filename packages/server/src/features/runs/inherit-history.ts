import type { Transaction } from "../../db/database.ts";
import { copyHistory, storeInherited } from "../../db/queries/run-forks.ts";
import { findGreatestStep, findOverlapping } from "../../db/queries/run-lines.ts";
import { lockRun } from "../../db/queries/run-lock.ts";
import { configValues } from "../../domain/run-filter.ts";
import { readRow } from "../../domain/run-history.ts";
import { readKeys, removeRows, writeKeys } from "../../domain/run-history-keys.ts";
import { linesWithin } from "../../domain/run-lines.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isRecord } from "../../kit/cast.ts";
import { firstLineAfter } from "./first-line-after.ts";
import { writeLines } from "./write-lines.ts";

type Fork = { id: number; entityId: number; projectId: number; config: string | null };

/** Lines that are looked at together. */
const pageLines = 10_000;

/**
 * A run that says in its config that it was forked from another one of its project begins with that one's history up to
 * the step: its charts show it, and windows over metrics go on from there. A parent that does not exist leaves it empty.
 */
export async function inheritHistory(tx: Transaction, viewer: Viewer, fork: Fork, at: Date): Promise<void> {
  const point = branchPoint(fork.config);
  if (point === null) return;
  const parent = await lockRun(tx, viewer.userId, { projectId: fork.projectId, name: point.run });
  if (parent === null || parent.id === fork.id) return;
  const end = (await firstLineAfter(tx, parent.id, point.step)) ?? parent.history_lines;
  if (end === 0) return;
  const columnLines = await copyHistory(tx, parent.id, fork.id, { line: end, at });
  const [last] = await findOverlapping(tx, parent.id, "history", { from: end - 1, to: end });
  if (last !== undefined && last.firstLine + last.lineCount > end) {
    await writeLines(tx, { runId: fork.id, entityId: fork.entityId, stream: "history", offset: last.firstLine, lines: linesWithin(last, { to: end }), known: last.firstLine, at });
  }
  const keys = readKeys(parent.history_keys);
  for (let from = end; from < parent.history_lines; from += pageLines) removeRows(keys, await readRows(tx, parent.id, { from, to: Math.min(parent.history_lines, from + pageLines) }));
  await storeInherited(tx, fork.id, { lines: end, columnLines, lastStep: await findGreatestStep(tx, fork.id), keys: writeKeys(keys) });
}

async function readRows(tx: Transaction, runId: number, range: { from: number; to: number }): Promise<Readonly<Record<string, unknown>>[]> {
  const chunks = await findOverlapping(tx, runId, "history", range);
  return chunks.flatMap((chunk) => linesWithin(chunk, range)).map(readRow);
}

/** What the SDK notes of `fork_from="<run>?_step=<step>"`. */
function branchPoint(config: string | null): { run: string; step: number } | null {
  const own = config === null ? null : configValues(config)["_wandb"];
  const point = isRecord(own) ? own["branch_point"] : null;
  if (!isRecord(point)) return null;
  const { run_id: run, step } = point;
  return typeof run === "string" && typeof step === "number" && Number.isFinite(step) ? { run, step } : null;
}
