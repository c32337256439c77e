// npm run bench [-- main-job | metrics]: measures beside the machine's own limits, and prints both; the main job if nothing is named.
import { ensureInstalled } from "./lib/install.mjs";
import { runUntilItEnds } from "./lib/run.mjs";

await ensureInstalled();
const [name = "main-job", ...more] = process.argv.slice(2);
await runUntilItEnds([`bench/${name}.ts`, ...more]);
