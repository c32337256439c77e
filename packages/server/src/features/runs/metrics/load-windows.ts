import type { Querier } from "../../../db/database.ts";
import { findOverlapping } from "../../../db/queries/run-lines.ts";
import { findNewestBlocks } from "../../../db/queries/run-metric-blocks.ts";
import { decodeColumn } from "../../../domain/metrics/block.ts";
import type { Windows } from "../../../domain/metrics/index.ts";
import { collectPoints } from "../../../domain/metrics/collect-points.ts";
import { readRow } from "../../../domain/run-history.ts";
import { readKeys } from "../../../domain/run-history-keys.ts";
import { linesWithin } from "../../../domain/run-lines.ts";
import type { LineStream } from "../../../domain/run.ts";

export type LoggedSoFar = { runId: number; historyLines: number; eventLines: number; columnLines: number; /** What the history has, as text. */ historyKeys: string };

/** Values of one metric, gathered from the newest to the oldest. */
type Gathered = { needed: number; parts: Float64Array[]; count: number };

const eventPage = 2_000;

/**
 * The newest values of the watched metrics among a run's first lines, for when they are not in memory: after a start, a
 * rewind, or a change of the automations. Reads the lines that are not in columns yet, and of the columns only the last
 * blocks of the metrics that the run has logged.
 */
export async function loadWindows(db: Querier, run: LoggedSoFar, needed: ReadonlyMap<string, number>): Promise<Windows> {
  const gathered = new Map([...needed].map(([metric, count]): [string, Gathered] => [metric, { needed: count, parts: [], count: 0 }]));
  // In the order in which the values came last: system metrics, lines, columns.
  await gatherEvents(db, run, new Map([...gathered].filter(([metric]) => metric.startsWith("system."))));
  await gatherLines(db, { runId: run.runId, stream: "history", from: run.columnLines, to: run.historyLines }, gathered);
  const keys = readKeys(run.historyKeys);
  await Promise.all([...gathered].map(([metric, values]) => (keys.has(metric) ? gatherColumn(db, run, metric, values) : null)));
  return new Map([...gathered].filter(([, { count }]) => count > 0).map(([metric, values]) => [metric, joinNewest(values)]));
}

async function gatherEvents(db: Querier, run: LoggedSoFar, metrics: ReadonlyMap<string, Gathered>): Promise<void> {
  for (let to = run.eventLines; to > 0 && wanting(metrics).length > 0; to -= eventPage) {
    await gatherLines(db, { runId: run.runId, stream: "events", from: Math.max(0, to - eventPage), to }, metrics);
  }
}

type LineRange = { runId: number; stream: LineStream; from: number; to: number };

async function gatherLines(db: Querier, { runId, stream, from, to }: LineRange, metrics: ReadonlyMap<string, Gathered>): Promise<void> {
  if (from >= to || metrics.size === 0) return;
  const chunks = await findOverlapping(db, runId, stream, { from, to });
  const rows = chunks.flatMap((chunk) => linesWithin(chunk, { from, to })).map(readRow);
  for (const [metric, { values }] of collectPoints(rows, metrics, 0).metrics) addOlder(metrics.get(metric), Float64Array.from(values));
}

async function gatherColumn(db: Querier, run: LoggedSoFar, metric: string, gathered: Gathered): Promise<void> {
  let before = run.columnLines;
  for (let limit = 1; gathered.count < gathered.needed; limit = Math.min(16, limit * 2)) {
    const blocks = await findNewestBlocks(db, run.runId, metric, { before, limit });
    const last = blocks.at(-1);
    if (last === undefined) return;
    for (const { body } of blocks) addOlder(gathered, decodeColumn(body).values.filter(Number.isFinite));
    before = last.first_line;
  }
}

const wanting = (metrics: ReadonlyMap<string, Gathered>): string[] => [...metrics].filter(([, { needed, count }]) => count < needed).map(([metric]) => metric);

function addOlder(to: Gathered | undefined, values: Float64Array): void {
  if (to === undefined || to.count >= to.needed) return;
  to.parts.unshift(values);
  to.count += values.length;
}

function joinNewest({ needed, parts, count }: Gathered): Float64Array {
  const all = new Float64Array(count);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.slice(Math.max(0, count - needed));
}
