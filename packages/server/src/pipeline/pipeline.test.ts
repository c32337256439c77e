import { createHmac } from "node:crypto";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../db/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { insertTeam } from "../testing/people.ts";
import type { TestPipeline } from "../testing/pipeline.ts";
import { attempts, exampleChange, executions, insertAutomation, insertWebhook, newId, startTestPipeline } from "../testing/pipeline.ts";
import type { Receiver } from "../testing/receiver.ts";
import { startReceiver } from "../testing/receiver.ts";
import { until } from "../testing/until.ts";

describe("the way of an event", async () => {
  const database = await createTestDatabase();
  const { db } = database;
  const team = await insertTeam(db, "acme", "my-team");
  const entityId = team.teamEntityId;
  let receiver: Receiver;
  let running: TestPipeline;

  beforeEach(async () => {
    await db.query(sql("test_clear", "truncate events, executions, execution_outcomes, execution_reports, attempts, delivery_jobs, automations, automation_revisions, webhooks, secrets cascade"), []);
    receiver = await startReceiver();
    running = startTestPipeline(db);
  });
  afterEach(async () => {
    await running.stop();
    await receiver.close();
  });
  afterAll(() => database.drop());

  const raise = (change = exampleChange({ subject: { entityId } })): Promise<void> => db.transaction((tx) => running.pipeline.captureChange(tx, change));
  const settled = (count: number): Promise<Awaited<ReturnType<typeof executions>>> =>
    until(`${count} executions are settled`, async () => {
      const all = await executions(db);
      return all.length === count && all.every(({ status }) => ["finished", "failed", "skipped"].includes(status)) ? all : null;
    });
  const putSecret = async (name: string, value: string): Promise<void> => {
    const id = newId();
    const sealed = await running.secretStore.seal(value, { entityId: String(entityId), secretId: id, version: 1 });
    await db.query(sql("test_secret", "insert into secrets (id, entity_id, name, version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext) values ($1, $2, $3, 1, $4, $5, $6, $7, $8)"),
      [id, entityId, name, sealed.keyId, sealed.wrapNonce, sealed.wrappedKey, sealed.nonce, sealed.ciphertext]);
  };

  test("a matching automation gets one POST with the rendered payload, and an automation without one gets {}", async () => {
    const webhookId = await insertWebhook(db, { url: receiver.url, entityId });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId, filter: '{"$or":[{"$and":[{"alias":{"$eq":"production"}}]}]}', payload: '{"v":"${artifact_version_string}","id":"${artifact_version}","t":"${event_type}","m":"${artifact_metadata.model_type}","none":"${run_name}"}' });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId });
    await raise();
    await settled(2);
    expect(receiver.received.map(({ body }) => JSON.parse(body)).sort((a, b) => Object.keys(a).length - Object.keys(b).length)).toEqual([
      {},
      { v: "my-team/model-registry/llm-models:production", id: "wandb-artifact://_id/QXJ0aWZhY3Q6NTE3ODg5ODg3", t: "ADD_ARTIFACT_ALIAS", m: "resnet", none: "" },
    ]);
  });

  test("it carries the token and three signatures that verify, and the history shows none of the secrets", async () => {
    await putSecret("TOKEN", "a-token-of-some-length");
    await putSecret("SIGNING", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    await putSecret("DEPLOY", 'with "quotes" and \\ too');
    const webhookId = await insertWebhook(db, { url: receiver.url, entityId, accessToken: "TOKEN", signingSecret: "SIGNING", secretNames: ["DEPLOY"] });
    await insertAutomation(db, { entityId, scope: ["project", 2], webhookId, payload: '{"auth":"${ACCESS_TOKEN}","deploy":"x ${DEPLOY}"}' });
    receiver.answer(({ body, headers }) => ({ status: 200, body: `you sent ${body} with ${headers.authorization}` }));
    await raise();
    const [execution] = await settled(1);
    const [request] = receiver.received;
    expect(JSON.parse(request?.body ?? "")).toEqual({ auth: "a-token-of-some-length", deploy: 'x with "quotes" and \\ too' });
    expect(request?.headers.authorization).toBe("Bearer a-token-of-some-length");
    expect(request?.headers["x-wandb-signature"]).toBe(createHmac("sha256", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").update(request?.body ?? "").digest("base64"));
    const verified = new StandardWebhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify(request?.body ?? "", Object.fromEntries(Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)])));
    expect(verified).toEqual(JSON.parse(request?.body ?? ""));
    expect(request?.headers["webhook-id"]).toBe(`msg_${execution?.id}`);
    const kept = JSON.stringify(await attempts(db, execution?.id ?? ""));
    for (const canary of ["a-token-of-some-length", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "quotes"]) expect(kept).not.toContain(canary);
    const everything = await db.query(sql("test_everything", "select (select json_agg(e) from executions e)::text as a, (select json_agg(e) from events e)::text as b, (select json_agg(e) from delivery_jobs e)::text as c"), []);
    for (const canary of ["a-token-of-some-length", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "quotes"]) expect(JSON.stringify(everything)).not.toContain(canary);
  });

  test("automations at every level of scope fire, each on its own; others do not", async () => {
    const fires = [await insertAutomation(db, { entityId, scope: ["collection", 1] }), await insertAutomation(db, { entityId, scope: ["project", 2] }), await insertAutomation(db, { entityId, scope: ["entity", entityId] }), await insertAutomation(db, { entityId, scope: ["entity", team.orgEntityId] })];
    await insertAutomation(db, { entityId, scope: ["collection", 99] });
    await insertAutomation(db, { entityId, scope: ["collection", 1], enabled: false });
    await insertAutomation(db, { entityId, scope: ["collection", 1], eventType: "LINK_MODEL" });
    await insertAutomation(db, { entityId, scope: ["collection", 1], filter: '{"alias":"staging"}' });
    await raise();
    expect((await settled(4)).map(({ automation_id }) => automation_id).sort()).toEqual(fires.sort());
  });

  test("a receiver that is down is tried again, with the same id and bytes, and every attempt is kept", async () => {
    const webhookId = await insertWebhook(db, { url: receiver.url, entityId });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId, payload: '{"a":"${alias}"}' });
    receiver.answer((_request, count) => ({ status: count < 3 ? 500 : 204 }));
    await raise();
    const [execution] = await settled(1);
    expect(execution).toMatchObject({ status: "finished", reason: null, attempt_count: 3 });
    expect(new Set(receiver.received.map(({ headers, body }) => `${headers["webhook-id"]} ${body}`)).size).toBe(1);
    expect((await attempts(db, execution?.id ?? "")).map(({ outcome, reason, response }) => [outcome, reason, response?.status])).toEqual([
      ["failed", "status_not_success", 500], ["failed", "status_not_success", 500], ["delivered", null, 204],
    ]);
  });

  test("when every attempt failed the execution is failed, with that reason, and no job is left", async () => {
    const webhookId = await insertWebhook(db, { url: receiver.url, entityId });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId });
    receiver.answer(() => ({ status: 302, headers: { location: "/elsewhere" } }));
    await raise();
    expect((await settled(1))[0]).toMatchObject({ status: "failed", reason: "attempts_exhausted", attempt_count: 3 });
    expect(receiver.received).toHaveLength(3);
    expect(await db.query(sql("test_jobs", "select execution_id from delivery_jobs"), [])).toEqual([]);
  });

  test("410 Gone ends it at once and disables the webhook; what comes later fails with that reason", async () => {
    const webhookId = await insertWebhook(db, { url: receiver.url, entityId });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId });
    receiver.answer(() => ({ status: 410 }));
    await raise();
    expect((await settled(1))[0]).toMatchObject({ status: "failed", reason: "gone", attempt_count: 1 });
    await raise();
    expect((await settled(2))[1]).toMatchObject({ status: "failed", reason: "webhook_disabled" });
    expect(receiver.received).toHaveLength(1);
  });

  test("a change that is rolled back leaves no event, no execution and no delivery", async () => {
    const webhookId = await insertWebhook(db, { url: receiver.url, entityId });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId });
    await expect(db.transaction(async (tx) => {
      await running.pipeline.captureChange(tx, exampleChange({ subject: { entityId } }));
      throw new Error("the change failed");
    })).rejects.toThrow("the change failed");
    expect(await executions(db)).toEqual([]);
    expect(await db.query(sql("test_events", "select id from events"), [])).toEqual([]);
  });

  test("a worker that was frozen past its lease changes nothing; its attempt stands as interrupted", async () => {
    await running.stop();
    const webhookId = await insertWebhook(db, { url: receiver.url, entityId });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId });
    let thaw = (): void => undefined;
    const frozen = new Promise<void>((resolve) => { thaw = resolve; });
    receiver.answer(async (_request, count) => {
      if (count === 1) await frozen;
      return { status: count === 1 ? 500 : 200 };
    });
    const slow = startTestPipeline(db, { leaseMs: 150, secretStore: running.secretStore });
    await db.transaction((tx) => slow.pipeline.captureChange(tx, exampleChange({ subject: { entityId } })));
    const [execution] = await settled(1);
    thaw();
    await slow.stop();
    expect((await executions(db))[0]).toMatchObject({ status: "finished", attempt_count: 2 });
    expect((await attempts(db, execution?.id ?? "")).map(({ number, outcome }) => [number, outcome])).toEqual([[1, "interrupted"], [2, "delivered"]]);
    running = startTestPipeline(db);
  });

  test("a redelivery of the same bytes goes out under the id that the receiver has seen, one rendered anew under its own", async () => {
    const webhookId = await insertWebhook(db, { url: receiver.url, entityId });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId, payload: '{"e":"${execution_id}"}' });
    await raise();
    const [first] = await settled(1);
    await db.transaction((tx) => running.pipeline.redeliver(tx, { executionIds: [first?.id ?? ""], mode: "same_bytes", redeliveryId: null }));
    const again = (await settled(2))[1];
    await db.transaction((tx) => running.pipeline.redeliver(tx, { executionIds: [again?.id ?? ""], mode: "same_bytes", redeliveryId: null }));
    await settled(3);
    await db.query(sql("test_edit_payload", `update automations set action = jsonb_set(action, '{payload}', '"{\\"new\\":\\"\${execution_id}\\"}"'), revision = 2`), []);
    await db.query(sql("test_edit_revision", "insert into automation_revisions (automation_id, revision, entity_id, name, event_type, event_filter, action_type, action) select id, 2, entity_id, name, event_type, event_filter, action_type, action from automations"), []);
    const [anew] = await db.transaction((tx) => running.pipeline.redeliver(tx, { executionIds: [again?.id ?? ""], mode: "rendered_anew", redeliveryId: null }));
    await settled(4);
    const same = `{"e":"${first?.id}"}`;
    expect(receiver.received.map(({ body }) => body)).toEqual([same, same, same, `{"new":"${anew}"}`]);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([first?.id, first?.id, first?.id, anew].map((id) => `msg_${id}`));
  });
});
