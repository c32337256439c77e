import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";

const copyChunks = sql("run_forks_copy_lines", `
  insert into run_line_chunks (run_id, stream, first_line, line_count, entity_id, body, body_length, min_step, max_step, created_at)
  select $2, stream, first_line, line_count, entity_id, body, body_length, min_step, max_step, $4 from run_line_chunks
  where run_id = $1 and stream = 'history' and first_line + line_count <= $3`);

const copyBlocks = sql("run_forks_copy_blocks", `
  with copied as (
    insert into run_metric_blocks (run_id, metric, first_line, line_count, entity_id, body, cells)
    select $2, metric, first_line, line_count, entity_id, body, cells from run_metric_blocks where run_id = $1 and first_line + line_count <= $3
    returning first_line + line_count as line
  )
  select max(line) as lines from copied`);

/** Copies those chunks and blocks of a history that lie before the line as a whole; gives how many lines stand in columns then. */
export async function copyHistory(tx: Transaction, parentId: number, childId: number, before: { line: number; at: Date }): Promise<number> {
  await tx.query(copyChunks, [parentId, childId, before.line, before.at]);
  const [row] = await tx.query<{ lines: number | null }>(copyBlocks, [parentId, childId, before.line]);
  return row?.lines ?? 0;
}

const inherit = sql("run_forks_inherit", `
  update runs set history_lines = $2, inherited_lines = $2, column_lines = $3, last_step = $4, history_keys = $5 where id = $1`);

export async function storeInherited(tx: Transaction, runId: number, history: { lines: number; columnLines: number; lastStep: number | null; keys: string }): Promise<void> {
  await tx.query(inherit, [runId, history.lines, history.columnLines, history.lastStep, history.keys]);
}

const limitInherited = sql("run_forks_limit", "update runs set inherited_lines = least(inherited_lines, $2) where id = $1");

/** After a cut: no more lines are inherited than there are. */
export async function limitInheritedLines(tx: Transaction, runId: number, lines: number): Promise<void> {
  await tx.query(limitInherited, [runId, lines]);
}
