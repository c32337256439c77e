import type { Querier } from "../../../db/database.ts";
import type { ReplayedRun, TimedChunk } from "../../../db/queries/backtest.ts";
import { findBlocksAt, findTimedChunks } from "../../../db/queries/backtest.ts";
import { findBlocks } from "../../../db/queries/run-metric-blocks.ts";
import type { Column } from "../../../domain/metrics/block.ts";
import { decodeColumn } from "../../../domain/metrics/block.ts";
import { collectPoints } from "../../../domain/metrics/collect-points.ts";
import type { NewLines, Points } from "../../../domain/metrics/index.ts";
import { readRow } from "../../../domain/run-history.ts";
import { readKeys } from "../../../domain/run-history-keys.ts";
import type { LineStream } from "../../../domain/run.ts";

const chunksAtOnce = 50;

/**
 * What a run has logged of some metrics, in the order in which it was judged. From columns where they tell it all: every
 * line says when it was logged, and no system metrics come between the lines. Else from the lines.
 */
export async function* replayLines(db: Querier, run: ReplayedRun, metrics: ReadonlySet<string>): AsyncGenerator<NewLines> {
  const withSystem = [...metrics].some((metric) => metric.startsWith("system."));
  const timed = readKeys(run.history_keys).get("_timestamp")?.counts["number"] === run.history_lines;
  const inColumns = withSystem || !timed ? 0 : run.column_lines;
  if (inColumns > 0) yield* replayColumns(db, run, [...metrics]);
  const history = timedChunks(db, run.id, "history", inColumns);
  const chunks = withSystem ? inOrderOfArrival(history, timedChunks(db, run.id, "events", 0)) : history;
  for await (const { first_line: first, body, created_at: at } of chunks) {
    const rows = body.split("\n").slice(Math.max(0, inColumns - first)).map(readRow);
    yield collectPoints(rows, metrics, at.getTime());
  }
}

async function* timedChunks(db: Querier, runId: number, stream: LineStream, from: number): AsyncGenerator<TimedChunk> {
  for (let after = 0; ; ) {
    const chunks = await findTimedChunks(db, runId, stream, { from, after, limit: chunksAtOnce });
    yield* chunks;
    const last = chunks.at(-1);
    if (last === undefined) return;
    after = last.first_line + 1;
  }
}

/** Of one report the history counts first. */
async function* inOrderOfArrival(history: AsyncGenerator<TimedChunk>, events: AsyncGenerator<TimedChunk>): AsyncGenerator<TimedChunk> {
  let event = await events.next();
  for await (const chunk of history) {
    for (; event.done !== true && event.value.created_at < chunk.created_at; event = await events.next()) yield event.value;
    yield chunk;
  }
  for (; event.done !== true; event = await events.next()) yield event.value;
}

async function* replayColumns(db: Querier, run: ReplayedRun, metrics: readonly string[]): AsyncGenerator<NewLines> {
  for (let line = 0; ; ) {
    const times = await findBlocks(db, run.id, "_timestamp", { line, limit: 16 });
    const last = times.at(-1);
    if (last === undefined) return;
    for (const { first_line: first, body, line_count: count } of times) {
      const blocks = new Map((await findBlocksAt(db, run.id, ["_step", ...metrics], first)).map((block) => [block.metric, decodeColumn(block.body)]));
      yield linesOf(count, decodeColumn(body), blocks);
    }
    line = last.first_line + 1;
  }
}

function linesOf(count: number, times: Column, blocks: ReadonlyMap<string, Column>): NewLines {
  const at = Array.from(times.values, (seconds) => seconds * 1_000);
  const steps = new Array<number | null>(count).fill(null);
  const stepColumn = blocks.get("_step");
  if (stepColumn !== undefined) for (const [index, line] of linesIn(stepColumn).entries()) steps[line] = finiteOrNull(stepColumn.values[index]);
  const metrics = new Map<string, Points>();
  for (const [metric, column] of blocks) {
    const lines = linesIn(column);
    const kept = lines.map((_, index) => index).filter((index) => Number.isFinite(column.values[index]));
    if (kept.length > 0) metrics.set(metric, { lines: kept.map((index) => lines[index] ?? 0), values: kept.map((index) => column.values[index] ?? 0) });
  }
  return { at, steps, metrics };
}

const linesIn = ({ lines, values }: Column): number[] => (lines === null ? Array.from(values, (_, index) => index) : [...lines]);

const finiteOrNull = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);
