import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../../db/database.ts";
import type { SignatureEncoding } from "../../domain/webhook.ts";
import { exampleChange, startTestPipeline } from "../../testing/pipeline.ts";
import type { Received, Receiver } from "../../testing/receiver.ts";
import { startReceiver } from "../../testing/receiver.ts";
import { until } from "../../testing/until.ts";
import { createAutomation } from "../automations/index.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { insertProject, makeWorld, refusal } from "../automations/testing/automation-world.ts";
import { putSecret, rotateSecret } from "../secrets/index.ts";
import { checkSignatures, createWebhook, updateWebhook } from "./index.ts";
import type { SignatureQuestion } from "./index.ts";

const signing = "canary-signing-secret";
const token = "canary-token-in-payload";

let world: World;
let receiver: Receiver;
let delivered: Received;
let hookId: string;

beforeAll(async () => {
  world = await makeWorld();
  receiver = await startReceiver();
  for (const [name, value] of [["SIGNING", signing], ["TOKEN", token]] as const) await putSecret(world.services, world.admin, { team: "vision-team", name, value });
  const hook = await createWebhook(world.services, world.admin, { team: "vision-team", name: "deploy", url: "https://hooks.example.com/in", secret: "SIGNING", accessToken: "TOKEN" });
  hookId = hook.id;
  const projectId = await insertProject(world.services.db, world.teamId, "mnist");
  await createAutomation(world.services, world.admin, {
    name: "deploy", description: null, enabled: true, scope: { kind: "project", id: projectId }, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" },
    action: { type: "GENERIC_WEBHOOK", webhook: { id: hookId }, payload: '{"z":"${alias}","a":"Größe ${ACCESS_TOKEN}"}' },
  });
  await world.services.db.query(sql("test_url", "update webhooks set url = $1"), [receiver.url]);
  const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore });
  await world.services.db.transaction((tx) => running.pipeline.captureChange(tx, exampleChange({ subject: { projectId, entityId: world.teamId } })));
  delivered = await until("it is delivered", () => receiver.received[0] ?? null);
  await running.stop();
});
afterAll(async () => {
  await receiver.close();
  await world.drop();
});

const check = (given: Partial<SignatureQuestion> = {}, viewer = world.admin) =>
  checkSignatures(world.services, viewer, {
    team: "vision-team", of: { webhook: "deploy" }, body: Buffer.from(delivered.body), headers: Object.fromEntries(Object.entries(delivered.headers).map(([name, value]) => [name.toUpperCase(), String(value)])),
    signature: null, at: null, ...given,
  });

describe("the checker of signatures", () => {
  it("finds a delivery valid as it arrived, by the webhook's name, its id, or the secret alone", async () => {
    const valid = { valid: true, verdict: "valid", text: "Every signature verifies.", signatures: [{ header: "x-wandb-signature", valid: true, mistakes: [] }, { header: "webhook-signature", valid: true, mistakes: [] }] };
    expect(await check()).toEqual({ ...valid, comparedWithDelivery: true });
    expect(await check({ of: { webhook: hookId } })).toEqual({ ...valid, comparedWithDelivery: true });
    expect(await check({ of: { secret: "SIGNING", encoding: "base64" } })).toEqual({ ...valid, comparedWithDelivery: false });
  });

  it("compares a body with the delivery of that id, and says how it differs without showing either", async () => {
    const [z, a] = [delivered.body.slice(1, delivered.body.indexOf(",")), delivered.body.slice(delivered.body.indexOf(",") + 1, -1)];
    const verdict = await check({ body: Buffer.from(`{${a},${z}}`) });
    expect(verdict).toMatchObject({ valid: false, verdict: "json_reserialised", comparedWithDelivery: true });
    expect(verdict.signatures.map(({ mistakes }) => mistakes.map(({ code, detail }) => [code, detail]))).toEqual([0, 1].map(() => [["json_reserialised", expect.stringContaining("the order of keys")]]));
    expect(JSON.stringify(verdict)).not.toMatch(/canary|Größe/);
    expect(await check({ body: Buffer.from(delivered.body.replace("production", "staging")) })).toMatchObject({ verdict: "body_changed" });
  });

  it("judges the time by the clock of the receiver where it is given, else by its own", async () => {
    const at = new Date(Number(delivered.headers["webhook-timestamp"]) * 1_000 + 3_600_000);
    const verdict = await check({ at });
    expect(verdict.signatures).toMatchObject([{ header: "x-wandb-signature", valid: true }, { header: "webhook-signature", valid: false, mistakes: [{ code: "timestamp_too_old", detail: "by 3600 s" }] }]);
  });

  it("expects the form that the webhook is set to", async () => {
    const written = (signatureEncoding: SignatureEncoding) => updateWebhook(world.services, world.admin, { team: "vision-team", id: hookId, signatureEncoding });
    await written("hex");
    expect(await check()).toMatchObject({ verdict: "base64_for_hex" });
    await written("base64");
  });

  it("knows the access token taken for the signing secret, and the value of before a rotation, and never tells any of them", async () => {
    const mine = (secret: string): string => createHmac("sha256", secret).update(delivered.body).digest("base64");
    expect(await check({ headers: {}, signature: mine(token) })).toMatchObject({ verdict: "other_secret", signatures: [{ header: "signature", mistakes: [{ detail: '"TOKEN"' }] }] });
    expect(await check({ headers: {}, signature: mine("no secret of ours") })).toMatchObject({ verdict: "no_match" });
    await rotateSecret(world.services, world.admin, { team: "vision-team", name: "SIGNING", value: "canary-after-rotation", overlapSeconds: 60 });
    const verdict = await check();
    expect(verdict.signatures).toMatchObject([{ header: "x-wandb-signature", mistakes: [{ code: "previous_secret" }] }, { header: "webhook-signature", valid: true }]);
    expect(JSON.stringify(verdict)).not.toContain("canary");
  });

  it("is for admins of the team; strangers meet a missing team; webhooks and secrets of others are not there", async () => {
    for (const viewer of [world.member, world.viewer]) expect(await refusal(check({}, viewer))).toMatchObject({ code: "forbidden" });
    expect(await refusal(check({}, world.stranger))).toMatchObject({ code: "not_found" });
    for (const of of [{ webhook: hookId }, { webhook: "deploy" }, { secret: "SIGNING", encoding: "base64" }] as const) {
      expect(await refusal(check({ team: "other-team", of }, world.stranger))).toMatchObject({ code: "not_found" });
    }
    expect(await refusal(check({ of: { webhook: "no such" } }))).toMatchObject({ code: "not_found" });
  });

  it("refuses a webhook that signs nothing", async () => {
    await world.services.db.query(sql("test_unsigned", "insert into webhooks (id, entity_id, name, url) values (gen_random_uuid(), $1, 'unsigned', 'https://hooks.example.com/')"), [world.teamId]);
    expect(await refusal(check({ of: { webhook: "unsigned" } }))).toMatchObject({ code: "invalid", details: [{ path: "webhook", message: expect.stringContaining("no signing secret") }] });
  });
});
