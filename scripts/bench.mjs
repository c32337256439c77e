// npm run bench: measures the main job beside the machine's own limits, and prints both.
import { ensureInstalled } from "./lib/install.mjs";
import { runUntilItEnds } from "./lib/run.mjs";

await ensureInstalled();
await runUntilItEnds(["bench/main-job.ts", ...process.argv.slice(2)]);
