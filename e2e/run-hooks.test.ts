import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import type { Json } from "./support/rest.ts";
import { list, text } from "./support/rest.ts";
import type { Sdk } from "./support/python.ts";
import { play } from "./support/sdk.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";

const hookFields = (hook: Json): (string | null)[] => [text(hook["state"]), text(hook["problem"]), text(hook["lastExecution"]?.["status"]), text(hook["lastExecution"]?.["reason"]?.["code"])];

describe.each(inject("sdks"))("hooks in a run's config, with wandb $version", (sdk: Sdk) => {
  let dataDir: string;
  let server: RunningServer;
  let receiver: Receiver;
  let cast: Cast;
  let latePort: number;

  beforeAll(async () => {
    dataDir = await temporaryFolder("run-hooks");
    server = await startServer({ dataDir, port: await freePort(), env: { BELLHOP_RUN_HEARTBEAT_SECONDS: "40", BELLHOP_RETRY_SCHEDULE: "0s,1s,1s,1s,1s,1s,1s,1s,1s,1s" } });
    receiver = await startReceiver();
    cast = await introduce({ url: server.url, adminKey, tag: "hooks", receiverUrl: receiver.url });
    latePort = await freePort();
  });
  afterAll(async () => {
    await receiver.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  const run = (...chapters: string[]): Promise<Record<string, string>> =>
    play(sdk, { url: server.url, cast, chapters, bigFileMb: 1, script: "run_hooks.py", env: { STORY_RECEIVER: receiver.url, STORY_LATE_RECEIVER: `http://127.0.0.1:${latePort}/late` } });
  const told = (run: string): string[] => receiver.received.map(({ body }) => body).filter((body) => body.startsWith(`${run} `)).sort();
  const tells = (run: string, states: string[]): Promise<void> =>
    until(`${run} tells ${states.join()}`, () => told(run).length >= states.length, 90_000).then(() => expect(told(run)).toEqual(states.map((state) => `${run} ${state}`).sort()));
  const hooksOf = async (run: string): Promise<Json[]> => list((await cast.rest.ok("GET", `/runs/${cast.team}/webhook-demo/${run}/hooks`))["items"]);

  test("a run that finishes calls its hooks of created, running and finished; the bodies are the seed's, and a GET has its values in the URL", async () => {
    await run("good");
    await tells("good", ["created", "running", "finished"]);
    await until("all six arrive", () => receiver.received.length >= 6);
    const posted = receiver.received.filter(({ body }) => body.startsWith("{"));
    expect(posted.map(({ body }) => JSON.parse(body)).sort((a, b) => Object.keys(a).length - Object.keys(b).length)).toEqual([
      { run_id: "good", final_accuracy: 0.9731 },
      { event: "wandb_run_finished", run_id: "good", project: "webhook-demo", run_url: `${server.url}/${cast.team}/webhook-demo/runs/good` },
    ]);
    expect(new Set(posted.map(({ headers }) => headers["content-type"]))).toEqual(new Set(["application/json"]));
    const got = receiver.received.filter(({ method }) => method === "GET");
    expect(got.map(({ url, body }) => [url, body])).toEqual([["/deploy?event=run_finished&run_id=good&name=good%20%26%20bright", ""]]);
    const { items } = await cast.rest.ok("GET", `/executions?run=${cast.team}/webhook-demo/good`);
    expect(list(items).map(({ action, status }) => [text(action), text(status)])).toEqual(Array.from({ length: 6 }, () => ["run_hook", "finished"]));
  });

  test("a resumed run calls the hooks of resumed, running and finished", async () => {
    await run("resume");
    await tells("good", ["created", "running", "finished", "resumed", "running", "finished"]);
  });

  test("a script that raises, and one that is killed, call the hook of failed", async () => {
    await run("bad", "lost");
    await tells("bad", ["created", "running", "failed"]);
    await tells("lost", ["created", "running", "failed"]);
  });

  test("a run that was logged offline calls its hooks when it is synced, with its final values", async () => {
    await run("offline");
    await tells("offline", ["created", "running", "finished"]);
    await until("its value arrives", () => receiver.received.some(({ body }) => body === '{"run_id": "offline", "final_accuracy": 0.5}'));
  });

  test("a receiver that comes up when the script is gone still gets the request, once", async () => {
    await run("late");
    await until("an attempt fails", async () => text((await hooksOf("late"))[0]?.["lastExecution"]?.["status"]) === "retrying");
    const late = await startReceiver({ port: latePort });
    await until("it arrives", () => late.received.length > 0, 30_000);
    await until("it is finished", async () => text((await hooksOf("late"))[0]?.["lastExecution"]?.["status"]) === "finished");
    expect(late.received.map(({ body }) => JSON.parse(body)["run_id"])).toEqual(["late"]);
    await late.close();
  });

  test("no script fails because of a hook; what is wrong stands with the run", async () => {
    const { config } = await run("broken");
    expect(JSON.parse(config ?? "")).toMatchObject({ learning_rate: 0.001, _hooks: [7] });
    const ended = async (): Promise<(string | null)[][]> => (await Promise.all([0, 1, 2, 3, 4, 5].map((number) => hooksOf(`broken-${number}`)))).flat().map(hookFields);
    await until("all are settled", async () => (await ended()).every(([, , status]) => status === "skipped" || status === "failed"));
    expect(await ended()).toEqual([
      ["", '_hooks must be a list of hooks, is "https://example.com"', "skipped", "hook_invalid"],
      ["", 'run_state must be one of created, running, resumed, finished, failed, is "finishd"; did you mean "finished"?', "skipped", "hook_invalid"],
      ["finished", "body: syntax error: unexpected end of input, expected end of variable block, in line 1", "skipped", "hook_invalid"],
      ["finished", "", "failed", "template_failed"],
      ["finished", "", "failed", "endpoint_not_allowed"],
      ["", "must be an object with run_state and url, is 7", "skipped", "hook_invalid"],
    ]);
  });

  test("what failed of a hook, or of a run's hooks, is counted and delivered again", async () => {
    const id = text((await hooksOf("broken-4"))[0]?.["id"]);
    const byRun = { run: `${cast.team}/webhook-demo/broken-4` };
    for (const selection of [{ hook: id }, byRun]) expect(await cast.rest.ok("POST", "/redeliveries", { selection, dryRun: true })).toEqual({ dryRun: true, count: 1, redelivery: null });
    const started = await cast.rest.ok("POST", "/redeliveries", { selection: { hook: id } });
    expect(started).toMatchObject({ dryRun: false, count: 1, redelivery: { selection: { hook: id, since: null }, total: 1 } });
    const redelivery = `/redeliveries/${text(started["redelivery"]?.["id"])}`;
    // Its address stays one that may not be called.
    await until("it has failed again", async () => Number((await cast.rest.ok("GET", redelivery))["failed"]) === 1);
    const [latest] = list((await cast.rest.ok("GET", `/executions?run=${byRun.run}`))["items"]);
    expect(await cast.rest.ok("POST", "/redeliveries", { selection: byRun })).toMatchObject({ count: 1, redelivery: { selection: { executions: [text(latest?.["id"])] } } });
  });
});
