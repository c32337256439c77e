// npm run jinja2: asks Python's Jinja2 what it makes of the conformance cases, and writes the answers and the page of differences.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeMinijinjaTemplates } from "../packages/server/src/adapters/templates-minijinja/minijinja-templates.ts";
import { casesFile, expectedFile, findDifferences, pageOf, readCases, readExpected } from "../packages/server/src/adapters/templates-minijinja/testing/jinja2-page.ts";

const version = "3.1.6";
const root = join(import.meta.dirname, "..");
const folder = join(root, ".cache", `jinja2-${version}`);
const python = join(folder, "bin", "python");

const run = (command: string, args: string[], input?: string): string => {
  const done = spawnSync(command, args, { input, stdio: ["pipe", "pipe", "inherit"], encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${[command, ...args].join(" ")} failed (see above).`);
  return done.stdout;
};

if (!existsSync(python)) run("python3", ["-m", "venv", folder]);
run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `jinja2==${version}`]);
writeFileSync(expectedFile, run(python, [join(root, "scripts", "jinja2-expected.py")], readFileSync(casesFile, "utf8")));

const templates = makeMinijinjaTemplates({ watchdogMs: 5_000 });
writeFileSync(join(root, "docs", "reference", "jinja2.md"), pageOf(await findDifferences(templates), readCases().cases.length, readExpected().jinja2));
await templates.close();
