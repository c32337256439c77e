// Deliveries for a long time, measured: npm run bench -- sustained. Aliases are added as fast as their deliveries go out, so
// that what is measured is the whole way, from the SDK's request to the stored outcome; then at steady rates; then by two processes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { freePort, root, startServer } from "../e2e/support/server.ts";
import type { RunningServer } from "../e2e/support/server.ts";
import { temporaryFolder } from "../e2e/support/temporary.ts";
import { aliasAdder, makeAliasScene, settled } from "./alias-scene.ts";
import type { AliasScene } from "./alias-scene.ts";
import { startBareReceiver } from "./bare-receiver.ts";
import type { BareReceiver } from "./bare-receiver.ts";
import { commitsPerSecond, postsPerSecond } from "./limits.ts";
import type { Figure } from "./measure.ts";
import { median, print, quantile, sleep } from "./measure.ts";
import { unlimited } from "./unlimited.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? "20");
const goals = { deliveriesPerSecond: 3_000, growth: 1.25, p50Ms: 8, p95Ms: 20, secondProcess: 1 };
/** Deliveries that each alias causes. */
const automations = 10;
/** So many deliveries may be under way or wait: the sender is slowed down by the receiver, as it were, so nothing piles up. */
const mostWaiting = 3_000;

const figures: Figure[] = [];
const figure = (what: string, measured: string, goal = "", met: boolean | null = null): void => void figures.push({ what, measured, goal, met });
let marks = 0;

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}; ${seconds} s of the longest part\n`);
const dataDir = await temporaryFolder("bench-sustained");
figure("machine: single-row commits/s, 32 connections", (await commitsPerSecond(dataDir, 32, 5)).toFixed(0));
figure("machine: bare POST/s, 32 connections", (await postsPerSecond(32, 5)).toFixed(0));
const receiver = await startBareReceiver();
try {
  await measureOneProcess(join(dataDir, "one"), receiver);
  await measureTwoProcesses(join(dataDir, "two"), receiver);
} finally {
  await receiver.stop();
  await rm(dataDir, { recursive: true, force: true });
  print(figures);
}

function memoryMb({ process: { pid } }: RunningServer): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1_024;
}

type Run = { perSecond: number; slices: number[]; memory: number[]; unaccounted: number };

/** Adds aliases for so many seconds, to the processes in turn, as fast as the deliveries go out. */
async function drive(scene: AliasScene, servers: readonly RunningServer[], at: BareReceiver, forSeconds: number): Promise<Run> {
  const adders = servers.map(({ url }) => aliasAdder(scene, url, 16));
  const before = await settled(at);
  let [added, delivered] = [0, 0];
  const from = performance.now();
  const running = (): boolean => performance.now() - from < forSeconds * 1_000;
  const slices: number[] = [];
  const memory: number[] = [];
  const watch = (async () => {
    let [last, lastAt] = [0, from];
    while (running()) {
      await sleep(50);
      delivered = (await at.count()) - before;
      const now = performance.now();
      if (now - lastAt < (forSeconds * 1_000) / 10) continue;
      slices.push(((delivered - last) * 1_000) / (now - lastAt));
      memory.push(servers.reduce((sum, server) => sum + memoryMb(server), 0));
      [last, lastAt] = [delivered, now];
    }
  })();
  await Promise.all(adders.flatMap((adder) => Array.from({ length: 16 }, async () => {
    while (running()) {
      if (added * automations - delivered >= mostWaiting) {
        await sleep(5);
        continue;
      }
      added += 1;
      await adder.add(`bench-${(marks += 1)}`);
    }
  })));
  await watch;
  const perSecond = (((await at.count()) - before) * 1_000) / (performance.now() - from);
  const unaccounted = added * automations - ((await settled(at)) - before);
  for (const { close } of adders) await close();
  return { perSecond, slices, memory, unaccounted };
}

/** Adds aliases at a steady rate; gives the milliseconds from each request to the first of its deliveries, and from the last answer to the last delivery. */
async function pace(scene: AliasScene, server: RunningServer, at: BareReceiver, perSecond: number): Promise<{ delays: number[]; behindMs: number }> {
  const { add, close } = aliasAdder(scene, server.url, 32);
  const sent = new Map<string, number>();
  const pending: Promise<void>[] = [];
  const begin = performance.now();
  for (let index = 0; index < perSecond * Math.min(seconds, 20); index += 1) {
    const early = begin + (index * 1_000) / perSecond - performance.now();
    if (early > 0) await sleep(early);
    const mark = `bench-${(marks += 1)}`;
    sent.set(mark, performance.timeOrigin + performance.now());
    pending.push(add(mark));
  }
  await Promise.all(pending);
  const answered = performance.timeOrigin + performance.now();
  await settled(at);
  await close();
  const { arrivals } = await at.report();
  const arrived = [...sent.keys()].map((mark) => arrivals[mark] ?? Number.NaN);
  return { delays: [...sent.values()].map((from, index) => (arrived[index] ?? Number.NaN) - from), behindMs: Math.max(...arrived) - answered };
}

async function measureOneProcess(folder: string, at: BareReceiver): Promise<void> {
  const server = await startServer({ dataDir: folder, port: await freePort(), env: unlimited });
  const scene = await makeAliasScene(server.url, at, automations);
  await drive(scene, [server], at, 5);
  const run = await drive(scene, [server], at, seconds);
  figure(`one process, embedded database: deliveries/s, ${automations} for each alias, for ${seconds} s`, run.perSecond.toFixed(0), `≥ ${goals.deliveriesPerSecond}`, run.perSecond >= goals.deliveriesPerSecond);
  figure("  slowest and fastest tenth of the time, per second", `${Math.min(...run.slices).toFixed(0)}–${Math.max(...run.slices).toFixed(0)}`);
  figure("  acknowledged − delivered", String(run.unaccounted), "0", run.unaccounted === 0);
  const [early, late] = [median(run.memory.slice(0, 5)), median(run.memory.slice(5))];
  figure("  memory of the Node process, first and second half", `${early.toFixed(0)} MB, ${late.toFixed(0)} MB`, `≤ × ${goals.growth}`, late <= early * goals.growth);
  const { items } = await scene.cast.rest.ok("GET", "/automations?limit=100");
  for (const item of Array.isArray(items) ? items.slice(1) : []) await scene.cast.rest.ok("PATCH", `/automations/${item.id}`, { enabled: false });
  for (const rate of [200, 1_000]) {
    const { delays, behindMs } = await pace(scene, server, at, rate);
    const [p50, p95] = [quantile(delays, 0.5), quantile(delays, 0.95)];
    const goal = rate === 200;
    figure(`alias sent to first byte at the receiver, ${rate}/s, p50`, `${p50.toFixed(1)} ms`, goal ? `≤ ${goals.p50Ms} ms` : "", goal ? p50 <= goals.p50Ms : null);
    figure("  p95", `${p95.toFixed(1)} ms`, goal ? `≤ ${goals.p95Ms} ms` : "", goal ? p95 <= goals.p95Ms : null);
    figure("  last delivery after the last answer", `${behindMs.toFixed(0)} ms`, "≤ 1000 ms", behindMs <= 1_000);
  }
  await server.stop();
}

/** In turns, so that what else the machine does hits both. */
async function measureTwoProcesses(folder: string, at: BareReceiver): Promise<void> {
  const database = spawn(process.execPath, [join(root, "packages/server/src/adapters/database-embedded/testing/run-database.ts"), folder], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(database.stdout, "data");
  const { url: databaseUrl } = JSON.parse(String(line));
  const start = async (): Promise<RunningServer> => startServer({ dataDir: join(folder, "server"), port: await freePort(), databaseUrl, env: { ...unlimited } });
  const first = await start();
  const scene = await makeAliasScene(first.url, at, automations);
  await drive(scene, [first], at, 5);
  const rates: { one: number[]; two: number[] } = { one: [], two: [] };
  for (let round = 0; round < 3; round += 1) {
    rates.one.push((await drive(scene, [first], at, Math.min(seconds, 20))).perSecond);
    const second = await start();
    rates.two.push((await drive(scene, [first, second], at, Math.min(seconds, 20))).perSecond);
    await second.stop();
  }
  const [one, two] = [median(rates.one), median(rates.two)];
  figure("deliveries/s of one process, median of 3", one.toFixed(0));
  figure("  of two processes on the same database, on the same machine", two.toFixed(0), "more", two > one * goals.secondProcess);
  await first.stop();
  database.kill("SIGTERM");
  await once(database, "exit");
}
