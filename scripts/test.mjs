// npm test: installs what is missing, then everything that must hold. `npm test -- unit` or `-- e2e` plays one part.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureInstalled, nodeBinary, root } from "./lib/install.mjs";
import { startPostgres } from "./lib/postgres-server.mjs";
import { ensurePostgres, ensurePrograms, ensurePython } from "./lib/prerequisites.mjs";
import { environment } from "./lib/run.mjs";
import { ensureSdk, ensureVerifier, sdkVersions } from "./lib/wandb-sdk.mjs";

await ensureInstalled();
const binaries = ensurePostgres();
ensurePrograms();
ensurePython();
const sdks = sdkVersions.map((version) => `${version}=${ensureSdk(version)}`).join(",");
const verifier = ensureVerifier();

const [only] = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };

function run(name, args, env = {}) {
  if (only !== undefined && !name.startsWith(only)) return;
  console.log(`\n== ${name}`);
  const done = spawnSync(nodeBinary(), args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env: environment(env) });
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

const postgres = await startPostgres(binaries);
try {
  run("verify", ["scripts/verify.mjs"]);
  vitest("unit, on the embedded database", "vitest.config.ts");
  vitest("unit, on a PostgreSQL server", "vitest.config.ts", {
    env: { BELLHOP_TEST_DATABASE_URL: postgres.url },
    folders: ["db", "features", "pipeline", "http"].map((room) => `packages/server/src/${room}/`),
  });
  vitest("e2e", "e2e/vitest.config.ts", { env: { BELLHOP_E2E_POSTGRES: postgres.url, BELLHOP_E2E_SDKS: sdks, BELLHOP_E2E_VERIFIER: verifier } });
  run("e2e demo", ["scripts/demo.mjs", "--once"]);
} finally {
  await postgres.stop();
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
