// Logs metrics for a number of runs as so many scripts at once would, in a process of its own so that it shares no thread
// with the server; prints how many points were acknowledged, and in which time. Stands beside bench/metrics.ts.
import { Pool } from "undici";

const { url, key, entity, project, runs, metrics, lines, lanes, seconds, startLines } = JSON.parse(process.argv[2] ?? "{}");
const pool = new Pool(url, { connections: lanes });
const headers = { authorization: `Basic ${Buffer.from(`api:${key}`).toString("base64")}`, "content-type": "application/json" };

/** A walk by chance for each metric of each run, as a loss goes: so that conditions come to hold and cease to now and then. */
const values = Array.from({ length: runs }, () => Array.from({ length: metrics }, () => 0.5));
const walk = (run, index) => (values[run][index] += (Math.random() - 0.5) * 0.02 + (0.5 - values[run][index]) * 0.002);

function line(run, step) {
  let text = `{"_step":${step},"_runtime":${step / 10},"_timestamp":${1_700_000_000 + step / 10}`;
  for (let index = 0; index < metrics; index += 1) text += `,"metric_${index}":${walk(run, index)}`;
  return `${text}}`;
}

/** How many lines each run has: where its next report goes on, as the SDK's do. */
const offsets = Array.from({ length: runs }, (_, run) => startLines?.[run] ?? 0);
let points = 0;
const latencies = [];

async function report(run) {
  const offset = offsets[run];
  const content = Array.from({ length: lines }, (_, index) => line(run, offset + index));
  const from = performance.now();
  const answer = await pool.request({ method: "POST", path: `/files/${entity}/${project}/run-${run}/file_stream`, headers, body: JSON.stringify({ files: { "wandb-history.jsonl": { offset, content } } }) });
  const said = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${said}`);
  latencies.push(performance.now() - from);
  offsets[run] = offset + lines;
  points += lines * metrics;
}

const from = performance.now();
// Each lane has runs of its own: a script sends its reports one after the other.
await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
  for (let run = lane; performance.now() - from < seconds * 1_000; run = run + lanes < runs ? run + lanes : lane) await report(run);
}));
latencies.sort((a, b) => a - b);
console.log(JSON.stringify({ points, seconds: (performance.now() - from) / 1_000, p50: latencies[Math.floor(latencies.length / 2)], p99: latencies[Math.floor(latencies.length * 0.99)], endLines: offsets }));
await pool.close();
