// npm test: installs what is missing, then everything that must hold. `npm test -- unit` or `-- e2e` plays one part.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playFaults } from "./lib/fault-suite.mjs";
import { ensureInstalled, nodeBinary, root } from "./lib/install.mjs";
import { startPostgres } from "./lib/postgres-server.mjs";
import { ensurePostgres, ensurePrograms, ensurePython } from "./lib/prerequisites.mjs";
import { environment } from "./lib/run.mjs";
import { ensurePackage, ensureSdk, ensureVerifier, sdkVersions } from "./lib/wandb-sdk.mjs";

await ensureInstalled();
const binaries = ensurePostgres();
ensurePrograms();
ensurePython();
const pythons = (ensure) => sdkVersions.map((version) => `${version}=${ensure(version)}`).join(",");
const sdks = pythons(ensureSdk);
const completedSdks = pythons(ensurePackage);
const verifier = ensureVerifier();

const [only] = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };

function run(name, args, env = {}, { command = nodeBinary(), cwd = root } = {}) {
  if (only !== undefined && !name.startsWith(only)) return;
  console.log(`\n== ${name}`);
  const done = spawnSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"], env: environment(env) });
  if (done.status !== 0) counts.failed += 1;
  else counts.passed += 1;
}

/** Plays a vitest configuration, or what of it lies in some folders, and adds its tests, not itself, to the count. */
function vitest(name, config, { env = {}, folders = [] } = {}) {
  const report = join(tmpdir(), `bellhop-vitest-${process.pid}-${name.replace(/\W+/g, "-")}.json`);
  const before = { ...counts };
  run(name, ["node_modules/vitest/vitest.mjs", "run", ...folders, "--config", config, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`], env);
  if (!existsSync(report)) return;
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
  rmSync(report);
  const broken = counts.failed > before.failed && numFailedTests === 0 ? 1 : 0;
  counts.passed = before.passed + numPassedTests;
  counts.failed = before.failed + numFailedTests + broken;
}

/** The Python package's own tests, beside one version of the SDK, in an empty home. */
function pythonPackage(version) {
  const home = mkdtempSync(join(tmpdir(), "bellhop-python-"));
  const env = { HOME: home, PYTHONDONTWRITEBYTECODE: "1", WANDB_ERROR_REPORTING: "false" };
  run(`e2e, the Python package with wandb ${version}`, ["-m", "unittest", "discover", "--buffer", "-s", "tests", "-t", "."], env, { command: ensurePackage(version), cwd: join(root, "python") });
  rmSync(home, { recursive: true, force: true });
}

/** The fault suite in its short form. */
function faults() {
  const name = "e2e faults";
  if (only !== undefined && !name.startsWith(only)) return;
  console.log(`\n== ${name}`);
  const { passed, failed } = playFaults({ postgres, binaries, form: "short" });
  counts.passed += passed;
  counts.failed += failed;
}

const postgres = await startPostgres(binaries);
try {
  run("verify", ["scripts/verify.mjs"]);
  vitest("unit, on the embedded database", "vitest.config.ts");
  vitest("unit, on a PostgreSQL server", "vitest.config.ts", {
    env: { BELLHOP_TEST_DATABASE_URL: postgres.url },
    folders: ["db", "features", "pipeline", "http"].map((room) => `packages/server/src/${room}/`),
  });
  for (const version of sdkVersions) pythonPackage(version);
  vitest("e2e", "e2e/vitest.config.ts", { env: { BELLHOP_E2E_POSTGRES: postgres.url, BELLHOP_E2E_SDKS: sdks, BELLHOP_E2E_COMPLETED_SDKS: completedSdks, BELLHOP_E2E_VERIFIER: verifier } });
  faults();
  run("e2e demo", ["scripts/demo.mjs", "--once"]);
} finally {
  await postgres.stop();
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
