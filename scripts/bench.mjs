// npm run bench: measures the main job, and delivering by itself, beside the machine's own limits, and prints both.
// `npm run bench -- delivery` plays one part.
import { ensureInstalled } from "./lib/install.mjs";
import { runUntilItEnds } from "./lib/run.mjs";

await ensureInstalled();
const [only] = process.argv.slice(2);
for (const name of ["main-job", "delivery"]) {
  if (only === undefined || only === name) await runUntilItEnds([`bench/${name}.ts`]);
  if ((process.exitCode ?? 0) !== 0) break;
}
