import type { LineStream } from "../../domain/run.ts";
import type { Chunk } from "../../domain/run-lines.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

type ChunkRow = { first_line: number; line_count: number; body: string };

const toChunk = (row: ChunkRow): Chunk => ({ firstLine: row.first_line, lineCount: row.line_count, body: row.body });

// Chunks never overlap, so the one that holds line $3 is the last that starts at or before it: the index finds it
// without a walk over all earlier chunks.
const overlapping = sql("run_lines_overlapping", `
  select first_line, line_count, body from run_line_chunks
  where run_id = $1 and stream = $2 and first_line < $4 and first_line + line_count > $3
    and first_line >= coalesce((select max(first_line) from run_line_chunks where run_id = $1 and stream = $2 and first_line <= $3), 0)
  order by first_line`);

/** The chunks that hold any of the lines from `from` to before `to`, in order. */
export async function findOverlapping(db: Querier, runId: number, stream: LineStream, lines: { from: number; to: number }): Promise<Chunk[]> {
  return (await db.query<ChunkRow>(overlapping, [runId, stream, lines.from, lines.to])).map(toChunk);
}

const remove = sql("run_lines_delete", "delete from run_line_chunks where run_id = $1 and stream = $2 and first_line = any($3::integer[])");

export async function deleteChunks(db: Querier, runId: number, stream: LineStream, firstLines: readonly number[]): Promise<void> {
  await db.query(remove, [runId, stream, firstLines]);
}

const insert = sql("run_lines_insert", `
  insert into run_line_chunks (run_id, stream, first_line, line_count, entity_id, body, body_length, min_step, max_step, created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`);

export type NewChunk = Chunk & { runId: number; entityId: number; stream: LineStream; steps: { min: number; max: number } | null; at: Date };

export async function insertChunk(db: Querier, chunk: NewChunk): Promise<void> {
  await db.query(insert, [
    chunk.runId, chunk.stream, chunk.firstLine, chunk.lineCount, chunk.entityId, chunk.body, chunk.body.length, chunk.steps?.min ?? null, chunk.steps?.max ?? null, chunk.at,
  ]);
}

// The inner query walks the index and touches no body; the outer one loads only as many bodies as were asked for.
const page = sql("run_lines_page", `
  select first_line, line_count, body from (
    select first_line, line_count, body, sum(body_length) over (order by first_line) - body_length as before
    from (select first_line, line_count, body, body_length from run_line_chunks
          where run_id = $1 and stream = $2 and first_line >= $3 order by first_line limit 1000) as next_chunks
  ) as measured where before < $4 order by first_line`);

const stepPage = sql("run_lines_step_page", `
  select first_line, line_count, body from (
    select first_line, line_count, body, sum(body_length) over (order by first_line) - body_length as before
    from (select first_line, line_count, body, body_length from run_line_chunks
          where run_id = $1 and stream = $2 and first_line >= $3 and max_step >= $5 and min_step <= $6 order by first_line limit 1000) as next_chunks
  ) as measured where before < $4 order by first_line`);

/** About what one page of chunks may weigh in memory, in UTF-16 units. */
const pageLength = 4 << 20;

export type ChunkRange = { runId: number; stream: LineStream; steps: { min: number; max: number } | null };

/** The next chunks that start at or after a line, a few megabytes at most (one chunk at least); empty at the end. */
export async function readChunkPage(db: Querier, range: ChunkRange, fromLine: number): Promise<Chunk[]> {
  const { runId, stream, steps } = range;
  const rows =
    steps === null
      ? await db.query<ChunkRow>(page, [runId, stream, fromLine, pageLength])
      : await db.query<ChunkRow>(stepPage, [runId, stream, fromLine, pageLength, steps.min, steps.max]);
  return rows.map(toChunk);
}

const last = sql("run_lines_last", "select first_line, line_count, body from run_line_chunks where run_id = $1 and stream = $2 order by first_line desc limit 1");

export async function findLastChunk(db: Querier, runId: number, stream: LineStream): Promise<Chunk | null> {
  const [row] = await db.query<ChunkRow>(last, [runId, stream]);
  return row === undefined ? null : toChunk(row);
}

const firstStep = sql("run_lines_first_step", "select min_step from run_line_chunks where run_id = $1 and stream = 'history' and min_step is not null order by first_line limit 1");

export async function findFirstStep(db: Querier, runId: number): Promise<number | null> {
  return (await db.query<{ min_step: number }>(firstStep, [runId]))[0]?.min_step ?? null;
}

const greatestStep = sql("run_lines_greatest_step", "select max(max_step) as step from run_line_chunks where run_id = $1 and stream = 'history'");

export async function findGreatestStep(db: Querier, runId: number): Promise<number | null> {
  return (await db.query<{ step: number | null }>(greatestStep, [runId]))[0]?.step ?? null;
}

const firstAfterStep = sql("run_lines_first_after_step", `
  select first_line from run_line_chunks where run_id = $1 and stream = 'history' and max_step > $2 order by first_line limit 1`);

/** The first line of the first history chunk that holds a step greater than the given one. */
export async function findChunkAfterStep(db: Querier, runId: number, step: number): Promise<number | null> {
  return (await db.query<{ first_line: number }>(firstAfterStep, [runId, step]))[0]?.first_line ?? null;
}
