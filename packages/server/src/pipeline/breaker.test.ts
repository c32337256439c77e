import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../db/database.ts";
import { findWebhook, relieveLane } from "../db/queries/webhooks.ts";
import { createTestDatabase } from "../testing/database.ts";
import { insertTeam } from "../testing/people.ts";
import type { TestPipeline, TestPipelineOptions } from "../testing/pipeline.ts";
import { attempts, exampleChange, executions, insertAutomation, insertWebhook, startTestPipeline } from "../testing/pipeline.ts";
import type { Receiver } from "../testing/receiver.ts";
import { startReceiver } from "../testing/receiver.ts";
import { until } from "../testing/until.ts";

describe("a circuit breaker", async () => {
  const database = await createTestDatabase();
  const { db } = database;
  const { teamEntityId: entityId } = await insertTeam(db, "acme", "ours");
  let receiver: Receiver;
  let watcher: Receiver;
  let running: TestPipeline;
  let webhookId: string;

  beforeEach(async () => {
    await db.query(sql("test_clear", "truncate events, executions, execution_outcomes, execution_reports, attempts, delivery_jobs, delivery_lanes, automations, automation_revisions, webhooks"), []);
    [receiver, watcher] = [await startReceiver(), await startReceiver()];
    webhookId = await insertWebhook(db, { url: receiver.url, entityId });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId });
    const pager = await insertWebhook(db, { url: watcher.url, entityId });
    for (const eventType of ["WEBHOOK_FAILING", "WEBHOOK_DISABLED", "WEBHOOK_RECOVERED"]) {
      await insertAutomation(db, { entityId, scope: ["entity", entityId], webhookId: pager, eventType, filter: "{}", payload: '{"what":"${event_type}","who":"${event_author}","status":"${webhook_status}","reason":"${webhook_reason}","team":"${entity_name}"}' });
      await insertAutomation(db, { entityId, scope: ["entity", entityId], webhookId, eventType, filter: "{}" });
    }
  });
  afterEach(async () => {
    await running.stop();
    await receiver.close();
    await watcher.close();
  });
  afterAll(() => database.drop());

  const start = (options: TestPipelineOptions): void => {
    running = startTestPipeline(db, { scheduleMs: [0, 0, 0, 0, 0, 0], ...options });
  };
  const ring = (count: number): Promise<void> =>
    db.transaction((tx) => running.pipeline.captureChange(tx, ...Array.from({ length: count }, () => exampleChange({ subject: { entityId } }))));
  const webhook = async () => {
    const row = await findWebhook(db, entityId, webhookId);
    if (row === null) throw new Error("no webhook");
    return row;
  };
  const told = (): unknown[] => watcher.received.map(({ body }) => JSON.parse(body));
  const calls = (): Promise<{ status: string; reason: string | null }[]> => executions(db).then((all) => all.filter(({ reason }) => reason !== "own_webhook"));

  test("opens after so many failures in a row, holds back what waits without an attempt, and tells the team once", async () => {
    receiver.answer(() => ({ status: 500 }));
    start({ breaker: { failures: 3, probeMs: 3_600_000 }, laneConcurrency: 1 });
    await ring(5);
    await until("the team is told", () => told().length === 1);
    expect(told()).toEqual([{ what: "WEBHOOK_FAILING", who: "bellhop", status: "failing", reason: "The receiver answered with a status that is not 2xx.", team: "ours" }]);
    expect(receiver.received).toHaveLength(3);
    expect(await webhook()).toMatchObject({ enabled: true, lane_failures: 3, open_reason: "status_not_success", half_open: false, opened_at: expect.any(Date), failing_since: expect.any(Date), held_until: expect.any(Date) });
    await ring(2);
    // The workers have looked at the new ones once nothing is fresh any more.
    await until("the lane knows of them", async () => (await db.query(sql("test_fresh", "select execution_id from delivery_jobs where fresh"), [])).length === 0);
    await until("it is stored that the team was told", async () => (await calls()).some(({ status }) => status === "finished"));
    expect(receiver.received).toHaveLength(3);
    expect((await calls()).map(({ status }) => status).filter((status) => status !== "finished").sort()).toEqual(["pending", "pending", "pending", "pending", "retrying", "retrying", "retrying"]);
  });

  test("lets one attempt through when its time has come; success closes it and lets everything out", async () => {
    let well = false;
    receiver.answer(() => ({ status: well ? 200 : 503 }));
    start({ breaker: { failures: 2, probeMs: 200 }, laneConcurrency: 1, scheduleMs: Array(50).fill(0) });
    await ring(20);
    await until("it is open", async () => (await webhook()).opened_at !== null);
    well = true;
    await until("all are delivered", async () => (await db.query(sql("test_jobs", "select execution_id from delivery_jobs"), [])).length === 0);
    expect(await webhook()).toMatchObject({ opened_at: null, open_reason: null, held_until: null, lane_failures: 0, failing_since: null });
    expect(told()).toEqual([expect.objectContaining({ what: "WEBHOOK_FAILING" }), { what: "WEBHOOK_RECOVERED", who: "bellhop", status: "working", reason: "", team: "ours" }]);
  });

  test("holds the lane for twice as long after each attempt that fails while half-open, one at a time, and tells nobody again", async () => {
    receiver.answer(() => ({ status: 500 }));
    start({ breaker: { failures: 1, probeMs: 50, mostProbeMs: 400 }, laneConcurrency: 16, scheduleMs: Array(50).fill(0) });
    await ring(1);
    const lane = () => db.query<{ probes: number; hold: number }>(sql("test_hold", "select probes, round(extract(epoch from held_until - (select max(finished_at) from attempts)) * 1000)::float8 as hold from delivery_lanes where webhook_id = $1"), [webhookId]);
    await until("five probes failed", async () => ((await lane())[0]?.probes ?? 0) >= 5);
    expect((await lane())[0]?.hold).toBe(400);
    await until("the team is told", () => told().length > 0);
    expect(told()).toHaveLength(1);
    const starts = await db.query<{ gap: number }>(sql("test_gaps", "select extract(epoch from started_at - lag(finished_at) over (order by started_at)) * 1000 as gap from attempts where outcome = 'failed' order by started_at offset 1"), []);
    for (const [index, { gap }] of starts.slice(0, 4).entries()) expect(Number(gap)).toBeGreaterThanOrEqual(Math.min(400, 50 * 2 ** index) - 5);
  });

  test("never calls a webhook to say that this very webhook fails: that is skipped, with the reason", async () => {
    receiver.answer(() => ({ status: 500 }));
    start({ breaker: { failures: 1, probeMs: 3_600_000 } });
    await ring(1);
    await until("the team is told", () => told().length === 1);
    expect((await executions(db)).filter(({ status }) => status === "skipped").map(({ reason }) => reason)).toEqual(["own_webhook"]);
    expect(receiver.received).toHaveLength(1);
  });

  test("410 disables the webhook and tells the team so, in one transaction", async () => {
    receiver.answer(() => ({ status: 410 }));
    start({});
    await ring(1);
    await until("the team is told", () => told().length === 1);
    expect(told()).toEqual([{ what: "WEBHOOK_DISABLED", who: "bellhop", status: "disabled", reason: "The receiver answered 410 Gone; a webhook is then disabled.", team: "ours" }]);
    expect(await webhook()).toMatchObject({ enabled: false, disabled_reason: "gone" });
  });

  test("a webhook with nothing but failures for so long is disabled; one success begins the count anew", async () => {
    let status = 500;
    receiver.answer(() => ({ status }));
    start({ breaker: { failures: 100, disableAfterMs: 60_000 }, scheduleMs: [0] });
    await ring(1);
    await until("it failed", async () => (await webhook()).lane_failures === 1);
    const age = sql("test_age_failing", "update delivery_lanes set failing_since = failing_since - interval '2 minutes' where webhook_id = $1");
    await db.query(age, [webhookId]);
    status = 200;
    await ring(1);
    await until("it worked", async () => (await webhook()).failing_since === null);
    status = 500;
    await ring(1);
    await until("it failed again", async () => (await webhook()).lane_failures === 1);
    expect(await webhook()).toMatchObject({ enabled: true });
    await db.query(age, [webhookId]);
    await ring(1);
    await until("it is disabled", async () => !(await webhook()).enabled);
    expect(await webhook()).toMatchObject({ disabled_reason: "webhook_failing" });
    await until("the team is told", () => told().length === 1);
    expect(told()).toEqual([expect.objectContaining({ what: "WEBHOOK_DISABLED", reason: "Nothing but failures for days; the webhook was disabled." })]);
  });

  test("given another chance by hand, it tries at once", async () => {
    let well = false;
    receiver.answer(() => ({ status: well ? 200 : 500 }));
    start({ breaker: { failures: 1, probeMs: 3_600_000 }, scheduleMs: [0, 0, 0] });
    await ring(1);
    await until("it is open", async () => (await webhook()).opened_at !== null);
    well = true;
    await db.transaction(async (tx) => {
      await relieveLane(tx, webhookId);
      running.pipeline.wake(tx);
    });
    await until("the team hears that it works", () => told().length === 2);
    const [first] = await executions(db);
    expect((await attempts(db, first?.id ?? "")).map(({ outcome }) => outcome)).toEqual(["failed", "delivered"]);
  });

  test("what was never sent says nothing about the receiver", async () => {
    start({ breaker: { failures: 1 } });
    await db.query(sql("test_name_secret", "update webhooks set access_token = 'GONE' where id = $1"), [webhookId]);
    await ring(1);
    await until("it is settled", async () => (await executions(db))[0]?.status === "failed");
    expect(await webhook()).toMatchObject({ opened_at: null, lane_failures: 0 });
  });
});
