import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../../db/database.ts";
import { exampleChange, insertWebhook, startTestPipeline } from "../../testing/pipeline.ts";
import type { Receiver } from "../../testing/receiver.ts";
import { startReceiver } from "../../testing/receiver.ts";
import { until } from "../../testing/until.ts";
import { createAutomation, deleteAutomation, updateAutomation } from "../automations/index.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { insertCollection, insertProject, makeWorld, refusal } from "../automations/testing/automation-world.ts";
import { listExecutions, readExecution, redeliverExecution } from "./index.ts";

let world: World;
let receiver: Receiver;
let project: number;
let collection: number;
let automationId: string;

beforeAll(async () => {
  world = await makeWorld();
  receiver = await startReceiver();
  project = await insertProject(world.services.db, world.teamId, "mnist");
  collection = await insertCollection(world.services.db, { entityId: world.teamId, projectId: project }, "models", "sequence");
  const webhook = await insertWebhook(world.services.db, { url: receiver.url, entityId: world.teamId });
  const made = await createAutomation(world.services, world.admin, {
    name: "deploy", description: null, enabled: true, scope: { kind: "project", id: project }, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" },
    action: { type: "GENERIC_WEBHOOK", webhook: { id: webhook }, payload: '{"alias":"${alias}"}' },
  });
  automationId = made.id;
});
afterAll(async () => {
  await receiver.close();
  await world.drop();
});

const ring = (alias: string) =>
  world.services.db.transaction((tx) =>
    world.services.pipeline.captureChange(tx, exampleChange({ subject: { collectionId: collection, collectionName: "models", projectId: project, projectName: "mnist", entityId: world.teamId, entityName: "vision-team", alias } })));

const list = (query: Partial<Parameters<typeof listExecutions>[2]> = {}, viewer = world.viewer) => listExecutions(world.services, viewer, { before: null, limit: 100, ...query });
const read = (id: string, viewer = world.viewer) => readExecution(world.services, viewer, { id });
const redeliver = (id: string, viewer = world.admin) => redeliverExecution(world.services, viewer, { id, mode: "same_bytes" });

async function firstId(): Promise<string> {
  const [first] = await list();
  if (first === undefined) throw new Error("no execution");
  return first.id;
}

/** Lets the workers run until nothing is left to deliver. */
async function deliverAll(): Promise<void> {
  const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore });
  await until("every job is done", async () => (await world.services.db.query(sql("test_jobs", "select execution_id from delivery_jobs"), [])).length === 0);
  await running.stop();
}

describe("the history", () => {
  it("shows what is planned, newest first, in pages", async () => {
    for (const alias of ["one", "two", "three"]) await ring(alias);
    const all = await list();
    expect(all.map(({ event }) => event.alias)).toEqual(["three", "two", "one"]);
    expect(all[0]).toMatchObject({
      entity: "vision-team", automation: { id: automationId, name: "deploy", revision: 1 }, status: "pending", reason: null, attemptCount: 0, action: "GENERIC_WEBHOOK",
      event: { type: "ADD_ARTIFACT_ALIAS", author: "ada", entity: "vision-team", project: "mnist", collection: "models", version: "v3" }, finishedAt: null, redeliveryOf: null,
    });
    expect(await list({ limit: 2 })).toEqual(all.slice(0, 2));
    expect(await list({ before: all[1]?.id ?? null })).toEqual(all.slice(2));
    expect(await list({ automation: automationId })).toEqual(all);
    expect(await list({ team: "vision-team" })).toEqual(all);
    expect(await list({ team: "acme" })).toEqual([]);
  });

  it("says of an execution that a worker holds that it is running", async () => {
    const id = await firstId();
    await world.services.db.query(sql("test_lease", "update delivery_jobs set leased = true where execution_id = $1"), [id]);
    expect((await list({ status: "running" })).map((one) => one.id)).toEqual([id]);
    expect((await list({ status: "pending" })).map((one) => one.id)).not.toContain(id);
    expect(await refusal(redeliver(id))).toMatchObject({ code: "conflict", message: expect.stringContaining("still running") });
    await world.services.db.query(sql("test_release", "update delivery_jobs set leased = false where execution_id = $1"), [id]);
    expect(await refusal(redeliver(id))).toMatchObject({ code: "conflict", message: expect.stringContaining("still pending") });
  });

  it("says of what waits for a webhook with an open circuit breaker that it is held back, and until when", async () => {
    const [one] = await list();
    const webhookId = one?.webhookId ?? "";
    await world.services.db.query(sql("test_open", "insert into delivery_lanes (id, entity_id, webhook_id, opened_at, open_reason, held_until) values ($1, $2, $1, now(), 'timeout', now() + interval '1 hour')"), [webhookId, world.teamId]);
    expect(await read(one?.id ?? "")).toMatchObject({ status: "pending", reason: { code: "breaker_open" }, nextAttemptAt: expect.any(Date) });
    await world.services.db.query(sql("test_close", "delete from delivery_lanes where id = $1"), [webhookId]);
    expect(await read(one?.id ?? "")).toMatchObject({ status: "pending", reason: null, nextAttemptAt: null });
  });

  it("tells of each attempt what was sent, what came back, and why it failed", async () => {
    receiver.answer(({ body }, count) => (body.includes("three") && count < 100 ? { status: 500, body: "no" } : { status: 200, body: "yes" }));
    await deliverAll();
    const byAlias = new Map((await list()).map((one) => [one.event.alias, one]));
    expect(byAlias.get("one")).toMatchObject({ status: "finished", attemptCount: 1, reason: null, finishedAt: expect.any(Date) });
    expect(byAlias.get("three")).toMatchObject({ status: "failed", attemptCount: 3, reason: { code: "attempts_exhausted", text: "Every attempt of the schedule failed." } });
    const failed = await read(byAlias.get("three")?.id ?? "");
    expect(failed.attempts.map(({ number, outcome, reason }) => [number, outcome, reason?.code])).toEqual([1, 2, 3].map((number) => [number, "failed", "status_not_success"]));
    expect(failed.attempts[0]).toMatchObject({
      request: { method: "POST", url: receiver.url, body: '{"alias":"three"}' }, response: { status: 500, body: "no" }, timing: { totalMs: expect.any(Number) }, startedAt: expect.any(Date),
    });
    expect((await list({ status: "failed" })).map(({ event }) => event.alias)).toEqual(["three"]);
    expect((await list({ status: "finished" })).map(({ event }) => event.alias)).toEqual(["two", "one"]);
  });

  it("begins at the time that is asked for", async () => {
    const [newest, middle] = await list();
    if (newest === undefined || middle === undefined) throw new Error("no executions");
    await world.services.db.query(sql("test_age", "update executions set created_at = now() - interval '1 hour' where id <> $1"), [newest.id]);
    expect((await list({ since: new Date(Date.now() - 1_800_000) })).map(({ id }) => id)).toEqual([newest.id]);
    expect(await list({ since: new Date(Date.now() + 3_600_000) })).toEqual([]);
    expect(await list({ since: new Date(Date.now() - 7_200_000) })).toHaveLength(3);
  });

  it("delivers the same bytes again as a new execution, also after the automation was edited and deleted", async () => {
    await updateAutomation(world.services, world.admin, { id: automationId, name: "renamed", event: { filter: '{"alias":"never"}' } });
    const [original] = await list({ status: "failed" });
    if (original === undefined) throw new Error("nothing failed");
    expect(original.automation).toEqual({ id: automationId, name: "deploy", revision: 1 });
    receiver.answer(() => ({ status: 204 }));
    const again = await redeliver(original.id);
    expect(again).toMatchObject({ status: "pending", redeliveryOf: original.id, automation: original.automation, event: original.event });
    await deliverAll();
    expect(await read(again.id)).toMatchObject({ status: "finished", attempts: [{ outcome: "delivered", request: { body: '{"alias":"three"}' } }] });
    await deleteAutomation(world.services, world.admin, { id: automationId });
    await expect(redeliver(original.id)).resolves.toMatchObject({ redeliveryOf: original.id });
    expect(await list({ automation: automationId })).toHaveLength(5);
  });

  it("has nothing to deliver again of what was skipped", async () => {
    const [any] = await list({ status: "finished" });
    await world.services.db.query(sql("test_skip", "update executions set status = 'skipped', reason = 'filter_unreadable' where id = $1"), [any?.id ?? ""]);
    expect(await refusal(redeliver(any?.id ?? ""))).toMatchObject({ code: "conflict", message: expect.stringContaining("was skipped") });
    expect(await read(any?.id ?? "")).toMatchObject({ status: "skipped", reason: { code: "filter_unreadable", text: "The automation's filter could not be read." } });
  });

  it("is delivered again only by those who may edit the automation", async () => {
    const [failed] = await list({ status: "failed" });
    for (const viewer of [world.member, world.viewer]) expect(await refusal(redeliver(failed?.id ?? "", viewer))).toMatchObject({ code: "forbidden" });
  });

  it("does not exist for strangers: same answers as for what there is not", async () => {
    const id = await firstId();
    const missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    expect(await refusal(read(id, world.stranger))).toEqual(await refusal(read(missing, world.stranger)));
    expect(await refusal(redeliver(id, world.stranger))).toEqual(await refusal(redeliver(missing, world.stranger)));
    expect(await refusal(list({ automation: automationId }, world.stranger))).toEqual(await refusal(list({ automation: missing }, world.stranger)));
    expect(await list({}, world.stranger)).toEqual([]);
    expect(await refusal(list({ team: "vision-team" }, world.stranger))).toMatchObject({ code: "not_found" });
    expect(await refusal(read("nonsense"))).toMatchObject({ code: "not_found" });
    expect(await refusal(list({ before: "nonsense" }))).toMatchObject({ code: "bad_request" });
  });

  it("of a restricted project is only for its own members", async () => {
    const id = await firstId();
    await world.services.db.query(sql("test_restrict_project", "update projects set access = 'RESTRICTED' where id = $1"), [project]);
    expect(await list({}, world.viewer)).toEqual([]);
    expect(await list({ team: "vision-team" }, world.viewer)).toEqual([]);
    expect(await refusal(read(id, world.viewer))).toMatchObject({ code: "not_found" });
    expect((await list({}, world.admin)).length).toBeGreaterThan(0);
  });
});
