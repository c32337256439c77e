// Plays the fault suite on a PostgreSQL server that is there, prints the table, and writes it as JSON beside.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeBinary, root } from "./install.mjs";
import { environment } from "./run.mjs";

const columns = [
  ["family", "family"], ["fault", "fault"], ["acknowledged", "acknowledged"], ["lost", "lost"], ["duplicated", "duplicated"],
  ["other id", "strangers"], ["out of order", "outOfOrder"], ["stuck", "stuck"], ["recovery ms", "recoveryMs"], ["remark", "remark"],
];

/** `form` is short or long; `names` chooses files by a part of their name. Gives how many tests passed and failed. */
export function playFaults({ postgres, binaries, form, names = [] }) {
  const folder = join(root, ".cache", "faults");
  mkdirSync(folder, { recursive: true });
  const [rows, report, table] = [`${form}-rows.jsonl`, `${form}-tests.json`, `${form}.json`].map((name) => join(folder, name));
  for (const file of [rows, report, table]) rmSync(file, { force: true });
  const env = { BELLHOP_E2E_POSTGRES: postgres.url, BELLHOP_FAULTS_POSTGRES_BINARIES: binaries, BELLHOP_FAULTS_ROWS: rows, BELLHOP_FAULTS: form };
  const args = ["node_modules/vitest/vitest.mjs", "run", ...names, "--config", "e2e/faults/vitest.config.ts", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(nodeBinary(), args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env: environment(env) });
  const measured = existsSync(rows) ? readFileSync(rows, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line)) : [];
  measured.sort((a, b) => (a.family < b.family ? -1 : a.family > b.family ? 1 : 0));
  writeFileSync(table, `${JSON.stringify(measured, null, 2)}\n`);
  print(measured);
  console.log(`\n${table}`);
  const { numPassedTests = 0, numFailedTests = 0 } = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  return { passed: numPassedTests, failed: status !== 0 && numFailedTests === 0 ? 1 : numFailedTests };
}

function print(rows) {
  const cells = rows.map((row) => columns.map(([, key]) => (row.skipped && typeof row[key] !== "string" ? "-" : String(row[key] ?? "-"))));
  const widths = columns.map(([title], index) => Math.max(title.length, ...cells.map((row) => row[index].length)));
  const line = (row) => row.map((cell, index) => (/^\d+$/.test(cell) ? cell.padStart(widths[index]) : cell.padEnd(widths[index]))).join("  ").trimEnd();
  console.log([`\n${line(columns.map(([title]) => title))}`, ...cells.map(line)].join("\n"));
}
