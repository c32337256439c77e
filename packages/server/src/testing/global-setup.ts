import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedDatabase } from "../adapters/database-embedded/index.ts";
import { systemClock } from "../kit/clock.ts";
import { silentLog } from "../kit/log.ts";
import { systemRandom } from "../kit/random.ts";

/** Gives the tests a PostgreSQL server: the one named by BELLHOP_TEST_DATABASE_URL, or an embedded one of their own. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env["BELLHOP_TEST_DATABASE_URL"];
  if (given !== undefined && given !== "") {
    project.provide("databaseServer", given);
    return undefined;
  }
  const dataDir = await mkdtemp(join(tmpdir(), "bellhop-test-"));
  // Where the tests run as root, PostgreSQL runs as another account, which has to reach the folder.
  await chmod(dataDir, 0o755);
  const database = await startEmbeddedDatabase({ dataDir, log: silentLog, clock: systemClock, random: systemRandom });
  project.provide("databaseServer", database.url);
  return async () => {
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
