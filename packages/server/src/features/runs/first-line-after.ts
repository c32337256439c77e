import type { Transaction } from "../../db/database.ts";
import { findChunkAfterStep, findOverlapping } from "../../db/queries/run-lines.ts";
import { readRow, stepOf } from "../../domain/run-history.ts";
import { linesOf } from "../../domain/run-lines.ts";

/** The index of the first history line with a step greater than the given one; null when there is none. */
export async function firstLineAfter(tx: Transaction, runId: number, step: number): Promise<number | null> {
  const firstLine = await findChunkAfterStep(tx, runId, step);
  if (firstLine === null) return null;
  const [chunk] = await findOverlapping(tx, runId, "history", { from: firstLine, to: firstLine + 1 });
  const within = chunk === undefined ? -1 : linesOf(chunk).findIndex((line) => (stepOf(readRow(line)) ?? Number.NEGATIVE_INFINITY) > step);
  return within === -1 ? null : firstLine + within;
}
