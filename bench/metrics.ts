// Metrics of runs, measured: npm run bench -- metrics. Three projects with the same load, in turns, so that what else goes
// on with the machine concerns them alike: without automations, with 1,000 over the metrics that are logged, and with
// 10,000 more over metrics that are not.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { introduce } from "../e2e/support/people.ts";
import type { Cast } from "../e2e/support/people.ts";
import { list } from "../e2e/support/rest.ts";
import { adminKey, freePort, startServer } from "../e2e/support/server.ts";
import type { RunningServer } from "../e2e/support/server.ts";
import { temporaryFolder } from "../e2e/support/temporary.ts";
import { wandbHttp } from "../e2e/support/wandb-http.ts";
import { commitsPerSecond } from "./limits.ts";
import type { Figure } from "./measure.ts";
import { median, print } from "./measure.ts";
import { unlimited } from "./unlimited.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? "10");
const rounds = Number(process.env["BENCH_ROUNDS"] ?? "5");
const [runs, metrics, lines, lanes] = [100, 20, 50, 16];
const [watching, elsewhere] = [1_000, 10_000];
const goals = { pointsPerSecond: 250_000, cost: 0.25, elsewhere: 0.05, readMs: 150, matchMs: 2 };

const figures: Figure[] = [];
const figure = (what: string, measured: string, goal = "", met: boolean | null = null): void => void figures.push({ what, measured, goal, met });

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}; ${rounds} rounds of ${seconds} s for each project\n`);
const dataDir = await temporaryFolder("bench-metrics");
const commits = await commitsPerSecond(dataDir, lanes, 5);
figure(`machine: single-row commits/s, ${lanes} connections`, commits.toFixed(0));

const server = await startServer({ dataDir, port: await freePort(), env: unlimited });
const cast = await introduce({ url: server.url, adminKey, tag: "bench", receiverUrl: "http://127.0.0.1:18080/nobody-is-called" });
await measureIngestion(server, cast);
await measureLongRun(server, cast);
await measureMatching(server, cast);
await server.stop();
await rm(dataDir, { recursive: true, force: true });
print(figures);

type Logged = { points: number; seconds: number; p50: number; p99: number; endLines: number[] };

async function log(at: RunningServer, key: string, load: { entity: string; project: string; runs: number; metrics: number; lines: number; lanes: number; seconds: number; startLines: readonly number[] }): Promise<Logged> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "logging-client-main.mjs"), JSON.stringify({ url: at.url, key, ...load })], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  await once(child, "exit");
  return JSON.parse(String(said));
}

async function makeRuns(at: RunningServer, { key, team }: Cast, project: string, names: readonly string[]): Promise<void> {
  const upsert = "mutation UpsertBucket($name: String, $project: String, $entity: String) { upsertBucket(input: {name: $name, modelName: $project, entityName: $entity}) { bucket { id } } }";
  for (const name of names) await wandbHttp(at.url, key).data(upsert, { name, project, entity: team });
}

function residentMb(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1_024;
}

async function measureIngestion(at: RunningServer, who: Cast): Promise<void> {
  const projects = ["plain", "watched", "crowded"];
  for (const project of projects) await makeRuns(at, who, project, Array.from({ length: runs }, (_, run) => `run-${run}`));
  await watch(who, "watched", watching, (index) => `metric_${index % metrics}`);
  await watch(who, "crowded", watching, (index) => `metric_${index % metrics}`);
  await watch(who, "crowded", elsewhere, (index) => `elsewhere_${index}`);
  const rates = new Map(projects.map((project) => [project, new Array<number>()]));
  const reached = new Map<string, number[]>();
  const memory: number[] = [];
  let last: Logged | null = null;
  for (let round = 0; round <= rounds; round += 1) {
    for (const project of projects) {
      last = await log(at, who.key, { entity: who.team, project, runs, metrics, lines, lanes, seconds, startLines: reached.get(project) ?? [] });
      reached.set(project, last.endLines);
      // The first round warms up.
      if (round > 0) rates.get(project)?.push(last.points / last.seconds);
      memory.push(residentMb());
    }
  }
  const [plain, watched, crowded] = projects.map((project) => median(rates.get(project) ?? []));
  if (plain === undefined || watched === undefined || crowded === undefined) throw new Error("nothing was measured");
  const { items } = await who.rest.ok("GET", "/executions?limit=1");
  if (list(items).length === 0) throw new Error("no automation fired: nothing was evaluated");
  figure(`points/s, ${runs} runs × ${metrics} metrics, ${lines} lines a report, no automations`, plain.toFixed(0));
  figure(`points/s with ${watching} automations over them`, watched.toFixed(0), `≥ ${goals.pointsPerSecond}`, watched >= goals.pointsPerSecond);
  figure("  reports/s as a part of the machine's commits/s", `${((100 * watched) / lines / metrics / commits).toFixed(0)} %`);
  figure("  cost of evaluating: time of a point with ÷ without − 1", `${(100 * (plain / watched - 1)).toFixed(0)} %`, `≤ ${100 * goals.cost} %`, plain / watched - 1 <= goals.cost);
  figure(`points/s with ${elsewhere} more over other metrics`, crowded.toFixed(0));
  figure("  their cost", `${(100 * (watched / crowded - 1)).toFixed(0)} %`, `≤ ${100 * goals.elsewhere} %`, watched / crowded - 1 <= goals.elsewhere);
  figure("  report sent to answered, p50 and p99 of the last round", `${last?.p50.toFixed(1)} ms, ${last?.p99.toFixed(1)} ms`);
  const early = median(memory.slice(3, 6));
  const late = median(memory.slice(-3));
  figure(`memory of the Node process after the first and after the last round`, `${early.toFixed(0)} MB, ${late.toFixed(0)} MB`, "flat", late <= early * 1.25);
}

/**
 * Conditions of every kind, over windows of several sizes. What is logged walks about 0.5 with a standard deviation of
 * 0.1: one in a hundred comes to hold now and then, for each run by itself; the others wait for what should not happen,
 * as most alarms do.
 */
async function watch({ rest, team }: Cast, project: string, count: number, metricOf: (index: number) => string): Promise<void> {
  const kinds = [
    (metric: string, low: number): object => ({ type: "RUN_METRIC", metrics: [{ type: "threshold", metric, operator: "<", value: low }] }),
    (metric: string, low: number, index: number): object => ({ type: "RUN_METRIC", metrics: [{ type: "threshold", metric, aggregate: "average", window: 5 + (index % 3) * 10, operator: ">", value: 1 - low }] }),
    (metric: string, low: number): object => ({ type: "RUN_METRIC_CHANGE", metrics: [{ type: "change", metric, aggregate: "average", window: 5, change: "relative", direction: "increase", amount: 1 - low }] }),
    (metric: string, low: number): object => ({ type: "RUN_METRIC_ZSCORE", metrics: [{ type: "zscore", metric, window: 30, direction: "any", threshold: 20 * (1 - low) }] }),
  ];
  const lowOf = (index: number): number => (index % 400 < 4 ? 0.25 : 0) + (index % 97) / 2_000;
  await inLanes(count, (index) => {
    const event = kinds[index % kinds.length]?.(metricOf(Math.floor(index / kinds.length)), lowOf(index), index);
    return rest.ok("POST", "/automations", { name: `${metricOf(0)} ${index}`, scope: { type: "project", entity: team, project }, event, action: { type: "no_op" } });
  });
}

async function inLanes(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  }));
}

async function measureLongRun(at: RunningServer, who: Cast): Promise<void> {
  await makeRuns(at, who, "long", ["run-0"]);
  let line = 0;
  while (line < 1_000_000) line = (await log(at, who.key, { entity: who.team, project: "long", runs: 1, metrics: 5, lines: 5_000, lanes: 1, seconds: 5, startLines: [line] })).endLines[0] ?? 0;
  const times: number[] = [];
  let buckets = 0;
  for (let time = 0; time < 15; time += 1) {
    const from = performance.now();
    const series = await who.rest.ok("GET", `/runs/${who.team}/long/run-0/metrics/metric_${time % 5}?buckets=2000`);
    times.push(performance.now() - from);
    buckets = list(series["buckets"]).length;
  }
  if (buckets !== 2_000) throw new Error(`2,000 buckets were expected, and ${buckets} came`);
  figure(`one metric of a run of ${(line / 1e6).toFixed(1)} million steps in 2,000 buckets, median of 15`, `${median(times).toFixed(0)} ms`, `≤ ${goals.readMs} ms`, median(times) <= goals.readMs);
}

async function measureMatching(at: RunningServer, who: Cast): Promise<void> {
  const client = wandbHttp(at.url, who.key);
  const addMany = async (project: string): Promise<() => Promise<number>> => {
    const artifactID = await client.logArtifact({ entity: who.team, project, name: "model", type: "model", files: { "a.txt": Buffer.from(project) } });
    let count = 0;
    return async () => {
      const from = performance.now();
      const { status } = await client.addAlias({ artifactID, entity: who.team, project, collection: "model", alias: `alias-${(count += 1)}` });
      if (status !== 200) throw new Error(`an alias was answered with ${status}`);
      return performance.now() - from;
    };
  };
  const projects = { none: "aliases-none", equal: "aliases-equal", expressions: "aliases-expressions" };
  const add = { none: await addMany(projects.none), equal: await addMany(projects.equal), expressions: await addMany(projects.expressions) };
  const create = (project: string, index: number, alias: unknown): Promise<unknown> => who.rest.ok("POST", "/automations", {
    name: `alias ${index}`, scope: { type: "project", entity: who.team, project }, event: { type: "ADD_ARTIFACT_ALIAS", filter: { alias } }, action: { type: "no_op" },
  });
  await inLanes(elsewhere, (index) => create(projects.equal, index, `never-${index}`));
  await inLanes(elsewhere, (index) => create(projects.expressions, index, { $regex: `^never-${index}$` }));
  const times: { none: number[]; equal: number[]; expressions: number[] } = { none: [], equal: [], expressions: [] };
  for (let time = 0; time < 300; time += 1) {
    times.none.push(await add.none());
    times.equal.push(await add.equal());
    if (time % 10 === 0) times.expressions.push(await add.expressions());
  }
  const [none, equal, expressions] = [median(times.none), median(times.equal), median(times.expressions)];
  figure(`an alias added with no automations in its project, median of 300`, `${none.toFixed(2)} ms`);
  figure(`  more with ${elsewhere} for other aliases, as the SDK's filters are`, `${(equal - none).toFixed(2)} ms`, `≤ ${goals.matchMs} ms`, equal - none <= goals.matchMs);
  figure(`  more with ${elsewhere} that ask by regular expressions, which no key spares a look`, `${(expressions - none).toFixed(2)} ms`);
}
