import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import pg from "pg";
import { Pool } from "undici";
import { root } from "../e2e/support/server.ts";
import { perSecond } from "./measure.ts";
import { startBareReceiver } from "./bare-receiver.ts";

/** Single-row commits per second of the embedded database at so many connections: what any durable write is bound by. */
export async function commitsPerSecond(dataDir: string, connections: number, seconds: number): Promise<number> {
  const program = join(root, "packages/server/src/adapters/database-embedded/testing/run-database.ts");
  const database = spawn(process.execPath, [program, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(database.stdout, "data");
  const { url } = JSON.parse(String(line));
  const pool = new pg.Pool({ connectionString: url, max: connections });
  // The server closes the connections that linger when it stops.
  pool.on("error", () => undefined);
  await pool.query("create table if not exists bench_commits (id bigint generated always as identity primary key, body text)");
  const body = "x".repeat(450);
  const rate = await perSecond(connections, seconds, async () => {
    await pool.query({ name: "commit", text: "insert into bench_commits (body) values ($1)", values: [body] });
  });
  await pool.query("drop table bench_commits");
  await pool.end();
  database.kill("SIGTERM");
  await once(database, "exit");
  return rate;
}

/** Bare POSTs per second over loopback between two Node processes. */
export async function postsPerSecond(connections: number, seconds: number): Promise<number> {
  const receiver = await startBareReceiver();
  const pool = new Pool(receiver.origin, { connections });
  const body = JSON.stringify({ text: "x".repeat(450) });
  const rate = await perSecond(connections, seconds, async () => {
    const answer = await pool.request({ method: "POST", path: "/", headers: { "content-type": "application/json" }, body });
    await answer.body.dump();
  });
  await pool.close();
  await receiver.stop();
  return rate;
}
