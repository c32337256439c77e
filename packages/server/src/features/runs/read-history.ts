import type { RunRow } from "../../db/queries/runs.ts";
import { invalidAt } from "../../domain/failure.ts";
import { makeSampler, readRow, stepOf, valueAt } from "../../domain/run-history.ts";
import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import type { Services } from "../services.ts";
import { streamLines } from "./read-lines.ts";

type Needs = Pick<Services, "db">;
type Row = Readonly<Record<string, unknown>>;

const normalSamples = 500;
const mostSamples = 100_000;
const sampleCount = (asked: number | null): number => Math.max(1, Math.min(asked ?? normalSamples, mostSamples));

export type HistoryWindow = {
  samples: number | null;
  minStep: number | null;
  /** Not included. */
  maxStep: number | null;
};

/**
 * Lines of history or system metrics as they were logged, at most `samples` of them, evenly spread. A window no wider
 * than `samples` steps is given whole, even where a step has several lines: that is how clients page through it all.
 */
export async function readHistory(services: Needs, run: Pick<RunRow, "id">, stream: "history" | "events", window: HistoryWindow): Promise<string[]> {
  const { minStep, maxStep } = window;
  const samples = sampleCount(window.samples);
  if (minStep === null && maxStep === null) return await sampleLines(streamLines(services, { runId: run.id, stream, steps: null }), samples);
  const min = minStep ?? Number.NEGATIVE_INFINITY;
  const max = maxStep ?? Number.POSITIVE_INFINITY;
  const within = inWindow(streamLines(services, { runId: run.id, stream, steps: { min, max } }), (step) => step >= min && step < max);
  return await sampleLines(within, max - min <= samples ? Number.MAX_SAFE_INTEGER : samples);
}

async function sampleLines(lines: AsyncIterable<string>, most: number): Promise<string[]> {
  const sampler = makeSampler<string>(most);
  for await (const line of lines) sampler.add(line);
  return sampler.items();
}

async function* inWindow(lines: AsyncIterable<string>, holds: (step: number) => boolean): AsyncGenerator<string> {
  for await (const line of lines) {
    const step = stepOf(readRow(line));
    if (step !== null && holds(step)) yield line;
  }
}

/** What one series of a chart asks for. Both steps are included. */
export type SampleSpec = { keys: readonly string[]; samples: number | null; minStep: number | null; maxStep: number | null };

/** Reads `{"keys": […], "samples": n, "minStep": n, "maxStep": n}`. Throws "invalid", with the path. */
export function readSampleSpec(text: string, path: string): SampleSpec {
  const parsed = parseTolerantJson(text);
  if (!parsed.ok || !isRecord(parsed.value)) throw invalidAt(path, "must be a JSON object in a string");
  const { keys, samples, minStep, maxStep } = parsed.value;
  const names: readonly unknown[] = Array.isArray(keys) ? keys : [];
  return { keys: names.filter((key) => typeof key === "string"), samples: numberOrNull(samples), minStep: numberOrNull(minStep), maxStep: numberOrNull(maxStep) };
}

const numberOrNull = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** Rows that hold all the keys, with nothing but those (everything where no key is named), evenly spread. */
export async function sampleRows(services: Needs, run: Pick<RunRow, "id">, spec: SampleSpec): Promise<Row[]> {
  const min = spec.minStep ?? Number.NEGATIVE_INFINITY;
  const max = spec.maxStep ?? Number.POSITIVE_INFINITY;
  const bounded = spec.minStep !== null || spec.maxStep !== null;
  const samples = sampleCount(spec.samples);
  const sampler = makeSampler<Row>(max - min < samples ? Number.MAX_SAFE_INTEGER : samples);
  for await (const line of streamLines(services, { runId: run.id, stream: "history", steps: bounded ? { min, max } : null })) {
    const row = readRow(line);
    const step = stepOf(row) ?? Number.NaN;
    if (bounded && !(step >= min && step <= max)) continue;
    const picked = pickKeys(row, spec.keys);
    if (picked !== null) sampler.add(picked);
  }
  return sampler.items();
}

function pickKeys(row: Row, keys: readonly string[]): Row | null {
  if (keys.length === 0) return row;
  const picked = keys.map((key): [string, unknown] => [key, valueAt(row, key)]);
  return picked.some(([, value]) => value === undefined) ? null : Object.fromEntries(picked);
}
