import { afterAll, expect, test } from "vitest";
import { sql } from "../../../db/database.ts";
import type { MetricWatch } from "../../../domain/metrics/index.ts";
import { SlowModel } from "../../../domain/metrics/testing/slow-model.ts";
import { makePipeline } from "../../../pipeline/index.ts";
import { createTestDatabase } from "../../../testing/database.ts";
import { insertUser } from "../../../testing/people.ts";
import { newId } from "../../../testing/pipeline.ts";
import { createAutomation } from "../../automations/index.ts";
import type { RunChanges } from "../index.ts";
import { readMetric, receiveReport, rewindRun, upsertRun } from "../index.ts";
import { runServices } from "../testing/run-services.ts";
import { makeMetricCaches } from "./caches.ts";

const database = await createTestDatabase();
const ada = await insertUser(database.db, "ada");
afterAll(() => database.drop());

const services = runServices(database.db, {}, { pipeline: makePipeline({ ids: newId, jobsAdded: () => undefined, observe: () => undefined }) });
const nothing: RunChanges = { displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null };
const path = { entity: "ada", project: "p", run: "long" };

type Line = { at: number; values: Record<string, number> };

/** Numbers that look like chance and are the same each time. */
function noise(line: number, salt: number): number {
  let mixed = Math.imul(line + 1, 2_654_435_761 + salt);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % 1_000 / 1_000;
}
const lineAt = (line: number): Line => ({ at: (1_000 + line) * 1_000, values: { loss: noise(line, 0), ...(line % 7 === 0 ? { acc: noise(line, 4) } : {}), ...(line % 1_000 === 3 ? { rare: line % 2_000 === 3 ? 1 : 0 } : {}) } });

const reportOf = (offset: number, lines: readonly Line[]): Parameters<typeof receiveReport>[3] => ({
  history: { offset, lines: lines.map(({ values }, index) => ({ _step: offset + index, _timestamp: 1_000 + offset + index, ...values })).map((value) => ({ text: JSON.stringify(value), value })) },
  events: null, output: null, summary: null, ended: null, preempting: false,
});

const watchOf = async (conditions: MetricWatch["conditions"], wire: object[], projectId: number): Promise<MetricWatch> => {
  const [first, ...others] = wire;
  const filter = JSON.stringify({ run_filter: JSON.stringify({ $and: others.map((condition) => ({ run_metric_filter: condition })) }), run_metric_filter: first, metric_filter: null });
  const { id } = await createAutomation(services, ada, { name: newId(), description: null, enabled: true, scope: { kind: "project", id: projectId }, event: { type: "RUN_METRIC", filter }, cooldownSeconds: 0, action: { type: "NO_OP" } });
  return { automationId: id, eventType: "RUN_METRIC", scope: "", since: 0, cooldownMs: 0, conditions, run: null };
};

const aggregate = (metric: string, kind: "AVERAGE" | "MIN" | "MAX", size: number, threshold: number): { condition: MetricWatch["conditions"][number]; wire: object } => ({
  condition: { metric, measure: { kind: "aggregate", aggregate: kind, size }, comparison: "$gt", threshold },
  wire: { threshold_filter: { name: metric, agg_op: kind, window_size: size, cmp_op: "$gt", threshold } },
});

// Long enough that its numbers go into columns twice, with windows that reach back into them.
test("a long run in reports of any size, over restarts and a rewind, fires where the obvious model does; its metrics read as they were logged", async () => {
  const { run } = await upsertRun(services, ada, { entity: "ada", project: "p", name: "long", state: null }, nothing);
  const parts = [[aggregate("loss", "AVERAGE", 10, 0.62)], [aggregate("loss", "AVERAGE", 5_000, 0.499), aggregate("acc", "MAX", 300, 0.5)], [aggregate("rare", "MIN", 1, 0.5)], [aggregate("acc", "MIN", 6, 0.4)]];
  const watches: MetricWatch[] = [];
  for (const part of parts) watches.push(await watchOf(part.map(({ condition }) => condition), part.map(({ wire }) => wire), run.project_id));
  const model = new SlowModel();
  const everyone = new Set(watches.map(({ automationId }) => automationId));
  const expected: string[] = [];
  let by = services;
  const logUpTo = async (from: number, to: number): Promise<void> => {
    for (let line = from, count = 1; line < to; line += count, count = 1 + ((count * 7 + line) % 900)) {
      const lines = Array.from({ length: Math.min(count, to - line) }, (_, index) => lineAt(line + index));
      for (const [index, one] of lines.entries()) expected.push(...model.take(one, watches, everyone).map(({ automationId }) => `${line + index} ${automationId}`));
      if (line % 3 === 0) by = { ...services, ...makeMetricCaches() };
      await receiveReport(by, ada, path, reportOf(line, lines));
    }
  };
  await logUpTo(0, 8_700);
  await rewindRun(services, ada, { entity: "ada", project: "p", run: "long", metric: "_step", value: 6_999 });
  model.rewind(7_000, watches, everyone);
  await logUpTo(7_000, 11_000);

  const fired = await database.db.query<{ step: number; id: string }>(sql("test_long_fired", "select (subject -> 'metric' ->> 'step')::integer as step, subject -> 'metric' ->> 'automationId' as id from events where type = 'RUN_METRIC' order by id"), []);
  expect(expected.length).toBeGreaterThan(100);
  expect(new Set(expected.map((turn) => turn.split(" ")[1])).size, "each of them fires").toBe(watches.length);
  expect(fired.map(({ step, id }) => `${step} ${id}`).toSorted()).toEqual(expected.toSorted());

  const [columns] = await database.db.query<{ column_lines: number }>(sql("test_long_columns", "select column_lines from runs"), []);
  expect(columns?.column_lines).toBeGreaterThan(4_096);
  for (const [metric, stride, offset] of [["loss", 1, 0], ["acc", 7, 0], ["rare", 1_000, 3]] as const) {
    const { buckets } = await readMetric(services, ada, { ...path, metric, buckets: 10, minStep: null, maxStep: null });
    const steps = Array.from({ length: 11_000 }, (_, step) => step).filter((step) => step % stride === offset);
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(steps.length);
    for (const bucket of buckets) {
      const values = steps.filter((step) => step >= bucket.from && step <= bucket.to).map((step) => Number(lineAt(step).values[metric]));
      expect(bucket).toMatchObject({ count: values.length, min: Math.min(...values), max: Math.max(...values), last: values.at(-1), nonFinite: 0 });
    }
  }
  const zoomed = await readMetric(services, ada, { ...path, metric: "loss", buckets: 2_000, minStep: 4_090, maxStep: 4_100 });
  expect(zoomed.buckets.map(({ from, last }) => [from, last])).toEqual(Array.from({ length: 11 }, (_, index) => [4_090 + index, noise(4_090 + index, 0)]));
}, 60_000);
