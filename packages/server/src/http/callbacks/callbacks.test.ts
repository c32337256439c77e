import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import { callbackLinks } from "../../features/outcomes/index.ts";
import { readExecution, redeliverExecution } from "../../features/history/index.ts";
import { compareRedelivery } from "../../features/redeliveries/index.ts";
import type { World } from "../../features/automations/testing/automation-world.ts";
import { insertProject, makeWorld } from "../../features/automations/testing/automation-world.ts";
import { silentLog } from "../../kit/log.ts";
import { memorySecretStore } from "../../ports/secret-store/memory.ts";
import { exampleChange, executions, insertAutomation, insertWebhook, newId, startTestPipeline } from "../../testing/pipeline.ts";
import type { Receiver } from "../../testing/receiver.ts";
import { startReceiver } from "../../testing/receiver.ts";
import { until } from "../../testing/until.ts";
import { makeHttpServer } from "../server.ts";
import { listen } from "../testing/rest-client.ts";
import { callbackRoutes } from "./index.ts";

let world: World;
let app: FastifyInstance;
let address: string;
let receiver: Receiver;
let executionId: string;
/** What was delivered as `${callback_url}`. */
let url: string;

async function deliver(): Promise<string> {
  const before = receiver.received.length;
  const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore, publicUrl: address });
  await world.services.db.transaction((tx) => running.pipeline.captureChange(tx, exampleChange({ subject: { entityId: world.teamId, projectId: 77 } })));
  await until("it is settled", async () => (await executions(world.services.db)).every(({ status }) => status === "finished") && receiver.received.length > before);
  await running.stop();
  return JSON.parse(receiver.received.at(-1)?.body ?? "").report;
}

beforeAll(async () => {
  world = await makeWorld();
  receiver = await startReceiver();
  receiver.answer(({ body }) => ({ status: 200, body: `I was told ${body}` }));
  app = makeHttpServer({ log: silentLog, ids: newId });
  await callbackRoutes(app, { services: world.services });
  address = await listen(app);
  await insertProject(world.services.db, world.teamId, "mnist");
  const webhookId = await insertWebhook(world.services.db, { url: receiver.url, entityId: world.teamId });
  await insertAutomation(world.services.db, { entityId: world.teamId, scope: ["project", 77], webhookId, payload: '{"report":"${callback_url}"}' });
});
beforeEach(async () => {
  await world.services.db.query(sql("test_clear", "truncate executions, events cascade"), []);
  url = await deliver();
  executionId = (await executions(world.services.db)).at(-1)?.id ?? "";
});
afterAll(async () => {
  await app.close();
  await receiver.close();
  await world.drop();
});

async function report(body: unknown, to = url): Promise<{ status: number; answer: string; retryAfter: string | null }> {
  const answer = await fetch(to, { method: "POST", headers: { "content-type": "application/json" }, body: typeof body === "string" ? body : JSON.stringify(body) });
  return { status: answer.status, answer: await answer.text(), retryAfter: answer.headers.get("retry-after") };
}
const read = () => readExecution(world.services, world.viewer, { id: executionId });

describe("the callback address of a delivery", () => {
  test("takes what the receiver reports, without signing in, and the execution shows each report and the latest", async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callbacks\/[\w-]{64}$/);
    expect(await read()).toMatchObject({ outcome: null, reports: [] });
    expect(await report({ status: "running", message: "rolling out" })).toMatchObject({ status: 204, answer: "" });
    expect(await report({ status: "succeeded", message: "3 of 3 replicas", url: "https://ci.example.com/jobs/7" })).toMatchObject({ status: 204 });
    expect(await read()).toMatchObject({
      outcome: { status: "succeeded", message: "3 of 3 replicas", url: "https://ci.example.com/jobs/7", reportedAt: expect.any(Date) },
      reports: [{ number: 1, status: "running", message: "rolling out", url: null }, { number: 2, status: "succeeded" }],
    });
  });

  test("takes the same report twice as one, and nothing else after the end", async () => {
    for (let turn = 0; turn < 3; turn += 1) expect(await report({ status: "failed", message: "no quota" })).toMatchObject({ status: 204 });
    for (const other of [{ status: "succeeded" }, { status: "running" }, { status: "failed", message: "other" }]) expect(await report(other)).toMatchObject({ status: 409 });
    expect(await read()).toMatchObject({ outcome: { status: "failed", message: "no quota" }, reports: [{ number: 1 }] });
  });

  test("puts the end, once, into the audit log, with where it came from; progress stands with the execution alone", async () => {
    await world.services.db.query(sql("test_clear_audit", "truncate audit_entries"), []);
    await report({ status: "running" });
    for (let turn = 0; turn < 2; turn += 1) await report({ status: "succeeded", message: "3 of 3" });
    expect(await world.services.db.query(sql("test_audit", "select action, entity_id, object_id, actor_name, credential_kind, address, user_agent, after from audit_entries"), [])).toEqual([
      { action: "execution.report", entity_id: world.teamId, object_id: executionId, actor_name: null, credential_kind: null, address: "127.0.0.1", user_agent: expect.stringMatching(/./), after: { status: "succeeded" } },
    ]);
  });

  test("counts reports that come at once one by one", async () => {
    await Promise.all(Array.from({ length: 10 }, (_, index) => report({ status: "running", message: `step ${index}` })));
    expect((await read()).reports.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("asks for patience when progress comes too often, and takes the end all the same", async () => {
    const answers = [];
    for (let turn = 0; turn < 21; turn += 1) answers.push(await report({ status: "running", message: `${turn} %` }));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(20);
    expect(answers.at(-1)).toMatchObject({ status: 429, retryAfter: "60" });
    expect(await report({ status: "succeeded" })).toMatchObject({ status: 204 });
  });

  test.each<[string, unknown, number, string]>([
    ["no status", {}, 422, "status"],
    ["an unknown status", { status: "done" }, 422, "status"],
    ["an unknown name", { status: "running", mesage: "x" }, 422, 'did you mean \\"message\\"'],
    ["an address that is no link", { status: "running", url: "javascript:alert(1)" }, 422, "url"],
    ["a message that is too long", { status: "running", message: "x".repeat(2_001) }, 422, "message"],
    ["a body that is not JSON", "{", 400, "not JSON"],
    ["a body that is too large", { status: "running", message: "x".repeat(20_000) }, 413, "too large"],
    ["a body that holds a NUL", '{"status":"running","message":"a\\u0000b\\ud800","url":"https://a.example/\\u0000"}', 204, ""],
  ])("answers %s", async (_what, body, status, says) => {
    const answered = await report(body);
    expect([answered.status, answered.answer]).toEqual([status, expect.stringContaining(says)]);
  });

  test("answers alike, and as if there were nothing, for a token that is forged, foreign, expired, or of something that is gone", async () => {
    const foreign = callbackLinks({ secretStore: memorySecretStore(), publicUrl: address })(executionId);
    const missing = callbackLinks({ ...world.services, publicUrl: address })(newId());
    const forged = `${url.slice(0, -2)}${url.endsWith("AA") ? "BB" : "AA"}`;
    const answers = [await report({ status: "succeeded" }, forged), await report({ status: "succeeded" }, foreign), await report("no JSON", foreign), await report({ status: "succeeded" }, missing), await report({ status: "succeeded" }, `${address}/callbacks/x`)];
    await world.services.db.query(sql("test_age", "update executions set created_at = now() - interval '169 hours'"), []);
    answers.push(await report({ status: "succeeded" }));
    expect(new Set(answers.map(({ status, answer }) => `${status} ${answer}`))).toEqual(new Set(['404 {"error":{"code":"not_found","message":"Callback not found.","details":[]}}']));
    expect((await read()).outcome).toBeNull();
  });

  test("ends with its time, also after something was reported", async () => {
    await report({ status: "running" });
    await world.services.db.query(sql("test_age", "update executions set created_at = now() - interval '169 hours'"), []);
    expect(await report({ status: "succeeded" })).toMatchObject({ status: 404 });
    expect(await read()).toMatchObject({ outcome: { status: "running" } });
  });

  test("stands in no history: neither in what was sent nor in what an echoing receiver answered", async () => {
    const { attempts } = await read();
    expect(attempts[0]?.request?.body).toContain("[callback token]");
    expect(JSON.stringify(attempts)).not.toContain(url.slice(-64));
    const comparison = await compareRedelivery(world.services, world.viewer, { id: executionId });
    expect(comparison).toMatchObject({ sameBytes: { body: expect.stringContaining("[callback token]") }, renderedAnew: { body: expect.stringContaining("[callback token]") } });
    expect(JSON.stringify(comparison)).not.toContain(url.slice(-64));
  });

  test("is the same in the same bytes that are delivered again", async () => {
    const again = await redeliverExecution(world.services, world.admin, { id: executionId, mode: "same_bytes" });
    const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore, publicUrl: address });
    await until("it is delivered again", async () => (await executions(world.services.db)).find(({ id, status }) => id === again.id && status === "finished"));
    await running.stop();
    expect(JSON.parse(receiver.received.at(-1)?.body ?? "").report).toBe(url);
  });

  test("is the original's in the same bytes that were never sent before, and a new one in what is rendered anew", async () => {
    await world.services.db.query(sql("test_never_rendered", "update executions set rendered = null, status = 'failed' where id = $1"), [executionId]);
    const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore, publicUrl: address });
    for (const mode of ["same_bytes", "rendered_anew"] as const) {
      const again = await redeliverExecution(world.services, world.admin, { id: executionId, mode });
      await until("it is delivered again", async () => (await executions(world.services.db)).find(({ id, status }) => id === again.id && status === "finished"));
      const { report: address, ...rest } = JSON.parse(receiver.received.at(-1)?.body ?? "");
      expect(rest).toEqual({});
      expect(address === url, mode).toBe(mode === "same_bytes");
    }
    await running.stop();
  });
});
