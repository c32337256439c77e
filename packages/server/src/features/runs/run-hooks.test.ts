import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { RunReport } from "../../domain/run.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import type { StoredExecution, TestPipeline } from "../../testing/pipeline.ts";
import { attempts, executions, startTestPipeline } from "../../testing/pipeline.ts";
import type { Receiver } from "../../testing/receiver.ts";
import { startReceiver } from "../../testing/receiver.ts";
import { until } from "../../testing/until.ts";
import { makeMinijinjaTemplates } from "../../adapters/templates-minijinja/minijinja-templates.ts";
import { listAutomations } from "../automations/index.ts";
import { listExecutions, redeliverExecution } from "../history/index.ts";
import type { Services } from "../services.ts";
import type { RunChanges } from "./index.ts";
import { listHooks, markRunsLost, receiveReport, stopRun, upsertRun } from "./index.ts";
import { runServices } from "./testing/run-services.ts";

const database = await createTestDatabase();
const templates = makeMinijinjaTemplates({ watchdogMs: 5_000 });
const [mia, vic, sam] = [await insertUser(database.db, "mia"), await insertUser(database.db, "vic"), await insertUser(database.db, "sam")];
const team = await insertTeam(database.db, "org", "team");
await addMember(database.db, team.teamEntityId, mia, "member");
await addMember(database.db, team.teamEntityId, vic, "viewer");
afterAll(async () => {
  await templates.close();
  await database.drop();
});

let running: TestPipeline;
let services: Services;
let receiver: Receiver;
let now = new Date("2026-01-01T00:00:00Z");
beforeEach(async () => {
  await database.db.query(sql("test_hooks_clear", "truncate events, executions, execution_outcomes, execution_reports, attempts, delivery_jobs, delivery_lanes, automations, automation_revisions"), []);
  receiver = await startReceiver();
  running = startTestPipeline(database.db);
  services = runServices(database.db, {}, { pipeline: running.pipeline, templates, clock: { now: () => now, monotonic: () => now.getTime() } });
});
afterEach(async () => {
  await running.stop();
  await receiver.close();
});

const nothing: RunChanges = { displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null };
const silence: RunReport = { history: null, events: null, output: null, summary: null, ended: null, preempting: false };
const configOf = (hooks: unknown, more: object = {}): string => JSON.stringify({ ...more, _hooks: { value: hooks, desc: null } });
const make = (name: string, config: string | null = null, changes: Partial<RunChanges> = {}): ReturnType<typeof upsertRun> => upsertRun(services, mia, { entity: "team", project: "p", name, state: null }, { ...nothing, config, ...changes });
const report = (run: string, parts: Partial<RunReport> = {}): Promise<unknown> => receiveReport(services, mia, { entity: "team", project: "p", run }, { ...silence, ...parts });
const end = (exitCode: number): Partial<RunReport> => ({ ended: { exitCode } });
const settled = (count: number): Promise<StoredExecution[]> =>
  until(`${count} executions are settled`, async () => {
    const all = await executions(database.db);
    return all.length === count && all.every(({ status }) => ["finished", "failed", "skipped"].includes(status)) ? all : null;
  });
const everyState = (): object[] => ["created", "running", "resumed", "finished", "failed"].map((run_state) => ({ run_state, url: receiver.url, body: `${run_state} {{run.state}}` }));
const bodies = (): string[] => receiver.received.map(({ body }) => body).sort();
const path = (run: string): { entity: string; project: string; run: string } => ({ entity: "team", project: "p", run });

describe("run hooks", () => {
  test("a hook acts for whoever started the run: demoted since, it calls nobody", async () => {
    const role = (name: string): Promise<unknown> => database.db.query(sql("test_set_role", "update team_members set role = $2 where user_id = $1"), [mia.userId, name]);
    await make("left", configOf([{ run_state: "failed", url: receiver.url }]));
    await report("left");
    await role("viewer");
    const before = now;
    now = new Date(now.getTime() + 3_600_000);
    await markRunsLost(services, 300_000);
    expect(await settled(1)).toMatchObject([{ status: "skipped", reason: "rights_lost" }]);
    expect(receiver.received).toHaveLength(0);
    await role("member");
    now = before;
  });

  test("each state of a run calls its hook once, however often the script reports; a resumed run starts again", async () => {
    await make("a", configOf(everyState()));
    await make("a", configOf(everyState()));
    await report("a");
    await report("a");
    await settled(2);
    expect(bodies()).toEqual(["created running", "running running"]);
    await report("a", end(1));
    await report("a", end(1));
    await settled(3);
    await make("a", configOf(everyState()));
    await settled(5);
    await report("a", end(0));
    await settled(6);
    expect(bodies()).toEqual(["created running", "failed failed", "finished finished", "resumed running", "running running", "running running"]);
  });

  test("silence is a failure, and being heard of again a resumption; being stopped is neither", async () => {
    await make("lost", configOf(everyState()));
    now = new Date(now.getTime() + 400_000);
    await markRunsLost(services, 300_000);
    await settled(3);
    await report("lost");
    await settled(4);
    expect(bodies()).toEqual(["created running", "failed crashed", "resumed running", "running running"]);
    const { run } = await make("stopped", configOf([{ run_state: "failed", url: receiver.url }, { run_state: "finished", url: receiver.url }]));
    await stopRun(services, mia, run.id);
    await report("stopped", end(255));
    expect(await executions(database.db)).toHaveLength(4);
  });

  test("the request is the seed's: JSON as written, with the run's values as they were; GET takes them in its URL", async () => {
    const body = '{"event": "wandb_run_finished", "run_id": "{{run.id}}", "project": "{{run.project.name}}", "run_url": "{{run.url}}", "accuracy": {{run.summary.accuracy}}, "lr": {{run.config.lr}}, "user": "{{run.user}}", "none": "{{run.summary.nope}}"}';
    await make("seed", configOf([{ run_state: "finished", url: receiver.url, method: "POST", body }, { run_state: "finished", url: `${receiver.url}?event=run_finished&run_id={{run.id}}&name={{run.name}}`, method: "GET" }], { lr: { value: 0.00001 } }), { displayName: "a & b" });
    await report("seed", { summary: '{"accuracy": 0.97, "_wandb": {"runtime": 3}}', ...end(0) });
    await make("seed", configOf([]), { displayName: "renamed later" });
    await settled(2);
    const post = receiver.received.find(({ method }) => method === "POST");
    expect(post?.body).toBe('{"event": "wandb_run_finished", "run_id": "seed", "project": "p", "run_url": "http://bellhop.test/team/p/runs/seed", "accuracy": 0.97, "lr": 1e-05, "user": "mia", "none": ""}');
    expect(post?.headers).toMatchObject({ "content-type": "application/json", "user-agent": "Bellhop/test", "webhook-id": expect.stringMatching(/^msg_/), "webhook-timestamp": expect.stringMatching(/^\d+$/) });
    for (const absent of ["authorization", "x-wandb-signature", "webhook-signature"]) expect(post?.headers).not.toHaveProperty(absent);
    const get = receiver.received.find(({ method }) => method === "GET");
    expect([get?.url, get?.body, get?.headers["content-type"]]).toEqual([`${new URL(receiver.url).pathname}?event=run_finished&run_id=seed&name=a%20%26%20b`, "", undefined]);
  });

  test("a hook may report to the address of the delivery that began its run; the history does not show the token", async () => {
    const address = `${receiver.url}/callbacks/${"t".repeat(64)}`;
    receiver.answer(({ body }) => ({ status: 200, body: `I was told ${body}` }));
    await make("reporting", configOf([{ run_state: "running", url: address, body: `{"status":"running","to":"${address}"}` }]));
    const [execution] = await settled(1);
    expect(bodies()).toEqual([`{"status":"running","to":"${address}"}`]);
    const [attempt] = await attempts(database.db, execution?.id ?? "");
    expect(attempt?.request).toMatchObject({ url: `${receiver.url}/callbacks/[callback token]` });
    expect(JSON.stringify(attempt)).toContain("I was told");
    expect(JSON.stringify(attempt)).not.toContain("tttt");
  });

  test("without a body {} is sent; what is no JSON is sent as text", async () => {
    await make("plain", configOf([{ run_state: "created", url: receiver.url }, { run_state: "created", url: receiver.url, body: "run {{run.id}}" }]));
    await settled(2);
    expect(receiver.received.map(({ body, headers }) => [body, headers["content-type"]]).sort()).toEqual([["run plain", "text/plain; charset=utf-8"], ["{}", "application/json"]]);
  });

  test("a receiver that is down gets the same bytes later, and again when they are delivered anew", async () => {
    receiver.answer((_request, count) => ({ status: count < 3 ? 500 : 200 }));
    await make("retry", configOf([{ run_state: "created", url: `${receiver.url}?at={{run.heartbeat_at}}`, body: "{{run.state}}" }]));
    await report("retry", end(1));
    const [execution] = await settled(1);
    expect(execution).toMatchObject({ status: "finished", attempt_count: 3 });
    await redeliverExecution(services, mia, { id: execution?.id ?? "", mode: "same_bytes" });
    await settled(2);
    expect(new Set(receiver.received.map(({ url, body }) => `${url} ${body}`))).toEqual(new Set([`${new URL(receiver.url).pathname}?at=2026-01-01T00%3A06%3A40.000Z running`]));
    expect(receiver.received).toHaveLength(4);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([`msg_${execution?.id}`]));
  });

  test("a receiver that never answers keeps its own places only, and one that always fails is asked as often as the schedule says", async () => {
    await running.stop();
    running = startTestPipeline(database.db, { laneConcurrency: 1, breaker: { failures: 2, probeMs: 3_600_000 } });
    services = { ...services, pipeline: running.pipeline };
    const silent = await startReceiver();
    let answer: () => void = () => undefined;
    const answered = new Promise<{ status: number }>((resolve) => (answer = () => resolve({ status: 200 })));
    silent.answer(() => answered);
    receiver.answer(() => ({ status: 500 }));
    const states = ["created", "running"];
    await make("apart", configOf([...states.map((run_state) => ({ run_state, url: silent.url })), ...states.map((run_state) => ({ run_state, url: receiver.url }))]));
    await report("apart");
    // Two hooks, three attempts each, beside one request that is not answered.
    await until("the others have failed for good", async () => (await executions(database.db)).filter(({ status, attempt_count: count }) => status === "failed" && count === 3).length === 2);
    expect([receiver.received.length, silent.received.length]).toEqual([6, 1]);
    answer();
    await settled(4);
    await silent.close();
  });

  test("hooks of a config replace the run's, the same ones change nothing, a config without any leaves them; no list of automations shows them", async () => {
    const hook = (body: string): object => ({ run_state: "finished", url: receiver.url, body });
    await make("change", configOf([hook("one")]));
    const [first] = await listHooks(services, mia, path("change"));
    await make("change", configOf([hook("one")]));
    await make("change", '{"lr":{"value":1}}');
    expect((await listHooks(services, vic, path("change"))).map(({ id }) => id)).toEqual([first?.id]);
    await make("change", configOf([hook("two"), hook("three")]));
    expect((await listHooks(services, mia, path("change"))).map(({ body }) => body)).toEqual(["two", "three"]);
    await report("change", end(0));
    await settled(2);
    expect(bodies()).toEqual(["three", "two"]);
    expect(await listAutomations(services, mia, { after: null, limit: 10, offset: 0 })).toEqual([]);
    await make("change", configOf([]));
    expect(await listHooks(services, mia, path("change"))).toEqual([]);
    expect(await listExecutions(services, vic, { run: "team/p/change", before: null, limit: 10 })).toHaveLength(2);
    expect(await listExecutions(services, mia, { run: "team/p/change", before: null, limit: 1, status: "finished" })).toHaveLength(1);
    await expect(listExecutions(services, mia, { run: "team/p/change", team: "team", before: null, limit: 10 })).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining("run: ") });
  });

  test("a run without hooks stores no event of theirs", async () => {
    await make("none");
    await report("none", end(0));
    expect((await database.db.query<{ type: string }>(sql("test_hooks_events", "select type from events order by id"), [])).map(({ type }) => type)).toEqual(["RUN_STATE", "RUN_STATE"]);
  });

  test("whatever is wrong with a hook, the script goes on, the run shows it, and so does the history", async () => {
    await make("bad", configOf([
      { run_state: "finished", url: receiver.url, body: "{{ run.id" },
      { run_state: "finishd", url: receiver.url },
      { run_state: "finished", url: receiver.url, body: "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}" },
      { run_state: "finished", url: receiver.url, body: "{{ 1|nofilter }}" },
      { run_state: "finished", url: "http://10.0.0.1/" },
      { run_state: "finished", url: "{{ run.id }}" },
    ]));
    await report("bad", end(0));
    await settled(6);
    const hooks = await listHooks(services, mia, path("bad"));
    expect(hooks.map(({ state, problem, lastExecution }) => [state, problem, lastExecution?.status, lastExecution?.reason])).toEqual([
      ["finished", "body: syntax error: unexpected end of input, expected end of variable block, in line 1", "skipped", "hook_invalid"],
      [null, expect.stringContaining('did you mean "finished"?'), "skipped", "hook_invalid"],
      ["finished", null, "failed", "template_out_of_fuel"],
      ["finished", null, "failed", "template_failed"],
      ["finished", null, "failed", "endpoint_not_allowed"],
      ["finished", expect.stringContaining("url must begin with http:// or https:// and a host"), "skipped", "hook_invalid"],
    ]);
    const [attempt] = await database.db.query<{ detail: string }>(sql("test_hooks_detail", "select detail from attempts where execution_id = $1"), [hooks[3]?.lastExecution?.id ?? ""]);
    expect(attempt?.detail).toBe("body: unknown filter: filter nofilter is unknown, in line 1");
    expect((await attempts(database.db, hooks[4]?.lastExecution?.id ?? "")).map(({ reason }) => reason), "an address that stays what it is is tried once").toEqual(["endpoint_not_allowed"]);
    expect(receiver.received).toEqual([]);
    await make("no list", configOf("https://example.com"));
    expect((await listHooks(services, mia, path("no list"))).map(({ problem }) => problem)).toEqual(['_hooks must be a list of hooks, is "https://example.com"']);
  });

  test("a template engine that is broken keeps no script from starting", async () => {
    const broken: Services = { ...services, templates: { ...templates, check: () => Promise.reject(new Error("no thread")) } };
    await upsertRun(broken, mia, { entity: "team", project: "p", name: "engine", state: null }, { ...nothing, config: configOf([{ run_state: "created", url: receiver.url }]) });
    await settled(1);
    expect(bodies()).toEqual(["{}"]);
  });

  test("a stranger finds neither the run's hooks nor their executions; a viewer reads but does not deliver anew", async () => {
    await make("private", configOf([{ run_state: "created", url: receiver.url }]));
    const [execution] = await settled(1);
    await expect(listHooks(services, sam, path("private"))).rejects.toMatchObject({ code: "not_found" });
    await expect(listExecutions(services, sam, { run: "team/p/private", before: null, limit: 10 })).rejects.toMatchObject({ code: "not_found" });
    await expect(redeliverExecution(services, vic, { id: execution?.id ?? "", mode: "same_bytes" })).rejects.toMatchObject({ code: "forbidden" });
  });
});
