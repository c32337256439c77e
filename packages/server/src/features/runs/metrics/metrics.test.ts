import { afterAll, describe, expect, test } from "vitest";
import { sql } from "../../../db/database.ts";
import type { MetricFacts } from "../../../domain/event.ts";
import type { RunReport } from "../../../domain/run.ts";
import { createTestDatabase } from "../../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../../testing/people.ts";
import { newId } from "../../../testing/pipeline.ts";
import { makePipeline } from "../../../pipeline/index.ts";
import { createAutomation, deleteAutomation, updateAutomation } from "../../automations/index.ts";
import type { SavedAutomation } from "../../automations/index.ts";
import type { Services } from "../../services.ts";
import type { RunChanges } from "../index.ts";
import { receiveReport, rewindRun, upsertRun } from "../index.ts";
import { runServices } from "../testing/run-services.ts";
import { makeMetricCaches } from "./caches.ts";

const database = await createTestDatabase();
const ada = await insertUser(database.db, "ada");
const team = await insertTeam(database.db, "org", "team");
await addMember(database.db, team.teamEntityId, ada, "admin");
afterAll(() => database.drop());

const pipeline = makePipeline({ ids: newId, jobsAdded: () => undefined, observe: () => undefined });
const services: Services = runServices(database.db, {}, { pipeline });
/** As another process of the same server, or this one after a restart: nothing in memory. */
const restarted = (): Services => ({ ...services, ...makeMetricCaches() });

const nothing: RunChanges = { displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null };
type Row = Record<string, unknown>;

let runs = 0;

/** A run of its own project, that logs what it is told. */
async function startRun(changes: Partial<RunChanges> = {}): Promise<{ name: string; projectId: number; log(rows: Row[], by?: Services): Promise<void>; system(rows: Row[]): Promise<void>; rewind(step: number): Promise<void> }> {
  runs += 1;
  const [project, name] = [`project-${runs}`, `run-${runs}`];
  const { run } = await upsertRun(services, ada, { entity: "team", project, name, state: null }, { ...nothing, ...changes });
  let [lines, events] = [0, 0];
  const send = (by: Services, parts: Partial<RunReport>): Promise<unknown> => receiveReport(by, ada, { entity: "team", project, run: name }, { history: null, events: null, output: null, summary: null, ended: null, preempting: false, ...parts });
  return {
    name, projectId: run.project_id,
    log: async (rows, by = services) => {
      const stamped = rows.map((row, index) => ({ _step: lines + index, _timestamp: 1_000 + lines + index, ...row }));
      await send(by, { history: { offset: lines, lines: stamped.map((value) => ({ text: textOf(value), value })) } });
      lines += rows.length;
    },
    system: async (rows) => {
      await send(services, { events: { offset: events, lines: rows.map((value) => ({ text: JSON.stringify(value), value })) } });
      events += rows.length;
    },
    rewind: async (step) => {
      await rewindRun(services, ada, { entity: "team", project, run: name, metric: "_step", value: step });
      lines = step + 1;
    },
  };
}

/** As the SDK writes it: with bare NaN and Infinity. */
const textOf = (row: Row): string => JSON.stringify(row, (_, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? `<${value}>` : value)).replaceAll(/"<(NaN|-?Infinity)>"/g, "$1");

const threshold = (name: string, comparison: string, value: number, window: { agg_op?: string; window_size?: number } = {}): Row => ({ threshold_filter: { name, agg_op: null, window_size: 1, cmp_op: comparison, threshold: value, ...window } });
const filterOf = (first: Row, clauses: Row[] = []): string => JSON.stringify({ run_filter: JSON.stringify({ $and: clauses }), run_metric_filter: first, metric_filter: null });

type Watch = { type?: string; filter: string; scope?: { kind: "project" | "entity"; id: number }; cooldownSeconds?: number | null };
const watch = (projectId: number, { type = "RUN_METRIC", filter, scope, cooldownSeconds = 0 }: Watch): Promise<SavedAutomation> =>
  createAutomation(services, ada, { name: `watch ${newId()}`, description: null, enabled: true, scope: scope ?? { kind: "project", id: projectId }, event: { type, filter }, cooldownSeconds, action: { type: "NO_OP" } });

type Fired = { step: number | null; status: string; reason: string | null };

/** What the automation did, in the order of its events. */
async function firings({ id }: { id: string }): Promise<Fired[]> {
  const rows = await database.db.query<{ status: string; reason: string | null; metric: MetricFacts }>(
    sql("test_metric_firings", "select execution.status, execution.reason, event.subject -> 'metric' as metric from executions as execution join events as event on event.id = execution.event_id where automation_id = $1 order by execution.id"), [id]);
  return rows.map(({ status, reason, metric }) => ({ step: metric.step, status: status === "skipped" ? status : "fired", reason }));
}
const steps = async (automation: { id: string }): Promise<(number | null)[]> => (await firings(automation)).filter(({ status }) => status === "fired").map(({ step }) => step);
const facts = async ({ id }: { id: string }): Promise<MetricFacts[]> =>
  (await database.db.query<{ metric: MetricFacts }>(sql("test_metric_facts", "select subject -> 'metric' as metric from events where subject -> 'metric' ->> 'automationId' = $1 order by id"), [id])).map(({ metric }) => metric);

describe("an automation over a metric", () => {
  test("fires at the value that makes its condition true, and not again before it was false", async () => {
    const run = await startRun();
    const automation = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)) });
    await run.log([{ loss: 0.9 }, { loss: 0.4 }, { loss: 0.3 }]);
    await run.log([{ loss: 0.2 }, { loss: 0.6 }, { other: 1 }, { loss: 0.1 }]);
    expect(await steps(automation)).toEqual([1, 6]);
    expect((await facts(automation))[0]).toMatchObject({ heldBack: false, loggedAt: "1970-01-01T00:16:41.000Z", step: 1, conditions: [{ metric: "loss", filter: "loss is below 0.5", short: "loss < 0.5", status: "loss = 0.4", measured: 0.4, values: [0.4] }] });
  });

  test("of an average fires when the window is full: NaN and the infinities are no values of it", async () => {
    const run = await startRun();
    const automation = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.3, { agg_op: "AVERAGE", window_size: 3 })) });
    await run.log([{ loss: 0.2 }, { loss: NaN }, { loss: 0.1 }]);
    await run.log([{ loss: -Infinity }, { loss: 0.3 }]);
    expect(await steps(automation)).toEqual([4]);
    expect((await facts(automation))[0]?.conditions[0]).toMatchObject({ filter: "average of loss over 3 values is below 0.3", short: "avg(loss, 3) < 0.3", values: [0.2, 0.1, 0.3] });
  });

  test("watches nested keys, flat keys with dots, and system metrics", async () => {
    const run = await startRun();
    const nested = await watch(run.projectId, { filter: filterOf(threshold("eval.acc", "$gte", 0.9)) });
    const system = await watch(run.projectId, { filter: filterOf(threshold("system.gpu.0.temp", "$gt", 80)) });
    await run.log([{ eval: { acc: 0.95 } }, { "eval.acc": 0.5 }, { "eval.acc": 0.91 }]);
    await run.system([{ "system.gpu.0.temp": 70, _runtime: 1 }, { "system.gpu.0.temp": 85, _runtime: 2 }]);
    expect(await steps(nested)).toEqual([0, 2]);
    expect(await firings(system)).toEqual([{ step: null, status: "fired", reason: null }]);
  });

  test("by change and by z-score", async () => {
    const run = await startRun();
    const change = await watch(run.projectId, { type: "RUN_METRIC_CHANGE", filter: filterOf({ change_filter: { name: "acc", agg_op: "AVERAGE", current_window_size: 2, prior_window_size: 2, change_type: "RELATIVE", change_dir: "INCREASE", change_amount: 0.5 } }) });
    const zscore = await watch(run.projectId, { type: "RUN_METRIC_ZSCORE", filter: filterOf({ zscore_filter: { name: "acc", window_size: 4, threshold: 3, change_dir: "DECREASE" } }) });
    await run.log([1, 1.1, 1, 2, 2.1, 2, 2.1, 0.1].map((acc) => ({ acc })));
    expect(await steps(change)).toEqual([4]);
    expect(await steps(zscore)).toEqual([7]);
    expect((await facts(change))[0]?.conditions[0]).toMatchObject({ filter: "average of acc over 2 values rises by at least 50 % against the 2 before", short: "relative change(avg(acc, 2)) >= 50 %" });
  });

  test("over several metrics fires when all conditions hold at the latest value of each", async () => {
    const run = await startRun();
    const automation = await watch(run.projectId, { filter: filterOf(threshold("val_accuracy", "$gt", 0.95), [{ run_metric_filter: threshold("val_loss", "$lt", 0.05) }]) });
    await run.log([{ val_accuracy: 0.96 }, { val_loss: 0.1 }]);
    await run.log([{ val_accuracy: 0.97 }, { val_loss: 0.04 }, { val_accuracy: 0.9, val_loss: 0.01 }]);
    await run.log([{ val_accuracy: 0.99, val_loss: 0.9 }, { val_loss: 0.03 }], restarted());
    expect(await steps(automation)).toEqual([3, 6]);
    expect((await facts(automation))[1]?.conditions).toMatchObject([{ short: "val_accuracy > 0.95", status: "val_accuracy = 0.99" }, { short: "val_loss < 0.05", status: "val_loss = 0.03" }]);
  });

  test("that was changed over one process is judged as it now is in every other, at the next value", async () => {
    const run = await startRun();
    const elsewhere = restarted();
    const automation = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)) });
    await run.log([{ loss: 0.4 }], elsewhere);
    await updateAutomation(services, ada, { id: automation.id, event: { filter: filterOf(threshold("loss", "$lt", 0.1)) } });
    await run.log([{ loss: 0.9 }, { loss: 0.4 }, { loss: 0.05 }], elsewhere);
    await deleteAutomation(services, ada, { id: automation.id });
    await run.log([{ loss: 0.9 }, { loss: 0.01 }], elsewhere);
    expect(await steps(automation)).toEqual([0, 3]);
  });

  test("fires for the runs that its filter describes, at every level, each automation for itself", async () => {
    const run = await startRun({ displayName: "nightly-7", config: '{"lr":{"value":0.1}}' });
    const filter = (clause: Row): string => filterOf(threshold("loss", "$lt", 0.5), [clause]);
    const fires = [
      await watch(run.projectId, { filter: filter({ display_name: { $contains: "nightly" } }) }),
      await watch(run.projectId, { scope: { kind: "entity", id: team.teamEntityId }, filter: filter({ "config.lr": 0.1 }) }),
    ];
    const silent = await watch(run.projectId, { filter: filter({ display_name: "other" }) });
    const other = await watch((await startRun()).projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)) });
    await run.log([{ loss: 0.1 }]);
    for (const automation of fires) expect(await steps(automation)).toEqual([0]);
    for (const automation of [silent, other]) expect(await firings(automation)).toEqual([]);
  });
});

describe("how often", () => {
  test("once in 24 hours per run unless it says otherwise, by the clock of the run; what is held back is skipped with the reason", async () => {
    const run = await startRun();
    const daily = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)), cooldownSeconds: null });
    const minutely = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)), cooldownSeconds: 60 });
    const at = (seconds: number, loss: number): Row => ({ _timestamp: 5_000 + seconds, loss });
    await run.log([at(0, 0.1), at(10, 0.9), at(20, 0.1)]);
    await run.log([at(70, 0.9), at(80, 0.1)], restarted());
    await run.log([at(86_399, 0.9), at(86_400, 0.1)]);
    expect(await firings(daily)).toEqual([
      { step: 0, status: "fired", reason: null }, { step: 2, status: "skipped", reason: "cooldown" }, { step: 4, status: "skipped", reason: "cooldown" }, { step: 6, status: "fired", reason: null },
    ]);
    expect(await firings(minutely)).toEqual([
      { step: 0, status: "fired", reason: null }, { step: 2, status: "skipped", reason: "cooldown" }, { step: 4, status: "fired", reason: null }, { step: 6, status: "fired", reason: null },
    ]);
  });

  test("another run has its own cooldown", async () => {
    const run = await startRun();
    const automation = await watch(run.projectId, { scope: { kind: "entity", id: team.teamEntityId }, filter: filterOf(threshold("only_here", "$lt", 0.5)), cooldownSeconds: null });
    await run.log([{ only_here: 0.1 }]);
    await (await startRun()).log([{ only_here: 0.1 }]);
    expect(await steps(automation)).toEqual([0, 0]);
  });
});

describe("changes while a run goes on", () => {
  test("a new automation takes the values before it into its window, and fires at the next value", async () => {
    const run = await startRun();
    const early = await watch(run.projectId, { filter: filterOf(threshold("loss", "$gt", 100)) });
    await run.log([{ loss: 0.1 }, { loss: 0.2 }]);
    const late = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5, { agg_op: "MAX", window_size: 3 })) });
    const already = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)) });
    await run.log([{ other: 1 }]);
    await run.log([{ loss: 0.3 }, { loss: 0.4 }]);
    expect(await steps(late)).toEqual([3]);
    expect(await steps(already)).toEqual([3]);
    expect(await firings(early)).toEqual([]);
  });

  test("an edit of the condition starts anew, an edit of the name does not; disabled and deleted ones are silent", async () => {
    const run = await startRun();
    const automation = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)), cooldownSeconds: null });
    const deleted = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)) });
    await deleteAutomation(services, ada, { id: deleted.id });
    await run.log([{ loss: 0.1 }]);
    await updateAutomation(services, ada, { id: automation.id, name: "renamed" });
    await run.log([{ loss: 0.9 }, { loss: 0.1 }]);
    await updateAutomation(services, ada, { id: automation.id, event: { filter: filterOf(threshold("loss", "$lt", 0.4)) } });
    await run.log([{ loss: 0.2 }]);
    await updateAutomation(services, ada, { id: automation.id, enabled: false });
    await run.log([{ loss: 0.9 }, { loss: 0.1 }]);
    await updateAutomation(services, ada, { id: automation.id, enabled: true });
    await run.log([{ loss: 0.3 }]);
    expect(await firings(automation)).toEqual([
      { step: 0, status: "fired", reason: null }, { step: 2, status: "skipped", reason: "cooldown" }, { step: 3, status: "fired", reason: null }, { step: 6, status: "fired", reason: null },
    ]);
    expect(await firings(deleted)).toEqual([]);
  });

  test("after a rewind the window is what remains: what held there does not fire again, what comes to hold anew does", async () => {
    const run = await startRun();
    const automation = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5, { agg_op: "AVERAGE", window_size: 2 })) });
    await run.log([{ loss: 0.1 }, { loss: 0.1 }, { loss: 0.9 }, { loss: 0.9 }, { loss: 0.1 }, { loss: 0.1 }]);
    await run.rewind(1);
    await run.log([{ loss: 0.2 }, { loss: 1.5 }, { loss: 0.1 }, { loss: 0.1 }]);
    expect(await steps(automation)).toEqual([1, 5, 5]);
  });

  test("the same report twice judges its values once", async () => {
    const run = await startRun();
    const automation = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)) });
    const line = { text: '{"_step":0,"loss":0.1}', value: { _step: 0, loss: 0.1 } };
    for (let time = 0; time < 3; time += 1) await receiveReport(services, ada, { entity: "team", project: `project-${runs}`, run: run.name }, { history: { offset: 0, lines: [line] }, events: null, output: null, summary: null, ended: null, preempting: false });
    expect(await steps(automation)).toEqual([0]);
  });

  test("what a failed transaction judged is judged again", async () => {
    const run = await startRun();
    const automation = await watch(run.projectId, { filter: filterOf(threshold("loss", "$lt", 0.5)) });
    await run.log([{ loss: 0.9 }]);
    const failing: Services = { ...services, pipeline: { ...pipeline, captureChange: () => Promise.reject(new Error("the database went away")) } };
    await expect(run.log([{ loss: 0.1 }], failing)).rejects.toThrow("went away");
    await run.log([{ loss: 0.1 }]);
    expect(await steps(automation)).toEqual([1]);
  });
});

test("a cooldown that is no number of seconds, or belongs to no event of metrics, is refused", async () => {
  const run = await startRun();
  const refused = (message: RegExp): object => ({ code: "invalid", details: [{ path: "cooldownSeconds", message: expect.stringMatching(message) }] });
  const filter = filterOf(threshold("loss", "$lt", 0.5));
  for (const cooldownSeconds of [-1, 0.5, 31_536_001]) await expect(watch(run.projectId, { filter, cooldownSeconds })).rejects.toMatchObject(refused(/whole number/));
  const failed = '{"run_filter":"{}","run_state_filter":{"states":["FAILED"]}}';
  await expect(watch(run.projectId, { type: "RUN_STATE", filter: failed, cooldownSeconds: 5 })).rejects.toMatchObject(refused(/belongs to the events of metrics/));
});
