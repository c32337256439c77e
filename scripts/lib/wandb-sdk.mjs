// The real wandb SDK from PyPI, and what else of PyPI the tests play, each version in a virtual environment of its own below
// .cache/; and beside each SDK another environment that sees the same SDK with our own package installed, so that the first
// stays as its makers made it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

/**
 * The newest release first, one from a year before last; and between them one of those whose filters take no plain value, which
 * both others do.
 */
export const sdkVersions = ["0.31.0", "0.28.0", "0.23.0"];

/** Standard Webhooks' own library for Python. */
const verifierVersion = "1.1.0";

/** The Python that has the SDK, installing it first where needed. Ends the process when it can't be had. */
export const ensureSdk = (version) => ensureReleased("wandb", version);

/** The Python that has the library by which receivers check Standard Webhooks' signatures. */
export const ensureVerifier = () => ensureReleased("standardwebhooks", verifierVersion);

function ensureReleased(name, version) {
  const folder = join(root, ".cache", `${name}-${version}`);
  const python = join(folder, "bin", "python");
  const stamp = join(folder, ".complete");
  if (existsSync(stamp)) return python;
  console.log(`Installing ${name} ${version} into a virtual environment …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(root, ".cache"), { recursive: true });
  run([["python3", ["-m", "venv", folder]], [python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `${name}==${version}`]]]);
  writeFileSync(stamp, version);
  return python;
}

/** The Python that has that SDK and the package of python/, as pip installs it; made anew when the package changes. */
export function ensurePackage(version) {
  const sdk = ensureSdk(version);
  const folder = join(root, ".cache", `bellhop-${version}`);
  const python = join(folder, "bin", "python");
  const stamp = join(folder, ".complete");
  const wanted = `${realpathSync(sdk)} ${digestOf(join(root, "python"))}`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return python;
  rmSync(folder, { recursive: true, force: true });
  run([[sdk, ["-m", "venv", folder]]]);
  writeFileSync(join(sitePackages(python), "wandb-sdk.pth"), `${sitePackages(sdk)}\n`);
  run([[python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", join(root, "python")]]]);
  writeFileSync(stamp, wanted);
  return python;
}

function run(steps) {
  for (const [command, args] of steps) {
    if (spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] }).status !== 0) {
      console.error(`bellhop: ${[command, ...args].join(" ")} failed (see above).`);
      process.exit(1);
    }
  }
}

const sitePackages = (python) => spawnSync(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], { encoding: "utf8" }).stdout.trim();

function digestOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile() && !each.name.endsWith(".pyc"));
  const hash = createHash("sha256");
  for (const path of files.map((each) => join(each.parentPath, each.name)).sort()) hash.update(path).update(readFileSync(path));
  return hash.digest("hex");
}
