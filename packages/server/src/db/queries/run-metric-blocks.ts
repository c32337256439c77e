import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

/** One metric's numbers among consecutive lines of a run's history. */
export type BlockRow = { metric: string; first_line: number; line_count: number; body: Buffer };

const insert = sql("run_metric_blocks_insert", `
  insert into run_metric_blocks (run_id, entity_id, metric, first_line, line_count, body, cells)
  select $1, $2, metric, $3, $4, decode(body, 'base64'), decode(cells, 'base64') from unnest($5::text[], $6::text[], $7::text[]) as block (metric, body, cells)`);

/** `cells`: what is left of each 64 of its numbers, where that spares much. */
export type NewBlock = { metric: string; body: Buffer; cells: Buffer | null };

/** Stores the numbers of consecutive lines, one row a metric. */
export async function insertBlocks(tx: Transaction, run: { id: number; entityId: number }, lines: { first: number; count: number }, blocks: readonly NewBlock[]): Promise<void> {
  if (blocks.length === 0) return;
  const texts = [blocks.map(({ metric }) => metric), blocks.map(({ body }) => body.toString("base64")), blocks.map(({ cells }) => cells?.toString("base64") ?? null)];
  await tx.query(insert, [run.id, run.entityId, lines.first, lines.count, ...texts]);
}

// Blocks of all metrics begin at the same lines, so what remains of the columns ends where the first block that goes began.
const cut = sql("run_metric_blocks_cut", `
  with gone as (delete from run_metric_blocks where run_id = $1 and first_line + line_count > $2 returning first_line)
  select min(first_line) as first_line from gone`);

/** Removes the blocks that hold the line or come after it; gives the first line that is not in blocks any more, null when none went. */
export async function cutBlocks(tx: Transaction, runId: number, fromLine: number): Promise<number | null> {
  const [row] = await tx.query<{ first_line: number | null }>(cut, [runId, fromLine]);
  return row?.first_line ?? null;
}

const newest = sql("run_metric_blocks_newest", `
  select metric, first_line, line_count, body from run_metric_blocks
  where run_id = $1 and metric = $2 and first_line < $3 order by first_line desc limit $4`);

/** The last blocks of a metric that begin before the line, the newest first. */
export const findNewestBlocks = (db: Querier, runId: number, metric: string, page: { before: number; limit: number }): Promise<BlockRow[]> =>
  db.query<BlockRow>(newest, [runId, metric, page.before, page.limit]);

const page = sql("run_metric_blocks_page", `
  select metric, first_line, line_count, body from run_metric_blocks
  where run_id = $1 and metric = $2 and first_line >= $3 order by first_line limit $4`);

/** The blocks of a metric in their order. */
export const findBlocks = (db: Querier, runId: number, metric: string, from: { line: number; limit: number }): Promise<BlockRow[]> =>
  db.query<BlockRow>(page, [runId, metric, from.line, from.limit]);

const cells = sql("run_metric_blocks_cells", `
  select first_line, cells from run_metric_blocks where run_id = $1 and metric = $2 and first_line >= $3 order by first_line limit $4`);

/** The blocks of a metric in their order, by what is left of their numbers; null where nobody has put that together. */
export const findCells = (db: Querier, runId: number, metric: string, from: { line: number; limit: number }): Promise<{ first_line: number; cells: Buffer | null }[]> =>
  db.query<{ first_line: number; cells: Buffer | null }>(cells, [runId, metric, from.line, from.limit]);

const chosen = sql("run_metric_blocks_chosen", `
  select metric, first_line, line_count, body from run_metric_blocks where run_id = $1 and metric = any ($2::text[]) and first_line = any ($3::integer[])`);

/** Those blocks of the metrics that begin at the lines, in no order. */
export const findBlocksAt = (db: Querier, runId: number, metrics: readonly string[], firstLines: readonly number[]): Promise<BlockRow[]> =>
  db.query<BlockRow>(chosen, [runId, metrics, firstLines]);
