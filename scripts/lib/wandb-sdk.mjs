// The real wandb SDK from PyPI, and what else of PyPI the tests play, each version in a virtual environment of its own below .cache/.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

/** The newest release, and one from a year before. */
export const sdkVersions = ["0.31.0", "0.23.0"];

/** Standard Webhooks' own library for Python. */
const verifierVersion = "1.1.0";

/** The Python that has the SDK, installing it first where needed. Ends the process when it can't be had. */
export const ensureSdk = (version) => ensurePackage("wandb", version);

/** The Python that has the library by which receivers check Standard Webhooks' signatures. */
export const ensureVerifier = () => ensurePackage("standardwebhooks", verifierVersion);

function ensurePackage(name, version) {
  const folder = join(root, ".cache", `${name}-${version}`);
  const python = join(folder, "bin", "python");
  const stamp = join(folder, ".complete");
  if (existsSync(stamp)) return python;
  console.log(`Installing ${name} ${version} into a virtual environment …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(root, ".cache"), { recursive: true });
  const steps = [["python3", ["-m", "venv", folder]], [python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `${name}==${version}`]]];
  for (const [command, args] of steps) {
    if (spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] }).status !== 0) {
      console.error(`bellhop: ${[command, ...args].join(" ")} failed (see above).`);
      process.exit(1);
    }
  }
  writeFileSync(stamp, version);
  return python;
}
