import type { Transaction } from "../../db/database.ts";
import { findOverlapping } from "../../db/queries/run-lines.ts";
import type { NewBlock } from "../../db/queries/run-metric-blocks.ts";
import { cutBlocks, insertBlocks } from "../../db/queries/run-metric-blocks.ts";
import type { Column } from "../../domain/metrics/block.ts";
import { columnsOf, encodeColumn } from "../../domain/metrics/block.ts";
import { cellsOf, encodeCells } from "../../domain/metrics/cells.ts";
import { readRow, stepOf } from "../../domain/run-history.ts";
import { linesOf } from "../../domain/run-lines.ts";

/** So many lines at least are put into columns together: fewer would make rows of the table that hold hardly anything. */
const fewestLines = 4_096;
/** And so many at most, which bounds what one report can cost. */
const mostLines = 16_384;

/** Runs of a sweep begin together and log alike: without this all of them would do it in the same second. */
const staggerOf = ({ id }: Run): number => (id % 8) * (fewestLines / 8);

type Run = { id: number; entity_id: number };

/**
 * Puts the next lines of a history into columns as soon as there are enough of them; the newest lines stand as lines
 * only. `known` is how many lines there are, `columnLines` how many are in columns already; gives how many are then.
 */
export async function sealColumns(tx: Transaction, run: Run, { known, columnLines }: { known: number; columnLines: number }): Promise<number> {
  if (known - columnLines < fewestLines + staggerOf(run)) return columnLines;
  const range = { from: columnLines, to: Math.min(known, columnLines + mostLines) };
  const chunks = await findOverlapping(tx, run.id, "history", range);
  // A line that has not come, between others that have, stands there without numbers until it comes.
  const rows = new Array<Readonly<Record<string, unknown>>>(range.to - range.from).fill({});
  for (const chunk of chunks) {
    for (const [index, line] of linesOf(chunk).entries()) {
      const number = chunk.firstLine + index;
      if (number >= range.from && number < range.to) rows[number - range.from] = readRow(line);
    }
  }
  const blocks = [...columnsOf(rows)].map(([metric, column]) => blockOf(metric, column, (line) => stepOf(rows[line] ?? {}) ?? range.from + line));
  await insertBlocks(tx, { id: run.id, entityId: run.entity_id }, { first: range.from, count: rows.length }, blocks);
  return range.from + rows.length;
}

/** A body up to this size is read as fast as its cells would be. */
const smallBody = 4_096;

function blockOf(metric: string, column: Column, stepAt: (line: number) => number): NewBlock {
  const body = encodeColumn(column);
  return { metric, body, cells: body.length <= smallBody ? null : encodeCells(cellsOf(column, stepAt)) };
}

/** Takes lines from `from` on out of the columns, which is done by whole blocks; gives how many lines are in columns then. */
export async function cutColumns(tx: Transaction, run: Run, { from, columnLines }: { from: number; columnLines: number }): Promise<number> {
  if (from >= columnLines) return columnLines;
  return (await cutBlocks(tx, run.id, from)) ?? from;
}
