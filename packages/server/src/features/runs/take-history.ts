import type { Transaction } from "../../db/database.ts";
import type { LockedRun } from "../../db/queries/run-lock.ts";
import type { ReadLine, RunReport } from "../../domain/run.ts";
import { rangeOf, stepOf } from "../../domain/run-history.ts";
import { addRows, readKeys, writeKeys } from "../../domain/run-history-keys.ts";
import { appendedLines } from "../../domain/run-lines.ts";
import { cutColumns, sealColumns } from "./columns.ts";
import { writeLines } from "./write-lines.ts";

type Row = ReadLine["value"];

export type HistoryTaken = {
  historyLines: number;
  lastStep: number | null;
  /** Null: as they were. */
  historyKeys: string | null;
  historyRewrites: number;
  columnLines: number;
  /** The lines that were not there before, in their order. */
  appended: readonly Row[];
};

/** Stores a report's part of the history, as lines and, once there are enough, in columns. The caller has locked the run. */
export async function takeHistory(tx: Transaction, run: LockedRun, incoming: RunReport["history"], at: Date): Promise<HistoryTaken> {
  const before = { historyLines: run.history_lines, lastStep: run.last_step, historyKeys: null, historyRewrites: run.history_rewrites, columnLines: run.column_lines, appended: [] };
  if (incoming === null || incoming.lines.length === 0) return before;
  // The script counts its own lines only.
  const offset = incoming.offset + run.inherited_lines;
  const stepsRead = new Map(incoming.lines.map(({ value }, index) => [offset + index, stepOf(value)]));
  const texts = { offset, lines: incoming.lines.map(({ text }) => text) };
  const write = await writeLines(tx, { runId: run.id, entityId: run.entity_id, stream: "history", ...texts, known: run.history_lines, at, stepsRead });
  const appended = appendedLines(write, { offset, lines: incoming.lines }).map(({ value }) => value);
  const historyLines = Math.max(run.history_lines, offset + incoming.lines.length);
  // What replaces lines, leaves a gap, or fills one makes an order that was judged already another one.
  const inOrder = offset === run.history_lines;
  const columnLines = inOrder ? run.column_lines : await cutColumns(tx, run, { from: offset, columnLines: run.column_lines });
  return {
    historyLines,
    lastStep: greatest(run.last_step, rangeOf([...stepsRead.values()])?.max ?? null),
    historyKeys: appended.length === 0 ? null : countKeys(run.history_keys, appended),
    historyRewrites: run.history_rewrites + (inOrder ? 0 : 1),
    // A report that took lines out of columns puts none in: many that come late would each read everything anew.
    columnLines: columnLines < run.column_lines ? columnLines : await sealColumns(tx, run, { known: historyLines, columnLines }),
    appended,
  };
}

function countKeys(stored: string, appended: readonly Row[]): string {
  const keys = readKeys(stored);
  addRows(keys, appended);
  return writeKeys(keys);
}

const greatest = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));
