import { afterAll, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { MetricFacts } from "../../domain/event.ts";
import type { RunReport } from "../../domain/run.ts";
import { makePipeline } from "../../pipeline/index.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import { newId } from "../../testing/pipeline.ts";
import { createAutomation } from "../automations/index.ts";
import { noChanges, receiveReport, upsertRun } from "../runs/index.ts";
import { runServices } from "../runs/testing/run-services.ts";
import type { Services } from "../services.ts";
import type { BacktestInput } from "./index.ts";
import { backtest } from "./index.ts";

const database = await createTestDatabase();
const ada = await insertUser(database.db, "ada");
const stranger = await insertUser(database.db, "sam");
const team = await insertTeam(database.db, "org", "team");
await addMember(database.db, team.teamEntityId, ada, "admin");
afterAll(() => database.drop());

const services: Services = runServices(database.db, {}, { pipeline: makePipeline({ ids: newId, jobsAdded: () => undefined, observe: () => undefined }) });
const silence: RunReport = { history: null, events: null, output: null, summary: null, ended: null, preempting: false };
const always = { since: new Date(0), until: new Date("2100-01-01T00:00:00Z") };
const inTeam = { kind: "entity", id: team.teamEntityId } as const;

const run = (filter: object, ...clauses: object[]): string => JSON.stringify({ run_filter: JSON.stringify({ $and: clauses }), run_metric_filter: filter, metric_filter: null });
const threshold = (name: string, cmp_op: string, value: number, size = 1): object => ({ threshold_filter: { name, agg_op: size === 1 ? null : "AVERAGE", window_size: size, cmp_op, threshold: value } });
const drafts: { type: string; filter: string; cooldownSeconds: number | null }[] = [
  { type: "RUN_METRIC", filter: run(threshold("loss", "$lt", 0.2)), cooldownSeconds: 0 },
  { type: "RUN_METRIC", filter: run(threshold("loss", "$lt", 0.45, 40)), cooldownSeconds: 600 },
  { type: "RUN_METRIC", filter: run(threshold("loss", "$gt", 0.8), { run_metric_filter: threshold("eval.acc", "$gte", 0.5, 3) }), cooldownSeconds: 0 },
  { type: "RUN_METRIC", filter: run(threshold("system.gpu.0.temp", "$gt", 0.9), { run_metric_filter: threshold("loss", "$gt", 0.5) }), cooldownSeconds: 0 },
  { type: "RUN_METRIC_CHANGE", filter: run({ change_filter: { name: "loss", agg_op: "MAX", current_window_size: 3, prior_window_size: 5, change_type: "RELATIVE", change_dir: "DECREASE", change_amount: 0.4 } }, { display_name: { $contains: "nightly" } }), cooldownSeconds: null },
  { type: "RUN_METRIC_ZSCORE", filter: run({ zscore_filter: { name: "eval.acc", window_size: 20, threshold: 1.6, change_dir: "ANY" } }), cooldownSeconds: 3_600 },
];

let seed = 7;
const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;

/** Logs in reports of chance sizes; `timed`: its lines say when they were logged. */
async function logRun(name: string, lines: number, timed: boolean): Promise<void> {
  await upsertRun(services, ada, { entity: "team", project: "p", name, state: null }, { ...noChanges, displayName: `nightly ${name}` });
  const path = { entity: "team", project: "p", run: name };
  let [offset, events] = [0, 0];
  while (offset < lines) {
    const count = Math.min(lines - offset, 1 + Math.floor(chance() * 600));
    const rows = Array.from({ length: count }, (_, index) => ({
      _step: offset + index, ...(timed ? { _timestamp: 10_000 + offset + index } : {}), loss: chance() < 0.02 ? NaN : chance(), ...(chance() < 0.2 ? { eval: { acc: chance() } } : {}),
    }));
    const system = Array.from({ length: 3 }, () => ({ "system.gpu.0.temp": chance(), ...(timed ? { _timestamp: 10_000 + offset + count } : {}) }));
    const textOf = (row: object): string => JSON.stringify(row, (_, value: unknown) => (Number.isNaN(value) ? "<NaN>" : value)).replaceAll('"<NaN>"', "NaN");
    await receiveReport(services, ada, path, {
      ...silence, history: { offset, lines: rows.map((value) => ({ text: textOf(value), value })) }, events: { offset: events, lines: system.map((value) => ({ text: textOf(value), value })) },
    });
    offset += count;
    events += system.length;
  }
}

/** What fired, by what it measured; of those held back a report tells only the first, so that they are not compared. */
async function firedLive(automationId: string): Promise<unknown[]> {
  const rows = await database.db.query<{ run: string; metric: MetricFacts }>(sql("test_backtest_live", `
    select event.subject ->> 'runName' as run, event.subject -> 'metric' as metric from executions as execution join events as event on event.id = execution.event_id
    where execution.automation_id = $1 and execution.status <> 'skipped'`), [automationId]);
  return rows.map(({ run: id, metric }) => [id, metric.step, metric.loggedAt, metric.conditions.map(({ status }) => status).join(", ")]).toSorted(byText);
}
const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
describe("a backtest", () => {
  test("of metrics over recorded histories is what fired live: to the step, the time and the last digit", async () => {
    const automations = await Promise.all(drafts.map(({ type, filter, cooldownSeconds }) => createAutomation(services, ada, {
      name: newId(), description: null, enabled: true, scope: inTeam, event: { type, filter }, cooldownSeconds, action: { type: "NO_OP" },
    })));
    // The first goes into columns, the second says no times and is read line by line.
    await logRun("long", 5_500, true);
    await logRun("untimed", 700, false);
    await logRun("short", 300, true);
    const big = { ...services, limits: { ...services.limits, pageSize: 100_000 } };
    for (const [index, { id }] of automations.entries()) {
      const draft = drafts[index];
      if (draft === undefined) throw new Error("as many drafts as automations");
      const live = await firedLive(id);
      expect(live.length, draft.filter).toBeGreaterThan(0);
      const { firings, data } = await backtest(big, ada, { ...always, scope: inTeam, event: draft, cooldownSeconds: draft.cooldownSeconds });
      expect(firings.filter(({ outcome }) => outcome === "fires").map(({ at, metric }) => [metric?.run.id, metric?.step, at.toISOString(), metric?.status]).toSorted(byText)).toEqual(live);
      expect(data).toMatchObject({ runs: 3, events: 0, more: false });
    }
  }, 60_000);

  test("tells first how much data there was, and of what the cooldown held back", async () => {
    const { data, firings } = await backtest(services, ada, { ...always, scope: inTeam, event: { type: "RUN_METRIC", filter: run(threshold("eval.acc", "$gt", 0.5), { display_name: "nightly short" }) }, cooldownSeconds: 86_400 });
    expect(data.values).toBeGreaterThan(1_000);
    expect(data.from?.toISOString().slice(0, 13)).toBe("1970-01-01T02");
    expect(firings[0]).toMatchObject({ outcome: "fires", metric: { run: { entity: "team", project: "p", id: "short", name: "nightly short" }, condition: "eval.acc > 0.5" } });
    expect(firings[1]).toMatchObject({ outcome: "skipped", reason: { code: "cooldown" } });
    expect(await backtest(services, ada, { since: new Date("1990-01-01"), until: new Date("1991-01-01"), scope: inTeam, event: { type: "RUN_METRIC", filter: run(threshold("loss", "$lt", 1)) }, cooldownSeconds: 0 })).toMatchObject({ data: { runs: 0, values: 0, from: null }, firings: [] });
  });

  test("of events judges those that are stored, in its scope and its range", async () => {
    const filter = (states: string[]): string => JSON.stringify({ run_filter: '{"$and":[{"display_name":{"$contains":"nightly s"}}]}', run_state_filter: { states } });
    const running = await backtest(services, ada, { ...always, scope: inTeam, event: { type: "RUN_STATE", filter: filter(["RUNNING"]) }, cooldownSeconds: null });
    expect(running).toMatchObject({ data: { events: 3, runs: 0, more: false }, firings: [{ outcome: "fires", event: { run: { id: "short" } } }], more: false });
    expect((await backtest(services, ada, { ...always, since: new Date("2099-01-01"), scope: inTeam, event: { type: "RUN_STATE", filter: filter(["RUNNING"]) }, cooldownSeconds: null })).data.events).toBe(0);
    expect((await backtest(services, ada, { ...always, scope: { kind: "entity", id: team.orgEntityId }, event: { type: "RUN_STATE", filter: filter(["RUNNING"]) }, cooldownSeconds: null })).firings).toHaveLength(1);
  });

  test("checks the draft as if it were saved, and shows nothing to strangers", async () => {
    const refused = (input: Partial<BacktestInput>): Promise<unknown> => backtest(services, ada, { ...always, scope: inTeam, event: { type: "RUN_METRIC", filter: run(threshold("loss", "$lt", 1)) }, cooldownSeconds: 0, ...input });
    await expect(refused({ event: { type: "RUN_METRIC", filter: "{}" } })).rejects.toMatchObject({ code: "invalid", details: [{ path: "event.filter.run_metric_filter" }] });
    await expect(refused({ cooldownSeconds: -1 })).rejects.toMatchObject({ code: "invalid", details: [{ path: "cooldownSeconds" }] });
    await expect(refused({ since: always.until })).rejects.toMatchObject({ code: "invalid", details: [{ path: "since" }] });
    await expect(backtest(services, stranger, { ...always, scope: inTeam, event: { type: "RUN_METRIC", filter: run(threshold("loss", "$lt", 1)) }, cooldownSeconds: 0 })).rejects.toMatchObject({ code: "not_found" });
  });
});
