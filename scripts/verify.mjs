// Types, budgets and layers, side by side; under 30 s without a database.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { ensureInstalled, nodeBinary, root } from "./lib/install.mjs";

await ensureInstalled();
const checks = [
  ["types", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]],
  ["budgets", ["node_modules/eslint/bin/eslint.js", "--cache", "--cache-location", "node_modules/.cache/eslint", "--max-warnings", "0", "--no-error-on-unmatched-pattern", "packages", "e2e", "bench", "scripts"]],
  ["pages", ["scripts/docs.ts", "--check"]],
  ["layers", ["node_modules/dependency-cruiser/bin/dependency-cruiser.mjs", "--config", ".dependency-cruiser.mjs", "packages", "e2e", "bench"]],
];

const results = await Promise.all(checks.map(async ([name, args]) => {
  const child = spawn(nodeBinary(), args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data) => { output += data; });
  child.stderr.on("data", (data) => { output += data; });
  const [code] = await once(child, "close");
  return { name, code, output };
}));

for (const { name, code, output } of results) {
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name}`);
  if (code !== 0) console.log(output);
}
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1;
