// Delivering, measured: one receiver beside a thousand, an outage and its end, a million deliveries that wait.
import { rm } from "node:fs/promises";
import { cpus } from "node:os";
import { temporaryFolder } from "../e2e/support/temporary.ts";
import { openScene } from "./delivery-scene.ts";
import type { Scene } from "./delivery-scene.ts";
import { commitsPerSecond, postsPerSecond } from "./limits.ts";
import type { Figure } from "./measure.ts";
import { median, print, quantile, sleep } from "./measure.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? "10");
const waiting = Number(process.env["BENCH_WAITING"] ?? "1000000");
const backlog = Number(process.env["BENCH_BACKLOG"] ?? "100000");
const goals = { isolation: 1.2, eventsPerSecond: 200, p50Ms: 8, p95Ms: 20, mostAtOnce: 8, memoryMb: 50 };

const figures: Figure[] = [];
const figure = (what: string, measured: string, goal = "", met: boolean | null = null): void => void figures.push({ what, measured, goal, met });

console.log(`${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}\n`);
const dataDir = await temporaryFolder("bench-delivery");
figure("machine: single-row commits/s, 32 connections", (await commitsPerSecond(dataDir, 32, 3)).toFixed(0));
figure("machine: bare POST/s, 32 connections", (await postsPerSecond(32, 3)).toFixed(0));
const scene = await openScene(dataDir);
let marks = 0;
try {
  await measureIsolation(scene);
  await measureOutage(scene);
  await measureWaiting(scene);
} finally {
  await scene.stop();
  await rm(dataDir, { recursive: true, force: true });
  print(figures);
}

/** Plans deliveries at a steady rate for so many seconds; gives the milliseconds from each to its arrival. */
async function delays({ plan, receiver }: Scene, hooks: readonly string[], forSeconds: number): Promise<number[]> {
  const sent = new Map<string, number>();
  const pending: Promise<void>[] = [];
  const begin = performance.now();
  for (let index = 0; index < goals.eventsPerSecond * forSeconds; index += 1) {
    const due = begin + (index * 1_000) / goals.eventsPerSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    const mark = `m${(marks += 1)}`;
    sent.set(mark, performance.timeOrigin + performance.now());
    pending.push(plan(hooks[index % hooks.length] ?? "", mark));
  }
  await Promise.all(pending);
  for (let tries = 0; tries < 100; tries += 1) {
    const { arrivals } = await receiver.report();
    if ([...sent.keys()].every((mark) => arrivals[mark] !== undefined)) return [...sent].map(([mark, at]) => (arrivals[mark] ?? Number.NaN) - at);
    await sleep(100);
  }
  throw new Error("Not every delivery arrived.");
}

/**
 * 1,000 webhooks: all of them well; then one of them never answers and one answers after 25 s. Both get as many deliveries
 * either way, so that only their receivers differ. In turns, so that what else the machine does hits both.
 */
async function measureIsolation(scene: Scene): Promise<void> {
  const well = await scene.webhooks(998, "/well");
  const twoWell = await scene.webhooks(2, "/well-beside");
  const twoIll = [...(await scene.webhooks(1, "/never")), ...(await scene.webhooks(1, "/slow"))];
  await delays(scene, well, 3);
  const measure = async (two: readonly string[]): Promise<number[]> => {
    let stop = false;
    const beside = (async () => {
      while (!stop) {
        await Promise.all(two.map((hook) => scene.plan(hook, `beside${(marks += 1)}`)));
        await sleep(50);
      }
    })();
    const found = await delays(scene, well, seconds);
    stop = true;
    await beside;
    // What they held back must not disturb the next round, nor the measurements that follow.
    await scene.query("delete from executions where id in (select execution_id from delivery_jobs where webhook_id = any ($1) and not leased)", [two]);
    return found;
  };
  const without: number[][] = [];
  const beside: number[][] = [];
  for (let round = 0; round < 5; round += 1) {
    without.push(await measure(twoWell));
    beside.push(await measure(twoIll));
  }
  const at = (runs: number[][], part: number): number => median(runs.map((run) => quantile(run, part)));
  const ratio = at(beside, 0.99) / at(without, 0.99);
  figure(`1,000 webhooks, ${goals.eventsPerSecond}/s: planned to arrived, p50`, `${at(without, 0.5).toFixed(1)} ms`, `≤ ${goals.p50Ms} ms`, at(without, 0.5) <= goals.p50Ms);
  figure("  p95", `${at(without, 0.95).toFixed(1)} ms`, `≤ ${goals.p95Ms} ms`, at(without, 0.95) <= goals.p95Ms);
  figure("  p99", `${at(without, 0.99).toFixed(1)} ms`);
  figure("  p99 beside one that never answers and one that answers after 25 s", `${at(beside, 0.99).toFixed(1)} ms`);
  figure("  p99 beside them / without them", ratio.toFixed(2), `≤ ${goals.isolation}`, ratio <= goals.isolation);
}

/** All receivers were down for an hour: everything that waits is due. They are back, and take 5 ms for an answer. */
async function measureOutage(scene: Scene): Promise<void> {
  const hooks = await scene.webhooks(100, "/wait");
  const arrived = async (): Promise<number> => (await scene.receiver.report()).byKind["wait"] ?? 0;
  const planned = await scene.planMany(hooks, backlog / hooks.length, "now() - interval '1 hour'");
  const from = performance.now();
  await scene.query("select pg_notify('bellhop_jobs', '')");
  const rates: number[] = [];
  let [last, lastAt] = [0, from];
  for (let done = false; !done && performance.now() - from < 240_000; ) {
    await sleep(2_000);
    const count = await arrived();
    const now = performance.now();
    done = count >= planned;
    if (!done) rates.push(((count - last) * 1_000) / (now - lastAt));
    [last, lastAt] = [count, now];
  }
  const count = await arrived();
  const { mostAtOnce } = await scene.receiver.report();
  figure(`all down for an hour, then back: ${planned.toLocaleString("en")} due at once, delivered/s`, ((planned * 1_000) / (lastAt - from)).toFixed(0));
  figure("  slowest and fastest two seconds, per second", `${Math.min(...rates).toFixed(0)}–${Math.max(...rates).toFixed(0)}`);
  figure("  arrived of them", String(count), String(planned), count === planned);
  figure("  most at once at one receiver", String(mostAtOnce), `≤ ${goals.mostAtOnce}`, mostAtOnce <= goals.mostAtOnce);
}

/** Retries of tomorrow, for 10,000 webhooks. */
async function measureWaiting(scene: Scene): Promise<void> {
  const scans = async (): Promise<number> => {
    await sleep(1_500);
    const [row] = await scene.query<{ scans: string }>("select sum(seq_scan) as scans from pg_stat_user_tables where relname = 'delivery_jobs'");
    return Number(row?.scans);
  };
  const hooks = await scene.webhooks(10_000, "/later");
  const from = performance.now();
  for (let part = 0; part < 10; part += 1) await scene.planMany(hooks.slice(part * 1_000, (part + 1) * 1_000), waiting / hooks.length, "now() + interval '1 day'");
  while ((await scene.query("select from delivery_jobs where fresh limit 1")).length > 0) await sleep(200);
  figure(`${waiting.toLocaleString("en")} planned for 10,000 webhooks and told to their lanes, per second`, ((waiting * 1_000) / (performance.now() - from)).toFixed(0));
  // Loading a million rows leaves work for the disk that waiting ones do not make.
  await scene.query("vacuum analyze executions, delivery_jobs, delivery_lanes");
  const well = await scene.webhooks(100, "/well-too");
  await delays(scene, well, 3);
  const [memory, scanned] = [scene.memory(), await scans()];
  const late = await delays(scene, well, seconds);
  const grown = scene.memory() - memory;
  const scansMeanwhile = (await scans()) - scanned;
  figure(`${waiting.toLocaleString("en")} waiting, 10,000 lanes: planned to arrived, p50`, `${quantile(late, 0.5).toFixed(1)} ms`, `≤ ${goals.p50Ms} ms`, quantile(late, 0.5) <= goals.p50Ms);
  figure("  p95", `${quantile(late, 0.95).toFixed(1)} ms`, `≤ ${goals.p95Ms} ms`, quantile(late, 0.95) <= goals.p95Ms);
  figure("  scans of the whole table of jobs meanwhile", String(scansMeanwhile), "0", scansMeanwhile === 0);
  figure("  memory of the Node process, growth", `${grown.toFixed(0)} MB`, `≤ ${goals.memoryMb} MB`, grown <= goals.memoryMb);
}
