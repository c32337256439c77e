import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Viewer } from "../../domain/viewer.ts";
import type { World } from "../../features/automations/testing/automation-world.ts";
import { insertProject, makeWorld } from "../../features/automations/testing/automation-world.ts";
import { receiveReport, upsertRun } from "../../features/runs/index.ts";
import { createApiKey } from "../../features/tokens/index.ts";
import { silentLog } from "../../kit/log.ts";
import { makeAuthenticate } from "../authenticate.ts";
import { makeHttpServer } from "../server.ts";
import type { RestClient } from "../testing/rest-client.ts";
import { listen, restClient } from "../testing/rest-client.ts";
import { restRoutes } from "./index.ts";
import { automationRoutes } from "./routes-automations.ts";
import { backtestRoutes } from "./routes-backtest.ts";
import { metricRoutes } from "./routes-metrics.ts";

let world: World;
let app: FastifyInstance;
let admin: RestClient;
let stranger: RestClient;

beforeAll(async () => {
  world = await makeWorld();
  const { services } = world;
  app = makeHttpServer({ log: silentLog, ids: services.ids });
  await restRoutes(app, { services, authenticate: makeAuthenticate(services), routes: [...automationRoutes, ...backtestRoutes, ...metricRoutes] });
  const address = await listen(app);
  const client = async (who: Viewer): Promise<RestClient> => restClient(address, (await createApiKey(services, who, { description: null })).apiKey);
  [admin, stranger] = [await client(world.admin), await client(world.stranger)];
  await insertProject(services.db, world.teamId, "mnist");
});
afterAll(async () => {
  await app.close();
  await world.drop();
});

let automations = 0;
const make = (event: object, more: object = {}): ReturnType<RestClient> =>
  admin("POST", "/automations", { name: `automation ${(automations += 1)}`, scope: { type: "project", entity: "vision-team", project: "mnist" }, event, action: { type: "no_op" }, ...more });
const pathsOf = ({ body }: { body: { error: { details: { path: string }[] } } }): string[] => body.error.details.map(({ path }) => path);

describe("conditions over metrics, over REST", () => {
  it.each([
    ["RUN_METRIC", [{ type: "threshold", metric: "loss", window: 1, operator: "<", value: 0.5 }]],
    ["RUN_METRIC", [{ type: "threshold", metric: "loss", aggregate: "average", window: 3, operator: ">=", value: -1 }, { type: "zscore", metric: "acc", window: 30, direction: "any", threshold: 3 }]],
    ["RUN_METRIC_CHANGE", [{ type: "change", metric: "loss", aggregate: "max", window: 2, priorWindow: 5, change: "relative", direction: "decrease", amount: 0.1 }]],
    ["RUN_METRIC_ZSCORE", [{ type: "zscore", metric: "loss", window: 20, direction: "increase", threshold: 2.5 }]],
  ])("%s: what was saved is shown in the same words: %j", async (type, metrics) => {
    const filter = { display_name: { $contains: "nightly" } };
    const made = await make({ type, metrics, filter }, { cooldownSeconds: 60 });
    expect(made).toMatchObject({ status: 201, body: { event: { type, metrics, filter }, cooldownSeconds: 60 } });
    const changed = await admin("PATCH", `/automations/${made.body.id}`, { event: { metrics: metrics.slice(0, 1), filter: {} }, cooldownSeconds: null });
    expect(changed).toMatchObject({ status: 200, body: { event: { type, metrics: metrics.slice(0, 1), filter: {} }, cooldownSeconds: null, revision: 2 } });
  });

  it("says what is wrong and where", async () => {
    const threshold = { type: "threshold", metric: "loss", operator: "<", value: 0.5 };
    const refused = async (event: object, more: object = {}): Promise<string[]> => pathsOf(await make(event, more));
    expect(await refused({ type: "RUN_METRIC", metrics: [{ ...threshold, window: 0 }] })).toEqual(["event.metrics[0].window"]);
    expect(await refused({ type: "RUN_METRIC", metrics: [{ ...threshold, operator: "=" }] })).toEqual(["event.metrics[0].operator"]);
    expect(await refused({ type: "RUN_METRIC", metrics: [threshold, { ...threshold, value: "low" }] })).toEqual(["event.metrics[1].value"]);
    expect(await refused({ type: "RUN_METRIC", metrics: [] })).toEqual(["event.metrics"]);
    expect(await refused({ type: "RUN_METRIC_CHANGE", metrics: [threshold] })).toEqual(["event.metrics[0].type"]);
    expect(await refused({ type: "RUN_METRIC", metrics: [threshold], states: ["FAILED"] })).toEqual(["event.states"]);
    expect(await refused({ type: "RUN_METRIC", metrics: [threshold], filter: { displayname: "x" } })).toEqual(["event.filter.run_filter.$and[0].displayname"]);
    expect(await refused({ type: "RUN_METRIC", metrics: [threshold] }, { cooldownSeconds: -5 })).toEqual(["cooldownSeconds"]);
    expect(await refused({ type: "ADD_ARTIFACT_ALIAS", filter: {} }, { cooldownSeconds: 5 })).toEqual(["cooldownSeconds"]);
  });
});

describe("the metrics of a run", () => {
  beforeAll(async () => {
    const { services, admin: ada } = world;
    const none = { displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null };
    await upsertRun(services, ada, { entity: "vision-team", project: "mnist", name: "r1", state: null }, none);
    const rows = [{ _step: 0, "train/loss": 4 }, { _step: 1, "train/loss": 1, eval: { acc: 0.5 } }, { _step: 2, "train/loss": Infinity }, { _step: 3, "train/loss": 2, note: "text" }];
    const lines = rows.map((value) => ({ text: JSON.stringify(value).replace("null", "Infinity"), value }));
    await receiveReport(services, ada, { entity: "vision-team", project: "mnist", run: "r1" }, { history: { offset: 0, lines }, events: null, output: null, summary: null, ended: null, preempting: false });
  });

  it("are listed by name", async () => {
    expect(await admin("GET", "/runs/vision-team/mnist/r1/metrics")).toMatchObject({
      status: 200, body: { items: [{ metric: "_step", count: 4, last: 3 }, { metric: "eval.acc", count: 1, last: 0.5 }, { metric: "train/loss", count: 4, last: 2 }] },
    });
  });

  it("are read in buckets that keep the least and the greatest value", async () => {
    expect(await admin("GET", "/runs/vision-team/mnist/r1/metrics/train%2Floss?buckets=1")).toMatchObject({
      status: 200, body: { metric: "train/loss", buckets: [{ from: 0, to: 3, count: 4, nonFinite: 1, min: 1, max: 4, mean: 7 / 3, last: 2 }] },
    });
    const part = await admin("GET", "/runs/vision-team/mnist/r1/metrics/train%2Floss?minStep=1&maxStep=2");
    expect(part.body.buckets).toEqual([{ from: 1, to: 1, count: 1, nonFinite: 0, min: 1, max: 1, mean: 1, last: 1 }, { from: 2, to: 2, count: 1, nonFinite: 1, min: null, max: null, mean: null, last: null }]);
  });

  it("of a run that is not there, or of others, or that were never logged, are not found; a number of buckets that is none is refused", async () => {
    expect((await admin("GET", "/runs/vision-team/mnist/r1/metrics/acc")).status).toBe(404);
    const [missing, foreign] = [await admin("GET", "/runs/vision-team/none/r1/metrics"), await stranger("GET", "/runs/vision-team/mnist/r1/metrics")];
    expect([missing.status, foreign.status]).toEqual([404, 404]);
    expect(pathsOf(await admin("GET", "/runs/vision-team/mnist/r1/metrics/_step?buckets=0"))).toEqual(["buckets"]);
  });

  it("are judged by a drafted automation, with how much there was to judge", async () => {
    const automation = { scope: { type: "project", entity: "vision-team", project: "mnist" }, event: { type: "RUN_METRIC", metrics: [{ type: "threshold", metric: "train/loss", operator: "<", value: 2 }] }, cooldownSeconds: 0 };
    expect(await admin("POST", "/automations/backtest", { automation, since: "2020-01-01T00:00:00Z" })).toMatchObject({
      status: 200,
      body: { data: { runs: 1, values: 3, events: 0, more: false }, firings: [{ outcome: "fires", metric: { run: { id: "r1" }, condition: "train/loss < 2", status: "train/loss = 1", step: 1 } }], more: false },
    });
    expect(pathsOf(await admin("POST", "/automations/backtest", { automation, since: "yesterday" }))).toEqual(["since"]);
    expect((await stranger("POST", "/automations/backtest", { automation, since: "2020-01-01T00:00:00Z" })).status).toBe(404);
  });
});
