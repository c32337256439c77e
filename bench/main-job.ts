// The main job, measured: npm run bench. Every figure stands beside its goal, and beside what this machine can do at all.
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { cpus } from "node:os";
import { freePort, startServer } from "../e2e/support/server.ts";
import type { RunningServer } from "../e2e/support/server.ts";
import { temporaryFolder } from "../e2e/support/temporary.ts";
import { aliasAdder, makeAliasScene, settled } from "./alias-scene.ts";
import type { AliasAdder } from "./alias-scene.ts";
import { startBareReceiver } from "./bare-receiver.ts";
import type { BareReceiver } from "./bare-receiver.ts";
import { commitsPerSecond, postsPerSecond } from "./limits.ts";
import type { Figure } from "./measure.ts";
import { unlimited } from "./unlimited.ts";
import { median, perSecond, print, quantile, sleep } from "./measure.ts";

const connections = 32;
const seconds = Number(process.env["BENCH_SECONDS"] ?? "10");
const goals = { startMs: 3_000, idleMb: 200, aliasesPerSecond: 1_500, p50Ms: 10, p95Ms: 25, eventsPerSecond: 100 };

const dataDir = await temporaryFolder("bench");
const figures: Figure[] = [];
const figure = (what: string, measured: string, goal = "", met: boolean | null = null): void => void figures.push({ what, measured, goal, met });

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}; ${seconds} s each\n`);
const commits = await commitsPerSecond(dataDir, connections, seconds);
figure(`machine: single-row commits/s, ${connections} connections`, commits.toFixed(0));
const posts = await postsPerSecond(connections, seconds);
figure(`machine: bare POST/s, ${connections} connections`, posts.toFixed(0));

const port = await freePort();
const start = async (): Promise<{ server: RunningServer; ms: number }> => {
  const from = performance.now();
  const server = await startServer({ dataDir, port, env: unlimited });
  return { server, ms: performance.now() - from };
};
const cold = await start();
await cold.server.stop();
figure("first start to ready", `${cold.ms.toFixed(0)} ms`);
const warm: number[] = [];
for (let times = 0; times < 5; times += 1) {
  const { server, ms } = await start();
  warm.push(ms);
  await server.stop();
}
figure("warm start to ready, median of 5", `${median(warm).toFixed(0)} ms`, `≤ ${goals.startMs} ms`, median(warm) <= goals.startMs);

const { server } = await start();
await sleep(5_000);
const idle = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1_024;
figure("idle memory of the Node process", `${idle.toFixed(0)} MB`, `≤ ${goals.idleMb} MB`, idle <= goals.idleMb);

const receiver = await startBareReceiver();
const scene = await makeAliasScene(server.url, receiver, 1);
await measureThroughput(aliasAdder(scene, server.url, connections), receiver);
await measureLatency(aliasAdder(scene, server.url, connections), receiver);
await server.stop();
await receiver.stop();
await rm(dataDir, { recursive: true, force: true });
print(figures);

async function measureThroughput({ add, close }: AliasAdder, at: BareReceiver): Promise<void> {
  await perSecond(connections, 3, (index) => add(`bench-warm-${index}`));
  const before = await settled(at);
  let added = 0;
  const from = performance.now();
  const rate = await perSecond(connections, seconds, async (index) => {
    await add(`bench-${index}`);
    added += 1;
  });
  const count = await settled(at);
  const drained = (performance.now() - from) / 1_000;
  figure(`addAliases/s with one automation, ${connections} connections`, rate.toFixed(0), `≥ ${goals.aliasesPerSecond}`, rate >= goals.aliasesPerSecond);
  figure("  as a part of the machine's commits/s", `${((100 * rate) / commits).toFixed(0)} %`);
  figure("  delivered meanwhile and after, per second until the last", `${(added / drained).toFixed(0)}`);
  figure("  acknowledged − delivered", String(added - (count - before)), "0", added === count - before);
  await close();
}

async function measureLatency({ add, close }: AliasAdder, at: BareReceiver): Promise<void> {
  const sent = new Map<string, number>();
  const pending: Promise<void>[] = [];
  const begin = performance.now();
  for (let index = 0; index < goals.eventsPerSecond * seconds; index += 1) {
    const due = begin + (index * 1_000) / goals.eventsPerSecond;
    if (due > performance.now()) await sleep(due - performance.now());
    const alias = `bench-late-${index}`;
    sent.set(alias, performance.timeOrigin + performance.now());
    pending.push(add(alias));
  }
  await Promise.all(pending);
  await settled(at);
  const { arrivals } = await at.report();
  const delays = [...sent].map(([alias, from]) => (arrivals[alias] ?? Number.NaN) - from);
  const [p50, p95] = [quantile(delays, 0.5), quantile(delays, 0.95)];
  figure(`mutation sent to first byte at the receiver, ${goals.eventsPerSecond}/s, p50`, `${p50.toFixed(1)} ms`, `≤ ${goals.p50Ms} ms`, p50 <= goals.p50Ms);
  figure("  p95", `${p95.toFixed(1)} ms`, `≤ ${goals.p95Ms} ms`, p95 <= goals.p95Ms);
  await close();
}
