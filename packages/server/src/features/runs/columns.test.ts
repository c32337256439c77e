import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { Bucket } from "../../domain/metrics/downsample.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import type { Services } from "../services.ts";
import type { RunChanges } from "./index.ts";
import { readMetric, receiveReport, upsertRun } from "./index.ts";
import { runServices } from "./testing/run-services.ts";

let database: TestDatabase;
let services: Services;
let ada: Viewer;

beforeAll(async () => {
  database = await createTestDatabase();
  services = runServices(database.db);
  ada = await insertUser(database.db, "ada");
});
afterAll(() => database.drop());

const nothing: RunChanges = { displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null };
const valueOf = (step: number): number => Math.sin(step / 50) + (step % 977 === 0 ? 10 : 0);

async function makeRun(name: string): Promise<{ log(from: number, to: number): Promise<void>; columnLines(): Promise<number>; read(query: { buckets: number; minStep?: number; maxStep?: number }): Promise<Bucket[]> }> {
  const { run } = await upsertRun(services, ada, { entity: "ada", project: "p", name, state: null }, nothing);
  const path = { entity: "ada", project: "p", run: name };
  return {
    log: async (from, to) => {
      const lines = Array.from({ length: to - from }, (_, index) => ({ _step: from + index, _timestamp: 1_000 + from + index, loss: valueOf(from + index) })).map((value) => ({ text: JSON.stringify(value), value }));
      await receiveReport(services, ada, path, { history: { offset: from, lines }, events: null, output: null, summary: null, ended: null, preempting: false });
    },
    columnLines: async () => (await database.db.query<{ column_lines: number }>(sql("test_column_lines", "select column_lines from runs where id = $1"), [run.id]))[0]?.column_lines ?? 0,
    read: async ({ buckets, minStep, maxStep }) => (await readMetric(services, ada, { ...path, metric: "loss", buckets, minStep: minStep ?? null, maxStep: maxStep ?? null })).buckets,
  };
}

/** What each bucket says is what was logged in its steps, and all of them together hold each number once. */
function expectTrue(buckets: Bucket[], steps: readonly number[]): void {
  expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(steps.length);
  for (const bucket of buckets) {
    const values = steps.filter((step) => step >= bucket.from && step <= bucket.to).map(valueOf);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(bucket).toEqual({ from: bucket.from, to: bucket.to, count: values.length, nonFinite: 0, min: Math.min(...values), max: Math.max(...values), mean: expect.closeTo(mean, 9), last: values.at(-1) });
  }
}
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

test("a long run reads the same by cells, by numbers and by lines, whole or a part of it", async () => {
  const run = await makeRun("long");
  for (let from = 0; from < 40_000; from += 1_000) await run.log(from, from + 1_000);
  expect(await run.columnLines()).toBeGreaterThan(30_000);
  for (const buckets of [1, 10, 100, 2_000]) expectTrue(await run.read({ buckets }), range(0, 40_000));
  for (const [minStep, maxStep] of [[100, 30_000], [8_191, 8_193], [5_000, 39_999]] as const) expectTrue(await run.read({ buckets: 50, minStep, maxStep }), range(minStep, maxStep + 1));
  expect(await statementsOf(() => run.read({ buckets: 100 })), "a hundred buckets need no numbers").not.toContain("run_metric_blocks_chosen");
  expect(await statementsOf(() => run.read({ buckets: 2_000 }))).toContain("run_metric_blocks_chosen");
});

test("lines that are missing keep none that follow out of columns, and are in them once they come", async () => {
  const run = await makeRun("gap");
  await run.log(0, 500);
  for (let from = 1_000; from < 16_000; from += 1_000) await run.log(from, from + 1_000);
  const before = await run.columnLines();
  expect(before).toBeGreaterThan(4_096);
  expectTrue(await run.read({ buckets: 20 }), [...range(0, 500), ...range(1_000, 16_000)]);
  await run.log(500, 1_000);
  expect(await run.columnLines()).toBe(0);
  expectTrue(await run.read({ buckets: 20 }), range(0, 16_000));
  await run.log(16_000, 17_000);
  expect(await run.columnLines()).toBeGreaterThanOrEqual(before);
  expectTrue(await run.read({ buckets: 20 }), range(0, 17_000));
});

/** The names of the statements that the work sends. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  const { db } = services;
  const listening: Services["db"] = { ...db, query: (statement, values) => (names.push(statement.name), db.query(statement, values)) };
  services = { ...services, db: listening };
  try {
    await work();
  } finally {
    services = { ...services, db };
  }
  return names;
}
