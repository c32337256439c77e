// A PostgreSQL server from the distribution, for the length of the tests: data in a temporary folder, loopback only.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** PostgreSQL refuses to run as root: the account of Debian's package, or nobody. */
function account() {
  if (process.getuid?.() !== 0) return {};
  const lines = readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":"));
  const found = lines.find(([name]) => name === "postgres") ?? lines.find(([name]) => name === "nobody");
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

export async function startPostgres(binaries) {
  const who = account();
  const folder = mkdtempSync(join(tmpdir(), "bellhop-postgres-"));
  const data = join(folder, "data");
  mkdirSync(data);
  chmodSync(folder, 0o700);
  if (who.uid !== undefined) for (const path of [folder, data]) chownSync(path, who.uid, who.gid);
  const made = spawnSync(join(binaries, "initdb"), ["-D", data, "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "--encoding=UTF8"], { ...who, cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (made.status !== 0) throw new Error("initdb failed");
  const port = await freePort();
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "max_connections=200"];
  const server = spawn(join(binaries, "postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], { ...who, cwd: folder, stdio: "ignore", detached: true });
  const ended = once(server, "exit");
  for (let tries = 0; spawnSync(join(binaries, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]).status !== 0; tries += 1) {
    if (tries > 300 || server.exitCode !== null) throw new Error("the PostgreSQL server did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      server.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
