import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { IncomingMessage, Server } from "node:http";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Sdk } from "./support/python.ts";
import type { Json } from "./support/rest.ts";
import { list, text } from "./support/rest.ts";
import { play } from "./support/sdk.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";

const depth = 2;

type Order = { run: string; report_to: string };

/** What a hook asks for, in a body or in the address. */
async function readOrder(request: IncomingMessage): Promise<Order> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return JSON.parse(body === "" ? JSON.stringify(Object.fromEntries(new URL(request.url ?? "/", "http://receiver").searchParams)) : body);
}

const report = async (url: string, said: object): Promise<number> =>
  (await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said) })).status;

describe.each(inject("sdks"))("hooks of a run that tell where to report, with wandb $version", (sdk: Sdk) => {
  let dataDir: string;
  let server: RunningServer;
  let receiver: { url: string; server: Server };
  let cast: Cast;
  const orders: Order[] = [];
  const answers: number[] = [];
  const started: Promise<unknown>[] = [];

  const run = (name: string, env: Record<string, string> = {}): Promise<unknown> =>
    play(sdk, { url: server.url, cast, chapters: [name], bigFileMb: 1, script: "reporting_hooks.py", env: { STORY_RECEIVER: receiver.url, ...env } });

  /** Evaluates the run, and reports how it goes; of a turn it makes the next, as a receiver does that trains again. */
  async function work(order: Order): Promise<void> {
    orders.push(order);
    const [name, turn] = order.run.split("-");
    if (name === "turn") return void started.push(run(`turn-${Number(turn) + 1}`, { WANDB_X_EXTRA_HTTP_HEADERS: JSON.stringify({ "X-Bellhop-Callback": order.report_to }) }));
    answers.push(await report(order.report_to, { status: "running", message: `evaluating ${order.run}` }));
    answers.push(await report(order.report_to, order.run === "poor" ? { status: "failed", message: "accuracy below 0.95" } : { status: "succeeded", url: "https://ci.example.com/jobs/1" }));
  }

  beforeAll(async () => {
    dataDir = await temporaryFolder("hook-callbacks");
    server = await startServer({ dataDir, port: await freePort(), env: { BELLHOP_LOOP_DEPTH: String(depth) } });
    const http = createServer((request, response) => {
      void readOrder(request).then((order) => {
        response.writeHead(202).end(`accepted ${JSON.stringify(order)}`);
        return work(order);
      });
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const address = http.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    receiver = { url: `http://127.0.0.1:${address.port}/evaluate`, server: http };
    cast = await introduce({ url: server.url, adminKey, tag: "hook-callbacks", receiverUrl: receiver.url });
  });
  afterAll(async () => {
    await Promise.allSettled(started);
    receiver.server.closeAllConnections();
    receiver.server.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  const outcomes = async (name: string): Promise<Json[]> => list((await cast.rest.ok("GET", `/outcomes?run=${cast.team}/reports/${name}`))["items"]);
  const executionsOf = async (name: string): Promise<Json[]> => list((await cast.rest.ok("GET", `/executions?run=${cast.team}/reports/${name}`))["items"]);

  test("what their receiver reports is shown on the run, and no history shows the address's token", async () => {
    for (const [name, status] of [["good", "succeeded"], ["poor", "failed"]] as const) {
      await run(name);
      const shown = await until("both ends are reported", async () => {
        const all = await outcomes(name);
        return all.length === 2 && all.every(({ status: last }) => text(last) === status) ? all : null;
      });
      expect(shown.map(({ reportCount }) => reportCount)).toEqual([2, 2]);
      expect(shown[0]).toMatchObject(status === "failed" ? { message: "accuracy below 0.95", url: null } : { message: null, url: "https://ci.example.com/jobs/1" });
      expect(text(shown[0]?.["text"])).toMatch(new RegExp(` ${status}, \\d+ s$`));
      expect((await executionsOf(name)).map(({ outcome }) => text(outcome?.["status"]))).toEqual([status, status]);
    }
    expect(answers).toEqual(Array.from({ length: 8 }, () => 204));
    const histories = await Promise.all([...(await executionsOf("good")), ...(await executionsOf("poor"))].map(({ id }) => cast.rest.ok("GET", `/executions/${text(id)}`)));
    const all = JSON.stringify(histories);
    expect(all).toContain("/callbacks/[callback token]");
    expect(all).toContain("accepted {");
    expect(orders).toHaveLength(4);
    for (const { report_to: address } of orders) expect(all).not.toContain(address.slice(-64));
  });

  test("hooks whose receivers start runs with the same hooks are stopped at the depth that is set, by the header in the SDK's environment", async () => {
    await run("turn-0");
    const last = await until("it is held back", async () => (await executionsOf(`turn-${depth}`).catch(() => []))[0], 90_000);
    expect(last).toMatchObject({ status: "skipped", reason: { code: "loop_depth" }, depth });
    const { causes } = await cast.rest.ok("GET", `/executions/${text(last["id"])}`);
    const before = await Promise.all(Array.from({ length: depth }, (_, turn) => executionsOf(`turn-${depth - 1 - turn}`)));
    expect(list(causes).map(({ id }) => text(id))).toEqual(before.map(([execution]) => text(execution?.["id"])));
    await Promise.all(started);
    expect(started).toHaveLength(depth);
  });
});
