import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunReport } from "../../domain/run.ts";
import { Failure } from "../../domain/failure.ts";
import { readRow } from "../../domain/run-history.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import type { Services } from "../services.ts";
import type { RunChanges, RunRow } from "./index.ts";
import { countRuns, deleteRun, findVisibleRun, firstStep, lastLine, listRuns, moveRunState, readHistory, readLogLines, receiveReport, rewindRun, sampleRows, stopRun, upsertRun } from "./index.ts";
import { runServices } from "./testing/run-services.ts";

let database: TestDatabase;
let services: Services;
let member: Viewer;
let watcher: Viewer;
let stranger: Viewer;

beforeAll(async () => {
  database = await createTestDatabase();
  services = runServices(database.db);
  member = await insertUser(database.db, "mia");
  watcher = await insertUser(database.db, "vic");
  stranger = await insertUser(database.db, "sam");
  const team = await insertTeam(database.db, "org", "team");
  await addMember(database.db, team.teamEntityId, member, "member");
  await addMember(database.db, team.teamEntityId, watcher, "viewer");
});

afterAll(() => database.drop());

const nothing: RunChanges = {
  displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null,
};
const target = (name: string | null, project = "p", state: string | null = null): { entity: string; project: string; name: string | null; state: string | null } => ({ entity: "team", project, name, state });
const make = (name: string, changes: Partial<RunChanges> = {}, project = "p"): ReturnType<typeof upsertRun> => upsertRun(services, member, target(name, project), { ...nothing, ...changes });

const silence: RunReport = { history: null, events: null, output: null, summary: null, ended: null, preempting: false };
const rows = (offset: number, ...values: Record<string, unknown>[]): RunReport["history"] => ({ offset, lines: values.map((value) => ({ text: JSON.stringify(value), value })) });
const steps = (from: number, count: number): Record<string, unknown>[] => Array.from({ length: count }, (_, index) => ({ _step: from + index, loss: 1 / (from + index + 1) }));
const report = (run: string, parts: Partial<RunReport>, viewer = member): Promise<{ stopped: boolean }> => receiveReport(services, viewer, { entity: "team", project: "p", run }, { ...silence, ...parts });

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "done";
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
};
const state = async (run: RunRow): Promise<string | undefined> => (await findVisibleRun(services, member, run.id))?.state;
const fullHistory = async (run: RunRow): Promise<unknown[]> => (await readHistory(services, run, "history", { samples: 100_000, minStep: null, maxStep: null })).map((line) => readRow(line)["_step"]);

describe("upserting a run", () => {
  it("makes the project and the run, with a name for people", async () => {
    const { run, project, inserted } = await upsertRun(services, member, target(null, "fresh"), { ...nothing, config: '{"lr":{"value":NaN}}', tags: ["a"] });
    expect(inserted).toBe(true);
    expect(project).toMatchObject({ entity_name: "team", name: "fresh" });
    expect(run).toMatchObject({ state: "running", config: '{"lr":{"value":NaN}}', tags: ["a"], username: "mia" });
    expect(run.name).toMatch(/^[0-9a-z]{8}$/);
    expect(run.display_name).toMatch(/^[a-z]+-[a-z]+-1$/);
  });

  it("leaves alone what is null, and clears tags that are an empty list", async () => {
    const first = await make("keeps", { notes: "n", displayName: "d", tags: ["a", "b"], config: '{"a":{"value":1}}' });
    const second = await make("keeps", { config: '{"a":{"value":2}}' });
    expect(second.inserted).toBe(false);
    expect(second.run).toMatchObject({ id: first.run.id, notes: "n", display_name: "d", tags: ["a", "b"], config: '{"a":{"value":2}}' });
    expect((await make("keeps", { tags: [] })).run.tags).toEqual([]);
  });

  it("goes to the viewer's own entity when none is named", async () => {
    const { project } = await upsertRun(services, member, { entity: "", project: null, name: "mine", state: null }, nothing);
    expect(project).toMatchObject({ entity_name: "mia", name: "uncategorized" });
  });

  it("inserts once when two requests come at once", async () => {
    const both = await Promise.all(Array.from({ length: 8 }, () => make("twins")));
    expect(both.filter(({ inserted }) => inserted)).toHaveLength(1);
    expect(new Set(both.map(({ run }) => run.id)).size).toBe(1);
  });

  it("begins a planned run as pending, and takes it up when the script names it", async () => {
    const { run } = await upsertRun(services, member, target("planned", "p", "pending"), nothing);
    expect(run.state).toBe("pending");
    expect((await make("planned")).run.state).toBe("running");
    await report("planned", { ended: { exitCode: 0 } });
    expect((await upsertRun(services, member, target("planned", "p", "pending"), nothing)).run.state).toBe("finished");
  });

  it("puts an ended run back to running by name, and not by id", async () => {
    const { run } = await make("ended");
    await report("ended", { ended: { exitCode: 0 } });
    const changed = await upsertRun(services, member, { id: run.id }, { ...nothing, notes: "later" });
    expect(changed.run).toMatchObject({ state: "finished", notes: "later" });
    expect((await make("ended")).run).toMatchObject({ state: "running", exit_code: null });
  });

  it("is refused to viewers, strangers, and with values that do not fit", async () => {
    const { run } = await make("guarded");
    expect(await codeOf(upsertRun(services, watcher, target("x"), nothing))).toBe("forbidden");
    expect(await codeOf(upsertRun(services, stranger, target("x"), nothing))).toBe("not_found");
    expect(await codeOf(upsertRun(services, watcher, { id: run.id }, nothing))).toBe("forbidden");
    expect(await codeOf(upsertRun(services, stranger, { id: run.id }, nothing))).toBe("not_found");
    expect(await codeOf(make("a/b"))).toBe("invalid");
    expect(await codeOf(make("bad", { config: "[1]" }))).toBe("invalid");
    expect(await codeOf(make("bad", { summary: "{" }))).toBe("invalid");
    expect(await codeOf(make("bad", { notes: "\0" }))).toBe("invalid");
    expect(await codeOf(upsertRun(services, member, target("bad", "p", "flying"), nothing))).toBe("invalid");
  });
});

describe("a run's reports", () => {
  it("leave each line once at its place: twice, out of order, overlapping", async () => {
    const { run } = await make("lines");
    await report("lines", { history: rows(5, ...steps(5, 5)) });
    await report("lines", { history: rows(0, ...steps(0, 5)) });
    await report("lines", { history: rows(0, ...steps(0, 5)) });
    await report("lines", { history: rows(8, ...steps(8, 4)) });
    const after = await findVisibleRun(services, member, run.id);
    expect(after).toMatchObject({ history_lines: 12, last_step: 11 });
    expect(await fullHistory(run)).toEqual(steps(0, 12).map((row) => row["_step"]));
    expect(JSON.parse(after?.history_keys ?? "")).toMatchObject({ loss: [{ number: 12 }, 1 / 12] });
  });

  it("keep numbers that are not finite as they were logged", async () => {
    const { run } = await make("nan");
    const text = '{"_step":0,"loss":NaN,"grad":-Infinity}';
    await report("nan", { history: { offset: 0, lines: [{ text, value: { _step: 0, loss: NaN, grad: -Infinity } }] }, summary: text });
    expect(await readHistory(services, run, "history", { samples: 1, minStep: 0, maxStep: 1 })).toEqual([text]);
    expect((await findVisibleRun(services, member, run.id))?.summary).toBe(text);
  });

  it("from two requests at once are both kept", async () => {
    const { run } = await make("race");
    await Promise.all(Array.from({ length: 10 }, (_, index) => report("race", { history: rows(index * 3, ...steps(index * 3, 3)) })));
    expect(await fullHistory(run)).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  it("rewrite console lines, as progress bars do", async () => {
    const { run } = await make("bars");
    await report("bars", { output: { offset: 0, lines: ["start", "10%"] } });
    await report("bars", { output: { offset: 1, lines: ["20%", "ERROR 2024-05-01T10:00:00.1 oops"] } });
    await report("bars", { output: { offset: 1, lines: ["30%"] } });
    const lines = await readLogLines(services, run, { from: 0, to: 10 });
    expect(lines.map(({ number, text, level }) => [number, text, level])).toEqual([[0, "start", null], [1, "30%", null], [2, "oops", "error"]]);
    expect(await lastLine(services, run.id, "output")).toContain("oops");
  });

  it("end the run by its exit code, revive a crashed one, and not a finished one", async () => {
    const { run } = await make("ends");
    await report("ends", { ended: { exitCode: 1 } });
    expect(await state(run)).toBe("failed");
    await report("ends", {});
    expect(await state(run)).toBe("failed");
    const crashed = (await make("crashes")).run;
    await database.db.query({ name: "test_crash", text: "update runs set state = 'crashed' where id = $1" }, [crashed.id]);
    await report("crashes", {});
    expect(await state(crashed)).toBe("running");
  });

  it("are told when the run is to stop, until it has ended", async () => {
    const { run } = await make("stops");
    expect(await report("stops", {})).toMatchObject({ stopped: false });
    await stopRun(services, member, run.id);
    expect(await report("stops", {})).toMatchObject({ stopped: true });
    expect(await report("stops", { ended: { exitCode: 255 } })).toMatchObject({ stopped: false });
    expect(await state(run)).toBe("killed");
  });

  it("are refused for a run that is not there or not the viewer's", async () => {
    await make("private");
    expect(await codeOf(report("nowhere", {}))).toBe("not_found");
    expect(await codeOf(report("private", {}, stranger))).toBe("not_found");
    expect(await codeOf(report("private", {}, watcher))).toBe("forbidden");
  });
});

describe("a run's history", () => {
  it("is sampled evenly, and given whole in windows of steps", async () => {
    const { run } = await make("long");
    for (let chunk = 0; chunk < 10; chunk += 1) await report("long", { history: rows(chunk * 100, ...steps(chunk * 100, 100)) });
    const sampled = (await readHistory(services, run, "history", { samples: 50, minStep: null, maxStep: null })).map((line) => readRow(line)["_step"]);
    expect(sampled).toHaveLength(50);
    expect([sampled[0], sampled.at(-1)]).toEqual([0, 999]);
    const window = (await readHistory(services, run, "history", { samples: 250, minStep: 150, maxStep: 400 })).map((line) => readRow(line)["_step"]);
    expect(window).toEqual(Array.from({ length: 250 }, (_, index) => index + 150));
    expect(await firstStep(services, run)).toBe(0);
    expect(await sampleRows(services, run, { keys: ["_step", "loss"], samples: 10, minStep: 990, maxStep: 993 })).toHaveLength(4);
    expect(await sampleRows(services, run, { keys: ["nothing"], samples: 10, minStep: null, maxStep: null })).toEqual([]);
  });

  it("ends at the step that the run was rewound to", async () => {
    const { run } = await make("rewound");
    await report("rewound", { history: rows(0, ...steps(0, 6)) });
    await report("rewound", { history: rows(6, ...steps(6, 6)), ended: { exitCode: 0 } });
    const after = await rewindRun(services, member, { entity: "team", project: "p", run: "rewound", metric: "_step", value: 3 });
    expect(after.run).toMatchObject({ history_lines: 4, last_step: 3, state: "running" });
    expect(await fullHistory(run)).toEqual([0, 1, 2, 3]);
    expect(JSON.parse(after.run.history_keys)).toMatchObject({ loss: [{ number: 4 }, 1 / 12] });
    expect(await codeOf(rewindRun(services, member, { entity: "team", project: "p", run: "none", metric: "_step", value: 3 }))).toBe("not_found");
  });
});

describe("a list of runs", () => {
  const names = async (filters: object | null, order: string | null = null, page = { limit: 50, offset: 0 }): Promise<string[]> => {
    const { project } = await make("r0", {}, "list");
    return (await listRuns(services, project, { filters: filters === null ? null : JSON.stringify(filters), order, ...page })).map(({ name }) => name);
  };

  beforeAll(async () => {
    for (let index = 0; index < 5; index += 1) {
      await make(`r${index}`, { displayName: `run ${index}`, config: `{"lr":{"value":${index / 10}}}`, summary: `{"acc":${10 - index},"deep":{"x":${index}}}`, tags: index % 2 === 0 ? ["even"] : [] }, "list");
    }
  });

  it("is oldest first, or as asked", async () => {
    expect(await names(null)).toEqual(["r0", "r1", "r2", "r3", "r4"]);
    expect(await names({}, "-created_at")).toEqual(["r4", "r3", "r2", "r1", "r0"]);
    expect(await names({}, "+summary_metrics.acc")).toEqual(["r4", "r3", "r2", "r1", "r0"]);
    expect(await names({}, "-config.lr.value", { limit: 2, offset: 1 })).toEqual(["r3", "r2"]);
  });

  it("holds those that the filter finds, by columns and by values within", async () => {
    expect(await names({ display_name: "run 3" })).toEqual(["r3"]);
    expect(await names({ name: { $in: ["r1", "r4", "zz"] } })).toEqual(["r1", "r4"]);
    expect(await names({ $or: [{ "config.lr": { $gt: 0.25 } }, { "summary_metrics.deep.x": 0 }] })).toEqual(["r0", "r3", "r4"]);
    expect(await names({ "config.lr.value": { $lte: 0.1 }, state: "running" })).toEqual(["r0", "r1"]);
    expect(await names({ tags: { $in: ["even"] } }, null, { limit: 2, offset: 1 })).toEqual(["r2", "r4"]);
    expect(await names({ display_name: { $regex: "^run [12]$" }, username: "mia" })).toEqual(["r1", "r2"]);
    expect(await names({ sweep: "s" })).toEqual([]);
  });

  it("is counted with the same filters", async () => {
    const { project } = await make("r0", {}, "list");
    expect(await countRuns(services, project, null)).toBe(5);
    expect(await countRuns(services, project, '{"name":"r1"}')).toBe(1);
    expect(await countRuns(services, project, '{"config.lr":{"$gte":0.3}}')).toBe(2);
  });

  it("says what is wrong with a filter or an order", async () => {
    await expect(names({ displayname: "x" })).rejects.toThrow(/filters\.displayname.*did you mean/);
    await expect(names(null, "-config")).rejects.toThrow(/order/);
  });
});

describe("a run's end by hand", () => {
  it("moves only between the states that allow it", async () => {
    const { run } = await make("moved");
    await moveRunState(services, member, run.id, "failed");
    expect(await state(run)).toBe("failed");
    await moveRunState(services, member, run.id, "pending");
    expect(await codeOf(moveRunState(services, member, run.id, "finished"))).toBe("conflict");
    expect(await codeOf(moveRunState(services, member, run.id, "flying"))).toBe("invalid");
    expect(await codeOf(moveRunState(services, stranger, run.id, "failed"))).toBe("not_found");
  });

  it("deletes it with its lines", async () => {
    const { run } = await make("gone");
    await report("gone", { history: rows(0, ...steps(0, 2)) });
    expect(await codeOf(deleteRun(services, watcher, run.id))).toBe("forbidden");
    expect(await codeOf(stopRun(services, stranger, run.id))).toBe("not_found");
    await deleteRun(services, member, run.id);
    expect(await findVisibleRun(services, member, run.id)).toBeNull();
    expect(await codeOf(report("gone", {}))).toBe("not_found");
    expect(await codeOf(deleteRun(services, member, run.id))).toBe("not_found");
  });
});
