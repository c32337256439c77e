import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { runHookAction } from "../../actions/run-hook/index.ts";
import { makeMinijinjaTemplates } from "../../adapters/templates-minijinja/minijinja-templates.ts";
import { sql } from "../../db/database.ts";
import { systemClock } from "../../kit/clock.ts";
import { systemRandom } from "../../kit/random.ts";
import { makeMemoryOutboundHttp } from "../../ports/outbound-http/memory.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import type { StoredExecution, TestPipeline } from "../../testing/pipeline.ts";
import { executions, startTestPipeline } from "../../testing/pipeline.ts";
import type { Receiver } from "../../testing/receiver.ts";
import { startReceiver } from "../../testing/receiver.ts";
import { until } from "../../testing/until.ts";
import { readExecution, redeliverExecution } from "../history/index.ts";
import { callbackLinks, executionOfToken, listOutcomes, reportOutcome } from "../outcomes/index.ts";
import { compareRedelivery } from "../redeliveries/index.ts";
import type { Services } from "../services.ts";
import { noChanges, upsertRun } from "./index.ts";
import { runServices } from "./testing/run-services.ts";

const database = await createTestDatabase();
const templates = makeMinijinjaTemplates({ watchdogMs: 5_000 });
const [mia, vic] = [await insertUser(database.db, "mia"), await insertUser(database.db, "vic")];
const team = await insertTeam(database.db, "org", "team");
await addMember(database.db, team.teamEntityId, mia, "member");
await addMember(database.db, team.teamEntityId, vic, "viewer");
afterAll(async () => {
  await templates.close();
  await database.drop();
});

const publicUrl = "http://bellhop.test";
const action = runHookAction({ templates, outbound: makeMemoryOutboundHttp(), clock: systemClock, random: systemRandom, version: "test", refused: () => undefined });
let running: TestPipeline;
let services: Services;
let receiver: Receiver;
beforeEach(async () => {
  await database.db.query(sql("test_reports_clear", "truncate events, executions, execution_outcomes, execution_reports, attempts, delivery_jobs, delivery_lanes, automations, automation_revisions"), []);
  receiver = await startReceiver();
  running = startTestPipeline(database.db, { publicUrl });
  services = runServices(database.db, {}, { pipeline: running.pipeline, templates, actions: new Map([[action.type, action]]), secretStore: running.secretStore });
});
afterEach(async () => {
  await running.stop();
  await receiver.close();
});

const start = (name: string, hooks: object[]): Promise<unknown> =>
  upsertRun(services, mia, { entity: "team", project: "p", name, state: null }, { ...noChanges, config: JSON.stringify({ _hooks: { value: hooks.map((hook) => ({ run_state: "created", ...hook })) } }) });
const settled = (count: number): Promise<StoredExecution[]> =>
  until(`${count} executions are settled`, async () => {
    const all = await executions(database.db);
    return all.length === count && all.every(({ status }) => ["finished", "failed"].includes(status)) ? all : null;
  });
const bodies = (): string[] => receiver.received.map(({ body }) => body);

describe("the receiver of a run hook", () => {
  test("is told where to report, in the body as it is and in the URL as a value; what it reports stands with its run", async () => {
    await start("told", [{ url: `${receiver.url}?at=1&to={{ callback_url }}`, body: "{{ callback_url }}" }]);
    const [execution = { id: "" }] = await settled(1);
    const [address = ""] = bodies();
    expect(address).toBe(callbackLinks({ secretStore: running.secretStore, publicUrl })(execution.id));
    expect(receiver.received[0]?.url).toBe(`${new URL(receiver.url).pathname}?at=1&to=${encodeURIComponent(address)}`);
    await reportOutcome(services, execution.id, { status: "succeeded", message: null, url: null }, { address: "127.0.0.1", userAgent: null });
    expect(await listOutcomes(services, vic, { of: { run: "team/p/told" }, before: null, limit: 10 })).toMatchObject([{ executionId: execution.id, status: "succeeded", automation: { name: expect.stringContaining("created") } }]);
  });

  test("is told the same address in every attempt and in a redelivery of the same bytes, and one of its own in a message that is rendered anew", async () => {
    receiver.answer((_request, count) => ({ status: count < 3 ? 500 : 200 }));
    await start("again", [{ url: receiver.url, body: "{{ callback_url }}" }]);
    const [execution = { id: "" }] = await settled(1);
    await redeliverExecution(services, mia, { id: execution.id, mode: "same_bytes" });
    await settled(2);
    expect(bodies()).toEqual(Array.from({ length: 4 }, () => bodies()[0]));
    await redeliverExecution(services, mia, { id: execution.id, mode: "rendered_anew" });
    const anew = (await settled(3)).at(-1);
    const token = bodies().at(-1)?.split("/").at(-1) ?? "";
    expect(executionOfToken(services, token)).toBe(anew?.id);
  });

  test("alone sees its token: neither request nor answer, complaint nor comparison shows it, wherever a template puts it", async () => {
    receiver.answer(({ body, url }) => ({ status: 200, headers: { "x-told": url }, body: `I was told ${body}` }));
    const token = '{{ callback_url.split("/")|last }}';
    await start("hidden", [
      { url: `${receiver.url}/${token}?to={{ callback_url }}`, body: `{{ callback_url }} ${token} {{ callback_url|urlencode|urlencode }} {{ callback_url[:-1] }} {{ {"to": callback_url}|tojson }}` },
      { url: receiver.url, body: "{% include callback_url %}" },
      { url: receiver.url, body: '{% include callback_url.split("/")|last %}' },
    ]);
    const all = await settled(3);
    const addressOf = callbackLinks(services);
    expect(bodies()[0]).toContain(`${addressOf(all[0]?.id ?? "")} `);
    const shown = await Promise.all(all.map(({ id }) => readExecution(services, vic, { id })));
    const compared = await Promise.all(all.map(({ id }) => compareRedelivery(services, mia, { id })));
    const [attempt] = shown[0]?.attempts ?? [];
    expect(attempt?.request?.body).toContain("http://bellhop.test/callbacks/[callback token] [callback token] ");
    expect(attempt?.response?.body).toContain("I was told http://bellhop.test/callbacks/[callback token] [callback token] ");
    expect(shown[1]?.attempts[0]?.detail).toContain("callbacks/[callback token]");
    expect(compared[0]?.sameBytes.body).toContain("callbacks/[callback token] ");
    for (const { id } of all) expect(JSON.stringify([shown, compared])).not.toContain(addressOf(id).slice(-64, -40));
  });
});
