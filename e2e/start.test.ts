import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rest, text } from "./support/rest.ts";
import { freePort, root, startServer, adminKey } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";

describe("npm start", () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await temporaryFolder("start");
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  test("says where it is, where to sign in and how to point wandb at it; Ctrl-C stops the database too", async () => {
    const port = await freePort();
    const child = spawn("npm", ["start"], { cwd: root, stdio: ["ignore", "pipe", "pipe"], detached: true, env: { ...process.env, BELLHOP_PORT: String(port), BELLHOP_DATA_DIR: dataDir } });
    let output = "";
    child.stdout.on("data", (data) => { output += String(data); });
    child.stderr.on("data", (data) => { output += String(data); });
    await until("it has said how to reach it", () => output.includes("wandb login"), 120_000);
    const url = `http://localhost:${port}`;
    expect(output).toContain(`Bellhop is ready at ${url}`);
    expect(output).toContain(`Sign in at ${url}/authorize as admin with the password`);
    expect(output).toContain(`export WANDB_BASE_URL=${url}`);
    const key = /export WANDB_API_KEY=(\S+)/.exec(output)?.[1] ?? "";
    expect(text((await rest(url, key).ok("GET", "/users/me"))["username"])).toBe("admin");
    // A terminal sends Ctrl-C to every process of the foreground group.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await once(child, "exit");
    await until("the port is closed", async () => (await fetch(`${url}/healthz`).catch(() => null)) === null);
  });

  test("a second start finds the data of the first, and so does one after kill -9", async () => {
    const port = await freePort();
    const first = await startServer({ dataDir: join(dataDir, "second"), port });
    const admin = rest(first.url, adminKey);
    await admin.ok("POST", "/users", { username: "kept" });
    expect(await first.stop()).toBe(0);
    const second = await startServer({ dataDir: join(dataDir, "second"), port });
    expect((await admin.call("POST", "/users", { username: "kept" })).status).toBe(409);
    await admin.ok("POST", "/users", { username: "kept-too" });
    await second.kill();
    const third = await startServer({ dataDir: join(dataDir, "second"), port });
    expect((await admin.call("POST", "/users", { username: "kept-too" })).status).toBe(409);
    expect(await third.stop()).toBe(0);
  });

  test("settings that are not valid are all named at once, with exit code 2", async () => {
    const child = spawn(process.execPath, [join(root, "packages/server/src/main.ts")], { env: { ...process.env, BELLHOP_PORT: "x", BELLHOP_ADMIN_PASSWORD: "short", BELLHOP_ALLOWED_NETWORKS: "127.0.0.0/8" }, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (data) => { said += String(data); });
    const [code] = await once(child, "close");
    expect(code).toBe(2);
    expect(said).toContain("BELLHOP_PORT must be a whole number");
    expect(said).toContain("BELLHOP_ADMIN_PASSWORD must have 8 to 256 characters");
    expect(said).not.toContain("short");
  });
});
