// npm run bench: measures the main job, and delivering by itself, beside the machine's own limits, and prints both.
// `npm run bench -- main-job | delivery | sustained | metrics` plays one part; what follows its name is passed on.
import { ensureInstalled } from "./lib/install.mjs";
import { runUntilItEnds } from "./lib/run.mjs";

await ensureInstalled();
const [only, ...more] = process.argv.slice(2);
for (const name of only === undefined ? ["main-job", "delivery"] : [only]) {
  await runUntilItEnds([`bench/${name}.ts`, ...more]);
  if ((process.exitCode ?? 0) !== 0) break;
}
