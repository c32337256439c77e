// npm run demo: the main job, played on a data folder of its own. Needs nothing but Node; `-- --once` stops afterwards.
import { ensureInstalled } from "./lib/install.mjs";
import { runUntilItEnds } from "./lib/run.mjs";

await ensureInstalled();
await runUntilItEnds(["e2e/demo/demo.ts", ...process.argv.slice(2)]);
