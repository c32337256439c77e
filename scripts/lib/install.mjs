// Brings the npm packages to the state of the lock file. Runs on any Node >= 20, before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const stamp = join(root, "node_modules", ".cache", "bellhop-installed");

/** The Node that the packages brought, or the one that runs this where they have none for the platform. */
export function nodeBinary() {
  const brought = join(root, "node_modules", ".bin", "node");
  return existsSync(brought) ? brought : process.execPath;
}

export async function ensureInstalled() {
  const wanted = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.log("Installing npm packages …");
  // npm_config_* of an outer npm (its prefix, its workspace) must not steer this one.
  const npm = process.env.npm_execpath ? [process.execPath, [process.env.npm_execpath]] : ["npm", []];
  const args = [...npm[1], "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const done = spawnSync(npm[0], args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) {
    console.error("bellhop: npm could not install the packages of package-lock.json (see above).");
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  const [major = 0, minor = 0] = spawnSync(nodeBinary(), ["-p", "process.versions.node"], { encoding: "utf8" }).stdout.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 18)) {
    console.error("bellhop: there is no Node 24 package for this platform; install Node 22.18 or newer.");
    process.exit(1);
  }
}
