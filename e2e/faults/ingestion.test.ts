import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFor } from "../support/database.ts";
import { list, text } from "../support/rest.ts";
import type { RunningServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { wandbHttp } from "../support/wandb-http.ts";
import { drawAccount } from "./support/account.ts";
import { sleep } from "./support/load.ts";
import { expectClean } from "./support/oracle.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";
import { sized } from "./support/sized.ts";

const family = "ingestion";
const upsertBucket = "mutation U($name: String, $project: String, $entity: String) { upsertBucket(input: {name: $name, modelName: $project, entityName: $entity}) { bucket { id } } }";
const readRun = "query R($project: String!, $entity: String!, $name: String!) { project(name: $project, entityName: $entity) { run(name: $name) { historyLineCount history(samples: 1000) } } }";

describe("reports of runs that come wrong", () => {
  let scene: Scene;
  let server: RunningServer;
  beforeAll(async () => {
    scene = await setScene({ tag: "ingestion", ...(await databaseFor("server")) });
    server = scene.server;
    const webhook = await scene.cast.rest.ok("POST", `/teams/${scene.cast.team}/webhooks`, { name: "metrics", url: scene.ledger.urlOf("metrics") });
    await scene.cast.rest.ok("POST", "/automations", {
      name: "low loss", cooldownSeconds: 0, scope: { type: "project", entity: scene.cast.team, project: "faults" },
      event: { type: "RUN_METRIC", metrics: [{ type: "threshold", metric: "loss", operator: "<", value: 0.5 }] },
      action: { type: "webhook", webhook: text(webhook["name"]), payload: { about: "${run_id}" } },
    });
  });
  afterAll(() => scene.end());

  /** The loss of line 5 is the only one that the automation watches for. */
  const lineAt = (index: number): string => JSON.stringify({ _step: index, loss: index === 5 ? 0.25 : 0.75 });
  const linesOf = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => lineAt(from + index));
  const bodyOf = (from: number, to: number): string => JSON.stringify({ files: { "wandb-history.jsonl": { offset: from, content: linesOf(from, to) } } });
  const client = (): ReturnType<typeof wandbHttp> => wandbHttp(server.url, scene.cast.key);
  const where = (): { entity: string; project: string } => ({ entity: scene.cast.team, project: "faults" });
  const path = (run: string): string => `/files/${scene.cast.team}/faults/${run}/file_stream`;
  const authorization = (): string => `Basic ${Buffer.from(`api:${scene.cast.key}`).toString("base64")}`;

  /** The status, or null where no answer came. */
  const post = (run: string, body: string): Promise<number | null> =>
    fetch(`${server.url}${path(run)}`, { method: "POST", headers: { authorization: authorization(), "content-type": "application/json" }, body, signal: AbortSignal.timeout(30_000) }).then(async (answer) => {
      await answer.text();
      return answer.status;
    }, () => null);

  /** Sends the head and half of the body, and closes the connection. */
  async function cut(run: string, body: string): Promise<void> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write(`POST ${path(run)} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: ${authorization()}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body.slice(0, body.length / 2)}`);
    await sleep(20);
    socket.destroy();
  }

  /** Posts until it is taken, as the SDK does. */
  async function surely(run: string, body: string): Promise<void> {
    await until("the report is taken", async () => (await post(run, body)) === 200, 90_000);
  }

  async function playRuns({ fault, tag, meanwhile }: { fault: string; tag: string; meanwhile?: () => Promise<void> }, play: (run: string) => Promise<void>): Promise<void> {
    const runs = Array.from({ length: sized(20, 200) }, (_, index) => `${tag}-${index}`);
    for (const name of runs) await client().data(upsertBucket, { name, ...where() });
    await Promise.all([...runs.map(play), meanwhile?.()]);
    const overAt = performance.now();
    const row = await drawAccount({ family, fault, promised: new Set(runs.map((run) => `metrics ${run}`)), arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt, remark: `${runs.length} runs; each line once, in its order` });
    let outOfOrder = 0;
    for (const name of runs) {
      const run = (await client().data(readRun, { name, ...where() }))["project"]?.["run"];
      if (Number(run?.["historyLineCount"]) !== 10 || list(run?.["history"]).map(text).join("\n") !== linesOf(0, 10).join("\n")) outOfOrder += 1;
    }
    expectClean({ ...row, outOfOrder });
  }

  test("the same body twice, at once and again: every value counts once", () =>
    playRuns({ fault: "the same file_stream body sent three times", tag: "twice" }, async (run) => {
      expect(await Promise.all([post(run, bodyOf(0, 10)), post(run, bodyOf(0, 10))])).toEqual([200, 200]);
      expect(await post(run, bodyOf(0, 10))).toBe(200);
    }));

  test("out of order, and overlapping: the lines stand in their order", () =>
    playRuns({ fault: "file_stream bodies out of order", tag: "order" }, async (run) => {
      for (const [from, to] of [[6, 10], [3, 8], [0, 4]] as const) expect(await post(run, bodyOf(from, to))).toBe(200);
    }));

  test("cut in the middle of the body, then sent whole: nothing of the half is stored", () =>
    playRuns({ fault: "a file_stream body cut in the middle", tag: "cut" }, async (run) => {
      await cut(run, bodyOf(0, 10));
      expect(await post(run, bodyOf(0, 4))).toBe(200);
      await cut(run, bodyOf(4, 10));
      expect(await post(run, bodyOf(4, 10))).toBe(200);
    }));

  test("kill -9 of the server while reports come", () => {
    const meanwhile = async (): Promise<void> => {
      for (let kills = 0; kills < sized(3, 30); kills += 1) {
        await sleep(150 + Math.random() * 300);
        await server.kill();
        server = await scene.start();
      }
    };
    return playRuns({ fault: "server killed (kill -9) during ingestion", tag: "killed", meanwhile }, async (run) => {
      for (let line = 0; line < 10; line += 1) {
        await surely(run, bodyOf(line, line + 1));
        await sleep(Math.random() * sized(600, 6_000));
      }
    });
  });
});
