import type { Querier } from "../../db/database.ts";
import type { RunPath } from "../../db/queries/run-lock.ts";
import { findFirstStep, findOverlapping } from "../../db/queries/run-lines.ts";
import type { BlockRow } from "../../db/queries/run-metric-blocks.ts";
import { findBlocksAt, findCells } from "../../db/queries/run-metric-blocks.ts";
import { notFound } from "../../domain/failure.ts";
import { decodeColumn } from "../../domain/metrics/block.ts";
import { decodeCells } from "../../domain/metrics/cells.ts";
import type { Bucket, Downsampler } from "../../domain/metrics/downsample.ts";
import { makeDownsampler } from "../../domain/metrics/downsample.ts";
import { readRow, stepOf, valueAt } from "../../domain/run-history.ts";
import { readKeys } from "../../domain/run-history-keys.ts";
import { linesOf } from "../../domain/run-lines.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { requireRunAt } from "./find-run.ts";

export type MetricQuery = RunPath & {
  /** The path of a nested key, with dots. */
  metric: string;
  /** At most so many. */
  buckets: number;
  /** Null: from the first step, or to the last. Both are included. */
  minStep: number | null;
  maxStep: number | null;
};

export type MetricSeries = { metric: string; buckets: Bucket[] };

/**
 * One metric of a run over its steps, in buckets that keep the minimum and the maximum. Reads what is left of each 64
 * numbers of the metric where the buckets are wide enough for that, else its numbers; and as lines only those that are in
 * no column yet. A line without a step counts by its index.
 * Throws not_found for a run that the viewer may not see, and for a metric that it has not logged.
 */
export async function readMetric(services: Pick<Services, "db">, viewer: Viewer, query: MetricQuery): Promise<MetricSeries> {
  const run = await requireRunAt(services, viewer, query, "viewer");
  const { metric, buckets } = query;
  if (!readKeys(run.history_keys).has(metric)) throw notFound(`Metric "${metric}"`);
  const min = query.minStep ?? (await findFirstStep(services.db, run.id)) ?? 0;
  const max = query.maxStep ?? run.last_step ?? run.history_lines;
  const sampler = makeDownsampler({ min, max, buckets });
  await addColumns(services.db, run.id, metric, sampler);
  await addLines(services.db, run.id, { from: run.column_lines, to: run.history_lines, metric, add: sampler.add });
  return { metric, buckets: sampler.buckets() };
}

export type MetricSummary = { metric: string; count: number; last: number | null };

/** The metrics of a run by name: how many numbers it has logged of each, and the last value where it is a finite number. */
export async function listMetrics(services: Pick<Services, "db">, viewer: Viewer, address: RunPath): Promise<MetricSummary[]> {
  const keys = readKeys((await requireRunAt(services, viewer, address, "viewer")).history_keys);
  const numbers = [...keys].flatMap(([metric, { counts, last }]) => (counts["number"] === undefined ? [] : [{ metric, count: counts["number"], last: typeof last === "number" ? last : null }]));
  return numbers.sort((a, b) => (a.metric < b.metric ? -1 : 1));
}

const blocksAtOnce = 512;
/** A block's numbers are so much more than what is left of them. */
const bodiesAtOnce = 64;

/** Adds what stands in columns, in its order: by cells, and in between by the numbers of those blocks where cells are too coarse. */
async function addColumns(db: Querier, runId: number, metric: string, sampler: Downsampler): Promise<void> {
  for (let line = 0, full = true; full; ) {
    const blocks = await findCells(db, runId, metric, { line, limit: blocksAtOnce });
    full = blocks.length === blocksAtOnce;
    line = (blocks.at(-1)?.first_line ?? 0) + 1;
    let coarse: number[] = [];
    for (const block of blocks) {
      const cells = block.cells === null ? null : decodeCells(block.cells);
      const fine = cells !== null && sampler.fits(cells);
      if (fine || coarse.length === bodiesAtOnce) coarse = await addNumbers(db, runId, { metric, firstLines: coarse, add: sampler.add });
      if (fine) sampler.addCells(cells);
      else coarse.push(block.first_line);
    }
    await addNumbers(db, runId, { metric, firstLines: coarse, add: sampler.add });
  }
}

type BlockNumbers = { metric: string; firstLines: readonly number[]; add: Downsampler["add"] };

/** Adds the numbers of the blocks that begin at the lines, and gives none that are left. */
async function addNumbers(db: Querier, runId: number, { metric, firstLines, add }: BlockNumbers): Promise<[]> {
  if (firstLines.length === 0) return [];
  const blocks = await findBlocksAt(db, runId, [metric, "_step"], firstLines);
  const at = new Map(blocks.map((block) => [`${block.metric} ${block.first_line}`, block]));
  for (const firstLine of firstLines) {
    const values = at.get(`${metric} ${firstLine}`);
    if (values === undefined) continue;
    const column = decodeColumn(values.body);
    const stepAt = stepsOf(at.get(`_step ${firstLine}`), firstLine);
    // By index: an iterator over a million values costs as much as all the rest.
    for (let index = 0; index < column.values.length; index += 1) add(stepAt(column.lines === null ? index : (column.lines[index] ?? 0)), column.values[index] ?? 0);
  }
  return [];
}

function stepsOf(block: BlockRow | undefined, firstLine: number): (line: number) => number {
  if (block === undefined) return (line) => firstLine + line;
  const { lines, values } = decodeColumn(block.body);
  if (lines === null) return (line) => values[line] ?? firstLine + line;
  const byLine = new Map([...lines].map((line, index) => [line, values[index] ?? 0]));
  return (line) => byLine.get(line) ?? firstLine + line;
}

type LineRange = { from: number; to: number; metric: string; add(step: number, value: number): void };

async function addLines(db: Querier, runId: number, { from, to, metric, add }: LineRange): Promise<void> {
  for (const chunk of await findOverlapping(db, runId, "history", { from, to })) {
    for (const [index, text] of linesOf(chunk).entries()) {
      const line = chunk.firstLine + index;
      if (line < from || line >= to) continue;
      const row = readRow(text);
      const value = valueAt(row, metric);
      if (typeof value === "number") add(stepOf(row) ?? line, value);
    }
  }
}
