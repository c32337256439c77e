// Runs the embedded database until SIGTERM: node run-database.ts <data folder> [<outside folder>]
// Prints one line of JSON when it is ready: {"url", "host", "pid", "milliseconds"}, or {"problem", "message"}.
import { systemClock } from "../../../kit/clock.ts";
import { silentLog } from "../../../kit/log.ts";
import { systemRandom } from "../../../kit/random.ts";
import { EmbeddedDatabaseError, startEmbeddedDatabase } from "../index.ts";

const [, , dataDir = "", outsideFolder] = process.argv;
const began = systemClock.monotonic();
try {
  const database = await startEmbeddedDatabase({ dataDir, log: silentLog, clock: systemClock, random: systemRandom, ...(outsideFolder === undefined ? {} : { outsideFolder }) });
  const { url, connection, pid } = database;
  process.stdout.write(`${JSON.stringify({ url, host: connection.host, pid, milliseconds: Math.round(systemClock.monotonic() - began) })}\n`);
  process.once("SIGTERM", () => void database.stop());
} catch (error) {
  if (!(error instanceof EmbeddedDatabaseError)) throw error;
  const { problem, message } = error;
  process.stdout.write(`${JSON.stringify({ problem, message })}\n`);
}
