// npm start: installs what is missing, then runs the server from its source. Runs on any Node >= 20.
import { ensureInstalled } from "./lib/install.mjs";
import { runUntilItEnds } from "./lib/run.mjs";

await ensureInstalled();
await runUntilItEnds(["packages/server/src/main.ts", ...process.argv.slice(2)]);
