import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../kit/random.ts";
import { lockDataFolder } from "./data-folder-lock.ts";
import { sightProcess } from "./process-sighting.ts";
import { Workspace } from "./testing/workspace.ts";

const workspace = new Workspace();
afterAll(() => workspace.tidyUp());

const lock = (folder: string) => lockDataFolder(folder, systemRandom);
const held = (folder: string, holder: object) => writeFile(join(folder, "bellhop.lock"), JSON.stringify(holder));

async function deadPid(): Promise<number> {
  const child = spawn("true");
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("the lock of a data folder", () => {
  it("refuses a second holder, naming the process of the first", async () => {
    const folder = await workspace.folder();
    await lock(folder);
    await expect(lock(folder)).rejects.toMatchObject({ problem: "folder-in-use", message: expect.stringContaining(`in use by process ${process.pid}.`) as string });
  });

  it("is free again after its release, and leaves no file", async () => {
    const folder = await workspace.folder();
    await (await lock(folder)).release();
    expect(await readdir(folder)).toEqual([]);
    await lock(folder);
  });

  it("is taken over from a process that has died", async () => {
    const folder = await workspace.folder();
    await held(folder, { pid: await deadPid(), started: "x", token: "ab12" });
    await lock(folder);
    expect(JSON.parse(await readFile(join(folder, "bellhop.lock"), "utf8"))).toMatchObject({ pid: process.pid });
    expect(await readdir(folder)).toEqual(["bellhop.lock"]);
  });

  it("is taken over when the dead holder's process id now belongs to another process", async () => {
    const folder = await workspace.folder();
    await held(folder, { pid: process.pid, started: "another boot/12", token: "ab12" });
    await lock(folder);
  });

  it("is respected when its living holder is another process", async () => {
    const folder = await workspace.folder();
    const child = workspace.spawn("sleep", ["60"]);
    const seen = await sightProcess(child.pid ?? 0);
    await held(folder, { pid: child.pid, started: seen.kind === "running" ? seen.started : "", token: "ab12" });
    await expect(lock(folder)).rejects.toMatchObject({ problem: "folder-in-use" });
  });

  it.each(["", "{", "[]", '{"pid":1}', '{"pid":1,"started":"","token":"../../x"}'])("is taken over when a power failure tore its file: %j", async (text) => {
    const folder = await workspace.folder();
    await writeFile(join(folder, "bellhop.lock"), text);
    await lock(folder);
  });

  it("goes to exactly one of many that find a dead holder at once, even when one died while taking it over", async () => {
    for (let round = 0; round < 20; round++) {
      const folder = await workspace.folder();
      const pid = await deadPid();
      await held(folder, { pid, started: "x", token: "ab12" });
      if (round % 2 === 1) await writeFile(join(folder, "bellhop.lock.after-ab12"), JSON.stringify({ pid, started: "x", token: "cd34" }));
      const outcomes = await Promise.allSettled(Array.from({ length: 24 }, () => lock(folder)));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await readdir(folder)).toEqual(["bellhop.lock"]);
    }
  });
});
