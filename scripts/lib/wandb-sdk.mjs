// The real wandb SDK from PyPI, each version in a virtual environment of its own below .cache/.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

/** The newest release, and one from a year before. */
export const sdkVersions = ["0.31.0", "0.23.0"];

const folderOf = (version) => join(root, ".cache", `wandb-${version}`);

/** The Python that has the SDK, installing it first where needed. Ends the process when it can't be had. */
export function ensureSdk(version) {
  const folder = folderOf(version);
  const python = join(folder, "bin", "python");
  const stamp = join(folder, ".complete");
  if (existsSync(stamp)) return python;
  console.log(`Installing wandb ${version} into a virtual environment …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(root, ".cache"), { recursive: true });
  const steps = [["python3", ["-m", "venv", folder]], [python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `wandb==${version}`]]];
  for (const [command, args] of steps) {
    if (spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] }).status !== 0) {
      console.error(`bellhop: ${[command, ...args].join(" ")} failed (see above).`);
      process.exit(1);
    }
  }
  writeFileSync(stamp, version);
  return python;
}
