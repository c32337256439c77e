import { once } from "node:events";
import { chown, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, expect, it } from "vitest";
import { silentLog } from "../../kit/log.ts";
import { sightProcess } from "./process-sighting.ts";
import { ask, Workspace } from "./testing/workspace.ts";

const workspace = new Workspace();
afterAll(() => workspace.tidyUp());

it("a server that was killed with -9 leaves its commits and its PostgreSQL behind; the next one finds the first and stops the second", async () => {
  const dataDir = await workspace.folder();
  const { child, report } = await workspace.startProcess(dataDir);
  await ask(report.url, "create table kept (what text)", "insert into kept values ('committed')");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await sightProcess(report.pid)).toMatchObject({ kind: "running" });

  const database = await workspace.start(dataDir);
  expect(await sightProcess(report.pid)).toEqual({ kind: "gone" });
  expect(await ask(database.url, "select what from kept")).toEqual(["committed"]);
});

it("server and PostgreSQL both killed with -9: the next start recovers what was committed", async () => {
  const dataDir = await workspace.folder();
  const { child, report } = await workspace.startProcess(dataDir);
  await ask(report.url, "create table kept (what text)", "insert into kept values ('committed')");
  process.kill(report.pid, "SIGKILL");
  child.kill("SIGKILL");
  await once(child, "exit");
  const database = await workspace.start(dataDir);
  expect(await ask(database.url, "select what from kept")).toEqual(["committed"]);
});

it("the death of PostgreSQL is reported, and a new start waits for a backend that outlived it", async () => {
  const dataDir = await workspace.folder();
  const database = await workspace.start(dataDir);
  const client = new Client({ connectionString: database.url });
  client.on("error", () => undefined);
  await client.connect();
  const busy = (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid ?? 0;
  // A backend that computes does not notice that its postmaster died, and stays attached to the shared memory.
  const endless = client.query("do $$ begin loop end loop; end $$").catch(() => undefined);
  await expect.poll(() => ask(database.url, `select state from pg_stat_activity where pid = ${busy} and query like 'do %'`)).toEqual(["active"]);

  process.kill(database.pid ?? 0, "SIGKILL");
  expect(await database.exited).toEqual({ kind: "died", code: null, signal: "SIGKILL" });
  await database.stop();

  let refusals = 0;
  const log = { ...silentLog, debug: (fields: object) => {
    if (JSON.stringify(fields).includes("pre-existing shared memory block") && ++refusals === 2) process.kill(busy, "SIGKILL");
  } };
  const next = await workspace.start(dataDir, { log });
  expect(refusals).toBe(2);
  expect(await ask(next.url, "select 1")).toEqual([1]);
  await endless;
});

it("a left-over lock file whose process id now belongs to a stranger neither stops the start nor harms the stranger", async () => {
  const dataDir = await workspace.folder();
  const lockFile = join(dataDir, "postgres", "postmaster.pid");
  const first = await workspace.start(dataDir);
  const lines = (await readFile(lockFile, "utf8")).split("\n");
  const owner = await stat(lockFile);
  await first.stop();

  // Of the same account as PostgreSQL, which is when PostgreSQL itself would refuse to start.
  const stranger = workspace.spawn("sleep", ["60"], { uid: owner.uid, gid: owner.gid });
  await writeFile(lockFile, [stranger.pid, ...lines.slice(1)].join("\n"), { mode: 0o600 });
  await chown(lockFile, owner.uid, owner.gid);

  const second = await workspace.start(dataDir);
  expect(await ask(second.url, "select 1")).toEqual([1]);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

it("a lock file of PostgreSQL that a power failure emptied does not stop the start", async () => {
  const dataDir = await workspace.folder();
  await (await workspace.start(dataDir)).stop();
  await writeFile(join(dataDir, "postgres", "postmaster.pid"), "");
  const database = await workspace.start(dataDir);
  expect(await ask(database.url, "select 1")).toEqual([1]);
});
