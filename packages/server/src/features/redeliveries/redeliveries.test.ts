import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../db/database.ts";
import type { Database } from "../../db/database.ts";
import { exampleChange, insertWebhook, startTestPipeline } from "../../testing/pipeline.ts";
import type { Receiver } from "../../testing/receiver.ts";
import { startReceiver } from "../../testing/receiver.ts";
import { until } from "../../testing/until.ts";
import { createAutomation, updateAutomation } from "../automations/index.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { insertCollection, insertProject, makeWorld, refusal } from "../automations/testing/automation-world.ts";
import { listExecutions, redeliverExecution } from "../history/index.ts";
import { putSecret } from "../secrets/index.ts";
import { advanceRedeliveries, cancelRedelivery, compareRedelivery, countRedelivery, readRedelivery, startRedelivery } from "./index.ts";

let world: World;
let receiver: Receiver;
let project: number;
let collection: number;
let webhook: string;
let automationId: string;
let rounds = 0;

beforeAll(async () => {
  world = await makeWorld();
  project = await insertProject(world.services.db, world.teamId, "mnist");
  collection = await insertCollection(world.services.db, { entityId: world.teamId, projectId: project }, "models", "sequence");
  await putSecret(world.services, world.admin, { team: "vision-team", name: "TOKEN", value: "canary-of-a-secret" });
});
afterAll(() => world.drop());
beforeEach(async () => {
  await world.services.db.query(sql("test_clear", "truncate events, executions, execution_outcomes, execution_reports, attempts, delivery_jobs, delivery_lanes, redeliveries, automations, automation_revisions"), []);
  receiver = await startReceiver();
  webhook = await insertWebhook(world.services.db, { url: receiver.url, entityId: world.teamId, secretNames: ["TOKEN"], retrySchedule: [0] });
  rounds += 1;
  const made = await createAutomation(world.services, world.admin, {
    name: `deploy ${rounds}`, description: null, enabled: true, scope: { kind: "project", id: project }, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" },
    action: { type: "GENERIC_WEBHOOK", webhook: { id: webhook }, payload: '{"alias":"${alias}","token":"${TOKEN}","id":"${execution_id}"}' },
  });
  automationId = made.id;
  return () => receiver.close();
});

const ring = (count: number, db: Database = world.services.db) =>
  db.transaction((tx) => world.services.pipeline.captureChange(tx, ...Array.from({ length: count }, (_, index) => exampleChange({ subject: { collectionId: collection, projectId: project, entityId: world.teamId, alias: `a${index}` } }))));
/** Lets workers run until nothing is left to deliver. */
const deliverAll = async (): Promise<void> => {
  const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore, breaker: { failures: 10_000 } });
  await until("every job is done", async () => (await world.services.db.query(sql("test_jobs", "select execution_id from delivery_jobs"), [])).length === 0);
  await running.stop();
};
const fail = async (count: number): Promise<void> => {
  receiver.answer(() => ({ status: 500 }));
  await ring(count);
  await deliverAll();
  receiver.answer(() => ({ status: 200 }));
  receiver.received.length = 0;
};
const list = (query: Partial<Parameters<typeof listExecutions>[2]> = {}) => listExecutions(world.services, world.admin, { before: null, limit: 1_000, ...query });
const allFailed = () => ({ selection: { by: "automation", id: automationId, since: null }, mode: "same_bytes" }) as const;

describe("a redelivery of all that failed", () => {
  it("is counted first, goes on in steps, and delivers each once under the id that the receiver has seen", async () => {
    await fail(450);
    await ring(1);
    await deliverAll();
    receiver.received.length = 0;
    expect(await countRedelivery(world.services, world.admin, allFailed())).toBe(450);
    expect(await list({ status: "pending" })).toEqual([]);
    const started = await startRedelivery(world.services, world.admin, allFailed());
    expect(started).toMatchObject({ entity: "vision-team", requestedBy: "ada", mode: "same_bytes", status: "running", total: 450, planned: 0, finishedAt: null });
    expect(await advanceRedeliveries(world.services)).toBe(450);
    expect(await readRedelivery(world.services, world.viewer, started)).toMatchObject({ status: "done", planned: 450, delivered: 0, finishedAt: expect.any(Date) });
    await deliverAll();
    expect(await readRedelivery(world.services, world.viewer, started)).toMatchObject({ delivered: 450, failed: 0, cancelled: 0 });
    const failed = (await list({ status: "failed" })).map(({ id }) => `msg_${id}`).sort();
    expect(receiver.received.map(({ headers }) => String(headers["webhook-id"])).sort()).toEqual(failed);
    const again = (await list()).filter(({ redeliveryId }) => redeliveryId === started.id);
    expect(again.every(({ redeliveryOf, redeliveryMode, messageId }) => redeliveryMode === "same_bytes" && messageId === redeliveryOf)).toBe(true);
    expect(await countRedelivery(world.services, world.admin, allFailed())).toBe(0);
  });

  it("counts what was delivered again by the last of its line, and only what is not older than it may be", async () => {
    await fail(2);
    const [newest, oldest] = await list();
    receiver.answer(() => ({ status: 500 }));
    const again = await redeliverExecution(world.services, world.admin, { id: oldest?.id ?? "", mode: "same_bytes" });
    await deliverAll();
    expect(await countRedelivery(world.services, world.admin, allFailed())).toBe(2);
    const started = await startRedelivery(world.services, world.admin, { selection: { by: "webhook", id: webhook, since: null }, mode: "same_bytes" });
    receiver.answer(() => ({ status: 200 }));
    await advanceRedeliveries(world.services);
    await deliverAll();
    expect((await list()).filter(({ redeliveryId }) => redeliveryId === started.id).map(({ redeliveryOf }) => redeliveryOf).sort()).toEqual([newest?.id, again.id].sort());
    await fail(1);
    await world.services.db.query(sql("test_age", "update executions set created_at = now() - interval '2 hours' where status = 'failed' and id < $1"), [(await list())[0]?.id ?? ""]);
    expect(await countRedelivery(world.services, world.admin, { selection: { by: "webhook", id: webhook, since: new Date(Date.now() - 3_600_000) }, mode: "same_bytes" })).toBe(1);
  });

  it("that is interrupted in a step loses nothing and repeats nothing", async () => {
    await fail(500);
    const started = await startRedelivery(world.services, world.admin, allFailed());
    let transactions = 0;
    const dying: Database = { ...world.services.db, transaction: (work) => world.services.db.transaction(async (tx) => {
      const result = await work(tx);
      transactions += 1;
      // As if the process had been killed with the second step done and not committed.
      if (transactions === 2) throw new Error("killed");
      return result;
    }) };
    await expect(advanceRedeliveries({ ...world.services, db: dying })).rejects.toThrow("killed");
    expect(await readRedelivery(world.services, world.admin, started)).toMatchObject({ status: "running", planned: 200 });
    await Promise.all([advanceRedeliveries(world.services), advanceRedeliveries(world.services)]);
    expect(await readRedelivery(world.services, world.admin, started)).toMatchObject({ status: "done", planned: 500 });
    const again = (await list({ limit: 2_000 })).filter(({ redeliveryId }) => redeliveryId === started.id);
    expect(new Set(again.map(({ redeliveryOf }) => redeliveryOf)).size).toBe(500);
    expect(again).toHaveLength(500);
  });

  it("can be cancelled: no more is planned, what has not begun is cancelled with its reason", async () => {
    await fail(300);
    const started = await startRedelivery(world.services, world.admin, allFailed());
    let turns = 0;
    await advanceRedeliveries(world.services, () => ++turns > 1);
    expect(await readRedelivery(world.services, world.admin, started)).toMatchObject({ status: "running", planned: 200 });
    expect(await cancelRedelivery(world.services, world.admin, started)).toMatchObject({ status: "cancelling" });
    expect(await advanceRedeliveries(world.services)).toBe(200);
    expect(await readRedelivery(world.services, world.admin, started)).toMatchObject({ status: "cancelled", planned: 200, cancelled: 200, delivered: 0 });
    expect((await list({ status: "cancelled" })).every(({ reason }) => reason?.code === "redelivery_cancelled")).toBe(true);
    await deliverAll();
    expect(receiver.received).toEqual([]);
    expect(await refusal(cancelRedelivery(world.services, world.admin, started))).toMatchObject({ code: "conflict", message: expect.stringContaining("cancelled") });
  });
});

describe("a redelivery of chosen executions", () => {
  it("rendered anew sends today's payload as messages of their own, and the history says so", async () => {
    await fail(3);
    const two = (await list()).slice(0, 2);
    const chosen = two.map(({ id }) => id);
    await updateAutomation(world.services, world.admin, { id: automationId, action: { type: "GENERIC_WEBHOOK", webhook: { id: webhook }, payload: '{"new":"${alias}"}' } });
    const started = await startRedelivery(world.services, world.admin, { selection: { by: "executions", ids: chosen }, mode: "rendered_anew" });
    await advanceRedeliveries(world.services);
    await deliverAll();
    expect(receiver.received.map(({ body }) => body).sort()).toEqual(two.map(({ event }) => `{"new":"${event.alias}"}`).sort());
    const again = (await list()).filter(({ redeliveryId }) => redeliveryId === started.id);
    expect(again.map(({ automation, redeliveryMode, messageId, id }) => [automation.revision, redeliveryMode, messageId === id])).toEqual([[2, "rendered_anew", true], [2, "rendered_anew", true]]);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"]).sort()).toEqual(again.map(({ id }) => `msg_${id}`).sort());
  });

  it("is refused for what has not ended, for a list with an id twice, and as a whole when one is not there", async () => {
    await ring(1);
    const [waiting] = await list();
    const start = (ids: string[], viewer = world.admin) => refusal(startRedelivery(world.services, viewer, { selection: { by: "executions", ids }, mode: "same_bytes" }));
    const id = waiting?.id ?? "";
    expect(await start([id])).toMatchObject({ code: "invalid", message: expect.stringContaining("is pending") });
    expect(await start([id, id])).toMatchObject({ code: "invalid", message: expect.stringContaining("twice") });
    expect(await start([])).toMatchObject({ code: "invalid" });
    await deliverAll();
    expect(await start([id, "01890a5d-ac96-774b-bcce-b302099a8057"])).toMatchObject({ code: "not_found" });
  });
});

describe("what a redelivery would send", () => {
  it("is shown in either mode, with their differences, secrets by name only; nothing is sent", async () => {
    await fail(1);
    const [one] = await list();
    const compare = () => compareRedelivery(world.services, world.viewer, { id: one?.id ?? "" });
    const before = await compare();
    expect(before).toMatchObject({ same: false, sameBytes: { webhookId: webhook, body: `{"alias":"a0","token":"\${TOKEN}","id":"${one?.id}"}`, reason: null }, differences: [{ path: "id", before: one?.id }] });
    await updateAutomation(world.services, world.admin, { id: automationId, action: { type: "GENERIC_WEBHOOK", webhook: { id: webhook }, payload: '{"alias":"${alias}","tags":["x"]}' } });
    const after = await compare();
    expect(after.renderedAnew.body).toBe('{"alias":"a0","tags":["x"]}');
    expect(after.differences).toEqual([{ path: "token", before: "${TOKEN}", after: undefined }, { path: "id", before: one?.id, after: undefined }, { path: "tags", before: undefined, after: ["x"] }]);
    await world.services.db.query(sql("test_disable_hook", "update webhooks set enabled = false where id = $1"), [webhook]);
    expect(await compare()).toMatchObject({ renderedAnew: { body: null, reason: "webhook_disabled" }, sameBytes: { body: null, reason: "webhook_disabled" }, same: true, differences: [] });
    expect(JSON.stringify([before, after])).not.toContain("canary");
    expect(receiver.received).toEqual([]);
  });
});

describe("who may deliver again", () => {
  it("is who may edit the automations, or administers the webhook's team; strangers meet what is not there", async () => {
    await fail(1);
    const [one] = await list();
    const selections = [{ by: "executions", ids: [one?.id ?? ""] }, { by: "automation", id: automationId, since: null }, { by: "webhook", id: webhook, since: null }] as const;
    const missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    for (const selection of selections) {
      const input = { selection, mode: "same_bytes" } as const;
      for (const viewer of [world.member, world.viewer]) expect(await refusal(startRedelivery(world.services, viewer, input))).toMatchObject({ code: "forbidden" });
      for (const verb of [startRedelivery, countRedelivery]) expect(await refusal(verb(world.services, world.stranger, input))).toMatchObject({ code: "not_found" });
    }
    const started = await startRedelivery(world.services, world.admin, allFailed());
    expect(await refusal(cancelRedelivery(world.services, world.member, started))).toMatchObject({ code: "forbidden" });
    for (const verb of [readRedelivery, cancelRedelivery]) {
      expect(await refusal(verb(world.services, world.stranger, started))).toEqual(await refusal(verb(world.services, world.stranger, { id: missing })));
      expect(await refusal(verb(world.services, world.admin, { id: "nonsense" }))).toMatchObject({ code: "not_found" });
    }
    expect(await refusal(compareRedelivery(world.services, world.stranger, { id: one?.id ?? "" }))).toEqual(await refusal(compareRedelivery(world.services, world.stranger, { id: missing })));
  });
});
