import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../../db/database.ts";
import { createAutomation, updateAutomation } from "../automations/index.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { insertProject, makeWorld, refusal } from "../automations/testing/automation-world.ts";
import { putSecret } from "../secrets/index.ts";
import { createWebhook, deleteWebhook, enableWebhook, listEntityWebhooks, listWebhooks, readBacklog, readWebhook, testWebhook, updateWebhook } from "./index.ts";

const echo = { kind: "answer", status: 200, headers: { "x-echo": "canary-token-value" }, body: "you sent canary-token-value" } as const;

let world: World;
beforeAll(async () => {
  world = await makeWorld({ resolve: (host) => (host === "nowhere.example.com" ? [] : host === "inside.example.com" ? ["10.0.0.7"] : ["93.184.216.34"]), answer: () => echo });
  for (const [name, value] of [["TOKEN", "canary-token-value"], ["SIGNING", "canary-signing-value"], ["EXTRA", "canary-extra-value"], ["MULTILINE", "canary\nwith a break"]] as const) {
    await putSecret(world.services, world.admin, { team: "vision-team", name, value });
  }
});
afterAll(() => world.drop());

type Given = Partial<Parameters<typeof createWebhook>[2]>;
let count = 0;
const create = (given: Given = {}, viewer = world.admin) => {
  count += 1;
  return createWebhook(world.services, viewer, { team: "vision-team", name: `hook ${count}`, url: "https://hooks.example.com/in", ...given });
};
const at = (id: string) => ({ team: "vision-team", id });

describe("a webhook", () => {
  it("is created with the defaults, listed and read alike", async () => {
    const made = await create({ name: "deploy" });
    expect(made).toMatchObject({
      team: "vision-team", name: "deploy", url: "https://hooks.example.com/in", accessToken: null, signingSecret: null, secretNames: [], method: "POST",
      timeoutMs: 15_000, retryScheduleMs: null, concurrency: null, signatureEncoding: "base64", headers: {}, enabled: true, disabledReason: null, createdBy: "ada",
    });
    expect(await readWebhook(world.services, world.viewer, at(made.id))).toEqual(made);
    expect(await listWebhooks(world.services, world.viewer, { team: "vision-team", after: null, limit: 10 })).toContainEqual(made);
    expect(await listEntityWebhooks(world.services, world.viewer, { entityId: world.teamId, offset: 0, limit: 10 })).toContainEqual(made);
    expect(await listEntityWebhooks(world.services, world.stranger, { entityId: world.teamId, offset: 0, limit: 10 })).toEqual([]);
  });

  it("keeps every option, and shows secrets by name only", async () => {
    const made = await create({ accessToken: "TOKEN", secret: "SIGNING", secrets: ["EXTRA"], method: "PUT", timeoutSeconds: 2.5, signatureEncoding: "hex", headers: { "X-Api-Key": "key ${EXTRA}" } });
    expect(made).toMatchObject({ accessToken: "TOKEN", signingSecret: "SIGNING", secretNames: ["EXTRA"], method: "PUT", timeoutMs: 2_500, signatureEncoding: "hex", headers: { "X-Api-Key": "key ${EXTRA}" } });
    expect(JSON.stringify(made)).not.toContain("canary");
  });

  it("keeps a retry schedule and a concurrency of its own, and gives them back for the server's", async () => {
    const made = await create({ retrySchedule: [0, 5, 604_800], concurrency: 3 });
    expect(made.concurrency).toBe(3);
    expect(made.retryScheduleMs).toEqual([0, 5_000, 604_800_000]);
    expect(await updateWebhook(world.services, world.admin, { ...at(made.id), timeoutSeconds: 3 })).toMatchObject({ retryScheduleMs: made.retryScheduleMs, timeoutMs: 3_000 });
    expect(await updateWebhook(world.services, world.admin, { ...at(made.id), retrySchedule: null, concurrency: null })).toMatchObject({ retryScheduleMs: null, concurrency: null });
  });

  it.each([
    "http://127.0.0.1/", "http://localhost:8080/", "https://inside.example.com/", "https://nowhere.example.com/", "ftp://hooks.example.com/",
    "https://user:pw@hooks.example.com/", "https://hooks.example.com:5432/", "https://10.0.0.1/", "nonsense",
  ])("refuses the endpoint %s with the one message there is", async (url) => {
    const before = world.logged.length;
    expect(await refusal(create({ url }))).toEqual({ code: "endpoint_not_allowed", message: "endpoint not allowed", details: [{ path: "url", message: "endpoint not allowed" }] });
    expect(world.logged.slice(before)).toEqual([expect.objectContaining({ code: expect.any(String), team: "vision-team", user: "ada" })]);
  });

  it.each<[string, Given, string, string]>([
    ["a schedule that begins late", { retrySchedule: [5, 10] }, "retrySchedule[0]", "must be 0"],
    ["an empty schedule", { retrySchedule: [] }, "retrySchedule", "from 1 to 50"],
    ["a schedule with a wait of no whole seconds", { retrySchedule: [0, 1.5] }, "retrySchedule[1]", "whole seconds"],
    ["a schedule with a wait of more than a week", { retrySchedule: [0, 5, 604_801] }, "retrySchedule[2]", "604800"],
    ["a concurrency of none", { concurrency: 0 }, "concurrency", "from 1 to 1000"],
    ["a concurrency of a half", { concurrency: 1.5 }, "concurrency", "whole number"],
    ["a name that is none", { name: "a/b" }, "name", "is not a valid name"],
    ["a name that is too long", { name: "x".repeat(65) }, "name", "at most 64"],
    ["a missing access token", { accessToken: "TOKN" }, "accessToken", 'there is no secret "TOKN"'],
    ["a missing signing secret", { secret: "NOPE" }, "secret", "there is no secret"],
    ["a missing further secret", { secrets: ["EXTRA", "NOPE"] }, "secrets[1]", "there is no secret"],
    ["an access token that no header can hold", { accessToken: "MULTILINE" }, "accessToken", "printable ASCII"],
    ["a timeout of nothing", { timeoutSeconds: 0 }, "timeoutSeconds", "from 1 to 30"],
    ["a timeout of a minute", { timeoutSeconds: 60 }, "timeoutSeconds", "from 1 to 30"],
    ["a Host header", { headers: { host: "example.com" } }, "headers.host", "belongs to the connection"],
    ["a Cookie header", { headers: { Cookie: "a=b" } }, "headers.Cookie", "belongs to the connection"],
    ["a proxy header", { headers: { "Proxy-X": "a" } }, "headers.Proxy-X", "belongs to the connection"],
    ["our signature header", { headers: { "X-Wandb-Signature": "a" } }, "headers.X-Wandb-Signature", "sets it itself"],
    ["a standard webhook header", { headers: { "webhook-id": "a" } }, "headers.webhook-id", "sets it itself"],
    ["a content type", { headers: { "content-type": "text/plain" } }, "headers.content-type", "sets it itself"],
    ["an authorization beside an access token", { accessToken: "TOKEN", headers: { Authorization: "Basic x" } }, "headers.Authorization", "beside accessToken"],
    ["a header name with a space", { headers: { "a b": "c" } }, "headers.a b", "not a header's name"],
    ["a header twice", { headers: { "X-A": "c", "x-a": "d" } }, "headers.x-a", "stands here twice"],
    ["a header with a line break", { headers: { "X-A": "a\r\nb: c" } }, "headers.X-A", "printable ASCII"],
    ["a header with a variable", { headers: { "X-A": "${project_name}" } }, "headers.X-A", "but not the variable"],
    ["a header with a secret that was not granted", { headers: { "X-A": "${EXTRA}" } }, "headers.X-A", 'unknown variable "EXTRA"'],
  ])("refuses %s", async (_what, given, path, message) => {
    expect(await refusal(create(given))).toMatchObject({ code: "invalid", details: [{ path, message: expect.stringContaining(message) }] });
  });

  it("tells all problems at once", async () => {
    const refused = await refusal(create({ name: "", timeoutSeconds: 99, secret: "NOPE", headers: { host: "x" } }));
    expect(refused.details).toMatchObject([{ path: "name" }, { path: "timeoutSeconds" }, { path: "secret" }, { path: "headers.host" }]);
  });

  it("refuses a name that the team has already, at creation and at a change", async () => {
    const [one, other] = [await create(), await create()];
    expect(await refusal(create({ name: one.name }))).toMatchObject({ code: "conflict" });
    expect(await refusal(updateWebhook(world.services, world.admin, { ...at(other.id), name: one.name }))).toMatchObject({ code: "conflict" });
  });

  it("changes what is given, clears with null, and is enabled again", async () => {
    const made = await create({ accessToken: "TOKEN", secret: "SIGNING", headers: { "X-A": "b" } });
    await world.services.db.query(sql("test_disable", "update webhooks set enabled = false, disabled_reason = 'gone' where id = $1"), [made.id]);
    expect(await readWebhook(world.services, world.admin, at(made.id))).toMatchObject({ enabled: false, disabledReason: "gone" });
    const renamed = await updateWebhook(world.services, world.admin, { ...at(made.id), name: "renamed", accessToken: null });
    expect(renamed).toMatchObject({ name: "renamed", accessToken: null, signingSecret: "SIGNING", headers: { "X-A": "b" }, enabled: false, disabledReason: "gone" });
    expect(await updateWebhook(world.services, world.admin, { ...at(made.id), enabled: true })).toMatchObject({ enabled: true, disabledReason: null });
    expect(await refusal(updateWebhook(world.services, world.admin, { ...at(made.id), url: "http://localhost/" }))).toMatchObject({ code: "endpoint_not_allowed" });
    expect(await refusal(updateWebhook(world.services, world.admin, { ...at(made.id), secret: "NOPE" }))).toMatchObject({ code: "invalid", details: [{ path: "secret" }] });
  });

  it("is deleted only by force while enabled automations call it", async () => {
    const made = await create();
    const projectId = await insertProject(world.services.db, world.teamId, "calls");
    const action = { type: "GENERIC_WEBHOOK", webhook: { id: made.id }, payload: null } as const;
    const automation = await createAutomation(world.services, world.admin, {
      name: "caller", description: null, enabled: true, scope: { kind: "project", id: projectId }, event: { type: "LINK_MODEL", filter: "{}" }, action,
    });
    expect(await refusal(deleteWebhook(world.services, world.admin, { ...at(made.id), force: false }))).toMatchObject({ code: "conflict", message: expect.stringContaining('"caller"') });
    await updateAutomation(world.services, world.admin, { id: automation.id, enabled: false });
    await deleteWebhook(world.services, world.admin, { ...at(made.id), force: false });
    expect(await refusal(readWebhook(world.services, world.admin, at(made.id)))).toMatchObject({ code: "not_found" });
    const other = await create();
    await deleteWebhook(world.services, world.admin, { ...at(other.id), force: true });
    expect(await refusal(deleteWebhook(world.services, world.admin, { ...at(other.id), force: true }))).toMatchObject({ code: "not_found" });
  });

  it("is changed by admins only, and does not exist for strangers", async () => {
    const made = await create();
    for (const viewer of [world.member, world.viewer]) {
      expect(await refusal(create({}, viewer))).toMatchObject({ code: "forbidden" });
      expect(await refusal(updateWebhook(world.services, viewer, { ...at(made.id), name: "x" }))).toMatchObject({ code: "forbidden" });
      expect(await refusal(deleteWebhook(world.services, viewer, { ...at(made.id), force: true }))).toMatchObject({ code: "forbidden" });
      expect(await refusal(testWebhook(world.services, viewer, { ...at(made.id), payload: null }))).toMatchObject({ code: "forbidden" });
    }
    const { services, stranger } = world;
    const foreign = { team: "other-team", id: made.id };
    const asks: (() => Promise<unknown>)[] = [
      () => create({}, stranger),
      () => readWebhook(services, stranger, at(made.id)),
      () => readWebhook(services, stranger, foreign),
      () => updateWebhook(services, stranger, { ...foreign, name: "x" }),
      () => deleteWebhook(services, stranger, { ...foreign, force: true }),
      () => testWebhook(services, stranger, { ...foreign, payload: null }),
      () => readWebhook(services, world.admin, at("no-uuid")),
    ];
    for (const ask of asks) expect(await refusal(ask())).toMatchObject({ code: "not_found" });
  });
});

describe("the test of a webhook", () => {
  it("sends one request as a delivery would, with examples, and masks every secret in what it tells", async () => {
    const made = await create({ accessToken: "TOKEN", secret: "SIGNING", secrets: ["EXTRA"], headers: { "X-Extra": "${EXTRA}" } });
    const payload = JSON.stringify({ model: "${artifact_version_string}", kind: "${artifact_metadata.model_type}", token: "${ACCESS_TOKEN}", extra: "${EXTRA}" });
    const result = await testWebhook(world.services, world.admin, { ...at(made.id), payload });
    const sent = world.outbound.sent.at(-1);
    expect(JSON.parse(sent?.body?.toString() ?? "")).toEqual({
      model: "vision-team/wandb-registry-model/mnist-classifier:production", kind: "resnet50", token: "canary-token-value", extra: "canary-extra-value",
    });
    expect(sent?.headers).toMatchObject({ authorization: "Bearer canary-token-value", "x-extra": "canary-extra-value", "x-wandb-signature": expect.any(String), "webhook-id": expect.any(String) });
    expect(result).toMatchObject({ outcome: "delivered", reason: null, response: { status: 200 }, timing: { totalMs: expect.any(Number) } });
    expect(JSON.stringify(result)).not.toContain("canary-");
    expect(await world.services.db.query(sql("test_no_history", "select id from executions"), [])).toEqual([]);
  });

  it("refuses a payload as an automation would", async () => {
    const made = await create();
    const send = (payload: string) => refusal(testWebhook(world.services, world.admin, { ...at(made.id), payload }));
    expect(await send("[]")).toMatchObject({ code: "invalid", details: [{ path: "payload", message: "must be a JSON object" }] });
    expect(await send("{")).toMatchObject({ code: "invalid", details: [{ path: "payload" }] });
    expect(await send('{"a":["${artifact_versoin}"]}')).toMatchObject({ details: [{ path: "payload.a[0]", message: expect.stringContaining('did you mean "artifact_version"') }] });
    expect(await send('{"a":"${EXTRA}"}')).toMatchObject({ details: [{ path: "payload.a", message: expect.stringContaining("unknown variable") }] });
  });

  it("works for a webhook that is disabled, and tells why nothing could be sent", async () => {
    const made = await create({ accessToken: "TOKEN" });
    await updateWebhook(world.services, world.admin, { ...at(made.id), enabled: false });
    expect(await testWebhook(world.services, world.admin, { ...at(made.id), payload: null })).toMatchObject({ outcome: "delivered", request: { body: "{}" } });
    await world.services.db.query(sql("test_inside", "update webhooks set url = 'https://inside.example.com/' where id = $1"), [made.id]);
    expect(await testWebhook(world.services, world.admin, { ...at(made.id), payload: null })).toMatchObject({ outcome: "refused", reason: "endpoint_not_allowed", response: null });
    await world.services.db.query(sql("test_secret_gone", "update webhooks set access_token = 'LOST' where id = $1"), [made.id]);
    expect(await testWebhook(world.services, world.admin, { ...at(made.id), payload: null })).toMatchObject({ outcome: "refused", reason: "secret_missing" });
  });
});

describe("a webhook's lane", () => {
  const open = sql("test_open_lane", `
    insert into delivery_lanes (id, entity_id, webhook_id, opened_at, open_reason, held_until, failures, failing_since, ready_at)
    values ($1, $2, $1, now() - interval '1 hour', 'timeout', now() + interval '1 hour', 12, now() - interval '2 hours', now() + interval '1 hour')`);
  const wait = sql("test_waiting", `
    with event as (insert into events (id, entity_id, type, author, subject) values (gen_random_uuid(), $2, 'ADD_ARTIFACT_ALIAS', 'ada', '{}') returning id),
      execution as (insert into executions (id, entity_id, automation_id, revision, event_id, action_type, webhook_id, status)
        select gen_random_uuid(), $2, gen_random_uuid(), 1, event.id, 'GENERIC_WEBHOOK', $1::uuid, 'pending' from event, generate_series(1, 3) returning id)
    insert into delivery_jobs (execution_id, entity_id, webhook_id, leased, due_at) select id, $2, $1, row_number() over () = 1, now() from execution`);

  it("is closed and empty until something is delivered", async () => {
    const made = await create();
    expect(made.breaker).toEqual({ state: "closed", reason: null, since: null, probeAt: null, failures: 0, failingSince: null });
    expect(await readBacklog(world.services, world.viewer, at(made.id))).toEqual({ waiting: 0, waitingIsAtLeast: false, inFlight: 0, oldestAt: null, nextAttemptAt: null });
  });

  it("shows its circuit breaker and what waits; enabling it lets one attempt through at once, and forgets the failures", async () => {
    const made = await create();
    await world.services.db.query(open, [made.id, world.teamId]);
    await world.services.db.query(wait, [made.id, world.teamId]);
    const { breaker } = await readWebhook(world.services, world.viewer, at(made.id));
    expect(breaker).toEqual({ state: "open", reason: "timeout", since: expect.any(Date), probeAt: expect.any(Date), failures: 12, failingSince: expect.any(Date) });
    expect(await readBacklog(world.services, world.viewer, at(made.id))).toMatchObject({ waiting: 2, waitingIsAtLeast: false, oldestAt: expect.any(Date), nextAttemptAt: breaker.probeAt });
    const enabled = await enableWebhook(world.services, world.admin, at(made.id));
    expect(enabled).toMatchObject({ enabled: true, breaker: { state: "half_open", reason: "timeout", failures: 0, failingSince: null } });
  });

  it("is given another chance also where the webhook is enabled by a change of it", async () => {
    const made = await create();
    await world.services.db.query(open, [made.id, world.teamId]);
    await world.services.db.query(sql("test_disable_failing", "update webhooks set enabled = false, disabled_reason = 'webhook_failing' where id = $1"), [made.id]);
    expect(await updateWebhook(world.services, world.admin, { ...at(made.id), timeoutSeconds: 5 })).toMatchObject({ enabled: false, disabledReason: "webhook_failing", breaker: { state: "open" } });
    expect(await updateWebhook(world.services, world.admin, { ...at(made.id), enabled: true })).toMatchObject({ enabled: true, disabledReason: null, breaker: { state: "half_open", failures: 0 } });
  });

  it("is enabled by admins only, and does not exist for strangers", async () => {
    const made = await create();
    expect(await refusal(enableWebhook(world.services, world.member, at(made.id)))).toMatchObject({ code: "forbidden" });
    for (const verb of [enableWebhook, readBacklog]) {
      expect(await refusal(verb(world.services, world.stranger, at(made.id)))).toMatchObject({ code: "not_found" });
      expect(await refusal(verb(world.services, world.admin, at("01890a5d-ac96-774b-bcce-b302099a8057")))).toMatchObject({ code: "not_found" });
      expect(await refusal(verb(world.services, world.admin, at("nonsense")))).toMatchObject({ code: "not_found" });
    }
  });
});
