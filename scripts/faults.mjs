// npm run test:faults: the fault suite in its long form, about eleven minutes. `-- --short` plays the form that is part of
// npm test; names choose files: `npm run test:faults -- database isolation`.
import { ensureInstalled } from "./lib/install.mjs";
import { playFaults } from "./lib/fault-suite.mjs";
import { startPostgres } from "./lib/postgres-server.mjs";
import { ensurePostgres, ensurePrograms } from "./lib/prerequisites.mjs";

await ensureInstalled();
const binaries = ensurePostgres();
ensurePrograms();
const given = process.argv.slice(2);
const postgres = await startPostgres(binaries);
try {
  const { passed, failed } = playFaults({ postgres, binaries, form: given.includes("--short") ? "short" : "long", names: given.filter((name) => name !== "--short") });
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await postgres.stop();
}
