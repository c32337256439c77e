// Runs a program of this repository with the Node that the packages brought.
import { ensureInstalled } from "./lib/install.mjs";
import { runUntilItEnds } from "./lib/run.mjs";

await ensureInstalled();
await runUntilItEnds(process.argv.slice(2));
