import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Change } from "../../domain/event.ts";
import type { RunReport } from "../../domain/run.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import { executions, insertAutomation, startTestPipeline } from "../../testing/pipeline.ts";
import { until } from "../../testing/until.ts";
import type { Services } from "../services.ts";
import type { RunChanges } from "./index.ts";
import { markRunsLost, moveRunState, receiveReport, stopRun, upsertRun } from "./index.ts";
import { runServices } from "./testing/run-services.ts";

const database = await createTestDatabase();
const mia = await insertUser(database.db, "mia");
const team = await insertTeam(database.db, "org", "team");
await addMember(database.db, team.teamEntityId, mia, "member");
afterAll(() => database.drop());

const captured: Change[] = [];
let now = new Date("2026-01-01T00:00:00Z");
const services: Services = runServices(database.db, {}, {
  pipeline: { captureChange: async (_tx, ...changes) => void captured.push(...changes), wake: () => undefined, redeliver: () => Promise.reject(new Error("no deliveries here")) },
  clock: { now: () => now, monotonic: () => now.getTime() },
});
beforeEach(() => void captured.splice(0));

const nothing: RunChanges = { displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null };
const silence: RunReport = { history: null, events: null, output: null, summary: null, ended: null, preempting: false };
const make = (name: string, parts: { changes?: Partial<RunChanges>; state?: string; with?: Services } = {}): ReturnType<typeof upsertRun> =>
  upsertRun(parts.with ?? services, mia, { entity: "team", project: "p", name, state: parts.state ?? null }, { ...nothing, ...parts.changes });
const report = (run: string, parts: Partial<RunReport> = {}, by: Services = services): Promise<unknown> => receiveReport(by, mia, { entity: "team", project: "p", run }, { ...silence, ...parts });
const end = (exitCode: number): Partial<RunReport> => ({ ended: { exitCode } });
const told = (): string[] => captured.map(({ type, subject }) => `${type} ${subject.kind === "run" ? `${subject.runName} ${subject.entered} ${subject.state}` : subject.kind}`);

describe("the states of a run, as events", () => {
  test("a run that begins, reports and ends enters RUNNING and FINISHED once each, however often it says so", async () => {
    await make("a");
    await make("a");
    await report("a");
    await report("a", end(0));
    await report("a", end(0));
    expect(told()).toEqual(["RUN_STATE a RUNNING running", "RUN_STATE a FINISHED finished"]);
  });

  test("the event shows the run as it then is", async () => {
    await make("b", { changes: { displayName: "swift-river", config: '{"lr":{"value":0.1},"_wandb":{"value":{"t":{}}}}', tags: ["x"] } });
    await report("b", { summary: '{"acc":0.9,"_wandb":{"runtime":3}}', ...end(1) });
    expect(captured[1]).toMatchObject({
      author: "mia",
      subject: { kind: "run", entered: "FAILED", displayName: "swift-river", user: "mia", tags: ["x"], config: { lr: 0.1 }, summary: { acc: 0.9 }, projectName: "p", entityName: "team", url: "http://bellhop.test/team/p/runs/b" },
    });
    expect(captured[1]?.subject).not.toHaveProperty("summary._wandb");
  });

  test("a planned run enters RUNNING when it is taken up; a resumed one does so again", async () => {
    await make("c", { state: "pending" });
    expect(told()).toEqual([]);
    await make("c");
    await report("c", end(0));
    await make("c");
    expect(told()).toEqual(["RUN_STATE c RUNNING running", "RUN_STATE c FINISHED finished", "RUN_STATE c RUNNING running"]);
  });

  test("a run that was stopped is killed, which is no event; a preempted one neither", async () => {
    const { run } = await make("d");
    await stopRun(services, mia, run.id);
    await report("d", end(255));
    await make("e");
    await report("e", { preempting: true });
    await report("e", end(143));
    expect(told()).toEqual(["RUN_STATE d RUNNING running", "RUN_STATE e RUNNING running"]);
  });

  test("a state that is set over the API counts", async () => {
    const { run } = await make("f");
    await moveRunState(services, mia, run.id, "failed");
    expect(told()).toEqual(["RUN_STATE f RUNNING running", "RUN_STATE f FAILED failed"]);
  });

  test("silence longer than the heartbeat allows is a crash, once; a report brings the run back, and it may end well", async () => {
    await make("g");
    await make("h");
    await report("h", { preempting: true });
    now = new Date(now.getTime() + 299_000);
    await markRunsLost(services, 300_000);
    await report("g");
    now = new Date(now.getTime() + 299_000);
    captured.splice(0);
    await markRunsLost(services, 300_000);
    expect(told().filter((line) => line.includes(" g ") || line.includes(" h ")), "g was heard of, h was preempted").toEqual([]);
    now = new Date(now.getTime() + 2_000);
    await Promise.all([markRunsLost(services, 300_000), markRunsLost(services, 300_000)]);
    await report("g");
    await report("g", end(0));
    expect(told().filter((line) => line.includes(" g "))).toEqual(["RUN_STATE g FAILED crashed", "RUN_STATE g RUNNING running", "RUN_STATE g FINISHED finished"]);
  });

  test("automations over project, team and organization fire on their states and for the runs that their filter describes", async () => {
    const pipeline = startTestPipeline(database.db);
    const live: Services = { ...services, pipeline: pipeline.pipeline };
    const { run } = await make("watched", { changes: { displayName: "nightly-1" } });
    const filter = (states: string[], runFilter: object): string => JSON.stringify({ run_filter: JSON.stringify(runFilter), run_state_filter: { states } });
    const wants = (scope: ["project" | "entity", number], text: string): Promise<string> => insertAutomation(database.db, { entityId: team.teamEntityId, scope, eventType: "RUN_STATE", filter: text });
    const fires = [
      await wants(["project", run.project_id], filter(["FAILED", "FINISHED"], { $and: [] })),
      await wants(["entity", team.teamEntityId], filter(["FINISHED"], { $and: [{ display_name: { $contains: "nightly" } }] })),
      await wants(["entity", team.orgEntityId], filter(["FINISHED"], { $and: [{ "summary.eval.acc": { $gt: 0.5 } }, { "config.lr": 0.1 }, { user: "mia" }, { tags: "x" }] })),
    ];
    await wants(["project", run.project_id], filter(["FAILED"], { $and: [] }));
    await wants(["project", run.project_id], filter(["FINISHED"], { $and: [{ display_name: "other" }] }));
    await make("watched", { changes: { config: '{"lr":{"value":0.1}}', tags: ["x"] }, with: live });
    await report("watched", { summary: '{"eval":{"acc":0.9}}', ...end(0) }, live);
    const done = await until("they have fired", async () => {
      const all = await executions(database.db);
      return all.length >= fires.length && all.every(({ status }) => status === "finished") ? all : null;
    });
    expect(done.map(({ automation_id }) => automation_id).sort()).toEqual(fires.sort());
    await pipeline.stop();
  });
});
