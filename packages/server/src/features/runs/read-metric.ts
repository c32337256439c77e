import type { Querier } from "../../db/database.ts";
import { findFirstStep, findGreatestStep, findOverlapping } from "../../db/queries/run-lines.ts";
import type { BlockRow } from "../../db/queries/run-metric-blocks.ts";
import { findBlocks } from "../../db/queries/run-metric-blocks.ts";
import type { RunRow } from "../../db/queries/runs.ts";
import { notFound } from "../../domain/failure.ts";
import { decodeColumn } from "../../domain/metrics/block.ts";
import type { Bucket } from "../../domain/metrics/downsample.ts";
import { makeDownsampler } from "../../domain/metrics/downsample.ts";
import { readRow, stepOf, valueAt } from "../../domain/run-history.ts";
import { readKeys } from "../../domain/run-history-keys.ts";
import { linesOf } from "../../domain/run-lines.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { requireProject } from "../access/index.ts";
import { findRun } from "./find-run.ts";

export type RunAddress = { entity: string; project: string; run: string };

export type MetricQuery = RunAddress & {
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
 * One metric of a run over its steps, in buckets that keep the minimum and the maximum. Reads the columns of that metric
 * and of the steps, and only those lines that are in no column yet. A line without a step counts by its index.
 * Throws not_found for a run that the viewer may not see, and for a metric that it has not logged.
 */
export async function readMetric(services: Pick<Services, "db">, viewer: Viewer, query: MetricQuery): Promise<MetricSeries> {
  const run = await requireVisibleRun(services, viewer, query);
  const { metric, buckets } = query;
  if (!readKeys(run.history_keys).has(metric)) throw notFound(`Metric "${metric}"`);
  const min = query.minStep ?? (await findFirstStep(services.db, run.id)) ?? 0;
  const max = query.maxStep ?? (await findGreatestStep(services.db, run.id)) ?? run.history_lines;
  const sampler = makeDownsampler({ min, max, buckets });
  for await (const [steps, values] of pairedBlocks(services.db, run.id, metric)) {
    const column = decodeColumn(values.body);
    const stepAt = stepsOf(steps, values.first_line);
    // By index: an iterator over a million values costs as much as all the rest.
    for (let index = 0; index < column.values.length; index += 1) sampler.add(stepAt(column.lines === null ? index : (column.lines[index] ?? 0)), column.values[index] ?? 0);
  }
  await addLines(services.db, run.id, { from: run.column_lines, to: run.history_lines, metric, add: sampler.add });
  return { metric, buckets: sampler.buckets() };
}

export type MetricSummary = { metric: string; count: number; last: number | null };

/** The metrics of a run by name: how many numbers it has logged of each, and the last value where it is a finite number. */
export async function listMetrics(services: Pick<Services, "db">, viewer: Viewer, address: RunAddress): Promise<MetricSummary[]> {
  const keys = readKeys((await requireVisibleRun(services, viewer, address)).history_keys);
  const numbers = [...keys].flatMap(([metric, { counts, last }]) => (counts["number"] === undefined ? [] : [{ metric, count: counts["number"], last: typeof last === "number" ? last : null }]));
  return numbers.sort((a, b) => (a.metric < b.metric ? -1 : 1));
}

async function requireVisibleRun(services: Pick<Services, "db">, viewer: Viewer, { entity, project: name, run }: RunAddress): Promise<RunRow> {
  const found = await findRun(services, await requireProject(services.db, viewer, { entity, name }, "viewer"), run);
  if (found === null) throw notFound(`Run "${entity}/${name}/${run}"`);
  return found;
}

const blocksAtOnce = 64;

/** The blocks of a metric, each with that of the steps of the same lines, where there is one. */
async function* pairedBlocks(db: Querier, runId: number, metric: string): AsyncGenerator<[BlockRow | undefined, BlockRow]> {
  const pageFrom = (line: number): Promise<[BlockRow[], BlockRow[]]> =>
    Promise.all([findBlocks(db, runId, metric, { line, limit: blocksAtOnce }), findBlocks(db, runId, "_step", { line, limit: blocksAtOnce })]);
  for (let page = pageFrom(0); ; ) {
    const [values, stepBlocks] = await page;
    const last = values.at(-1);
    if (last === undefined) return;
    // On its way while these are looked at.
    page = pageFrom(last.first_line + 1);
    const steps = new Map(stepBlocks.map((block) => [block.first_line, block]));
    for (const block of values) {
      const own = steps.get(block.first_line);
      // Where the metric is logged now and then its blocks lie far apart: the steps of a later one are asked for by themselves.
      yield [own ?? (await findBlocks(db, runId, "_step", { line: block.first_line, limit: 1 })).find(({ first_line }) => first_line === block.first_line), block];
    }
  }
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
