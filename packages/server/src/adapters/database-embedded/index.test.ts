import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EmbeddedDatabase } from "./index.ts";
import { ask, isRoot, nobody, othersMayRunUs, Workspace } from "./testing/workspace.ts";

const workspace = new Workspace();
afterAll(() => workspace.tidyUp());

describe("an embedded database", () => {
  let dataDir: string;
  let database: EmbeddedDatabase;
  beforeAll(async () => {
    // A space and a comma, to which PostgreSQL's list of socket folders gives a meaning.
    dataDir = join(await workspace.folder(), "a data, folder");
    database = await workspace.start(dataDir);
  });

  it("never gives up durability", async () => {
    expect(await ask(database.url, "select name || '=' || setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums') order by 1")).toEqual([
      "data_checksums=on", "fsync=on", "full_page_writes=on", "synchronous_commit=on",
    ]);
  });

  it("listens on no network address, and on a socket in a folder closed to others", async () => {
    expect(await ask(database.url, "show listen_addresses")).toEqual([""]);
    expect((await stat(database.connection.host)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, "postgres"))).mode & 0o777).toBe(0o700);
  });

  it("is UTF-8, sorts by code point, and knows the case of every letter", async () => {
    expect(await ask(database.url, "select upper('é') || current_setting('server_encoding') || ('Z' < 'a')")).toEqual(["ÉUTF8true"]);
  });

  it("gives the application a role that is no superuser but owns its database", async () => {
    expect(await ask(database.url, "select current_setting('is_superuser')")).toEqual(["off"]);
    await ask(database.url, "create extension pg_trgm", "create table mine (id int)", "drop table mine");
  });

  it.runIf(process.platform === "linux")("runs in a process group of its own, so that Ctrl-C in a terminal does not reach it", async () => {
    const fields = (await readFile(`/proc/${String(database.pid)}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
    expect(Number(fields[2])).toBe(database.pid);
  });

  it("refuses a second server on its data folder and goes on undisturbed", async () => {
    const { report } = await workspace.startProcess(dataDir);
    expect(report).toMatchObject({ problem: "folder-in-use", message: expect.stringContaining(`in use by process ${process.pid}.`) as string });
    expect(await ask(database.url, "select 1")).toEqual([1]);
  });

  it("keeps its rows over a stop, which may be asked for twice, and a new start", async () => {
    await ask(database.url, "create table kept as select 'here' as what");
    await Promise.all([database.stop(), database.stop()]);
    expect(await database.exited).toEqual({ kind: "stopped" });
    expect(await readdir(dataDir)).not.toContain("bellhop.lock");
    database = await workspace.start(dataDir);
    expect(await ask(database.url, "select what from kept")).toEqual(["here"]);
  });

  it("refuses a cluster of another major version", async () => {
    await database.stop();
    await writeFile(join(dataDir, "postgres", "PG_VERSION"), "16\n");
    await expect(workspace.start(dataDir)).rejects.toMatchObject({ problem: "wrong-version" });
  });
});

it("a start that was killed while it created the database, or the runtime, does not spoil the next", async () => {
  const dataDir = await workspace.folder();
  for (const half of ["postgres-initialising-0a1b", "postgres-runtime-17.0.0.draft", "postgres-runtime-16.0.0"]) {
    await mkdir(join(dataDir, half, "base"), { recursive: true });
    await writeFile(join(dataDir, half, "PG_VERSION"), "17");
  }
  const database = await workspace.start(dataDir);
  expect(await ask(database.url, "select 1")).toEqual([1]);
  expect((await readdir(dataDir)).filter((name) => /initialising|draft|16/.test(name))).toEqual([]);
});

describe.runIf(isRoot && process.platform === "linux")("as root", () => {
  it("runs PostgreSQL as nobody, inside a data folder that nobody can reach", async () => {
    const dataDir = await workspace.folder(0o755);
    const database = await workspace.start(dataDir);
    expect((await stat(`/proc/${String(database.pid)}`)).uid).toBe((await nobody()).uid);
    expect((await stat(join(dataDir, "postgres"))).uid).toBe((await nobody()).uid);
  });

  it("keeps the database of a closed data folder outside, and finds it again even when the folder was opened", async () => {
    const [closed, outsideFolder] = [await workspace.folder(0o700), await workspace.folder(0o755)];
    const dataDir = join(closed, "data");
    const first = await workspace.start(dataDir, { outsideFolder });
    await ask(first.url, "create table kept as select 'here' as what");
    await first.stop();
    expect(await readdir(dataDir)).toEqual(["postgres-location.json"]);

    await chmod(closed, 0o755);
    const second = await workspace.start(dataDir, { outsideFolder });
    expect(await ask(second.url, "select what from kept")).toEqual(["here"]);
    await second.stop();

    await rm(outsideFolder, { recursive: true });
    await expect(workspace.start(dataDir, { outsideFolder })).rejects.toMatchObject({ problem: "data-missing" });
    expect(await readdir(outsideFolder).catch(() => "absent")).toBe("absent");
  });

  it("two copies of a closed data folder can't open the database they share at the same time", async () => {
    const [closed, copy, outsideFolder] = [await workspace.folder(0o700), await workspace.folder(0o700), await workspace.folder(0o755)];
    const database = await workspace.start(closed, { outsideFolder });
    await writeFile(join(copy, "postgres-location.json"), await readFile(join(closed, "postgres-location.json")));
    await expect(workspace.start(copy, { outsideFolder })).rejects.toMatchObject({ problem: "folder-in-use" });
    expect(await ask(database.url, "select 1")).toEqual([1]);
  });

  it.runIf(othersMayRunUs())("and as another user afterwards: a clear message about whose database it is", async () => {
    const dataDir = await workspace.folder(0o777);
    await (await workspace.start(dataDir)).stop();
    const { report } = await workspace.startProcess(dataDir, { uid: 12_345, gid: 12_345 });
    expect(report).toMatchObject({ problem: "wrong-owner" });
  });
});

describe.runIf(isRoot && process.platform === "linux" && othersMayRunUs())("as an ordinary user", () => {
  it("runs PostgreSQL as the same user, and root can open the same folder afterwards", async () => {
    const account = await nobody();
    const dataDir = await workspace.folder(0o700, account);
    const { child, report } = await workspace.startProcess(dataDir, account);
    expect((await stat(`/proc/${report.pid}`)).uid).toBe(account.uid);
    await ask(report.url, "create table kept as select 'here' as what");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    expect(await ended).toBe(0);

    const database = await workspace.start(dataDir);
    expect(await ask(database.url, "select what from kept")).toEqual(["here"]);
  });

  it("puts the socket of a data folder with a very long path elsewhere, privately, and removes it", async () => {
    const account = await nobody();
    const dataDir = join(await workspace.folder(0o700, account), "x".repeat(100));
    const killed = await workspace.startProcess(dataDir, account);
    expect(killed.report.host.startsWith(tmpdir())).toBe(true);
    expect((await stat(killed.report.host)).mode & 0o777).toBe(0o700);
    killed.child.kill("SIGKILL");
    await new Promise((resolve) => killed.child.once("exit", resolve));

    const stopped = await workspace.startProcess(dataDir, account);
    expect(await ask(stopped.report.url, "select 1")).toEqual([1]);
    stopped.child.kill("SIGTERM");
    await new Promise((resolve) => stopped.child.once("exit", resolve));
    for (const { report } of [killed, stopped]) await expect(stat(report.host)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
