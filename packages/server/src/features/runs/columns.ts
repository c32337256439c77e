import type { Transaction } from "../../db/database.ts";
import { findOverlapping } from "../../db/queries/run-lines.ts";
import { cutBlocks, insertBlocks } from "../../db/queries/run-metric-blocks.ts";
import { columnsOf, encodeColumn } from "../../domain/metrics/block.ts";
import { readRow } from "../../domain/run-history.ts";
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
  const rows: Readonly<Record<string, unknown>>[] = [];
  for (const chunk of chunks) {
    // A line that has not come yet, between others that have: columns end before it.
    if (chunk.firstLine > range.from + rows.length) break;
    for (const [index, line] of linesOf(chunk).entries()) {
      const number = chunk.firstLine + index;
      if (number === range.from + rows.length && number < range.to) rows.push(readRow(line));
    }
  }
  if (rows.length < fewestLines) return columnLines;
  const blocks = [...columnsOf(rows)].map(([metric, column]) => ({ metric, body: encodeColumn(column) }));
  await insertBlocks(tx, { id: run.id, entityId: run.entity_id }, { first: range.from, count: rows.length }, blocks);
  return range.from + rows.length;
}

/** Takes lines from `from` on out of the columns, which is done by whole blocks; gives how many lines are in columns then. */
export async function cutColumns(tx: Transaction, run: Run, { from, columnLines }: { from: number; columnLines: number }): Promise<number> {
  if (from >= columnLines) return columnLines;
  return (await cutBlocks(tx, run.id, from)) ?? from;
}
