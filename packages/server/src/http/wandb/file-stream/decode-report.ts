import { Failure, invalidAt } from "../../../domain/failure.ts";
import type { Lines, ReadLine, RunReport } from "../../../domain/run.ts";
import { oneLine } from "../../../domain/run-lines.ts";
import { isRecord } from "../../../kit/cast.ts";
import type { JsonLimits } from "../../../kit/json-tolerant.ts";
import { parseTolerantJson } from "../../../kit/json-tolerant.ts";

export type ReportLimits = { json: JsonLimits; lineBytes: number };

const highestLine = 2_000_000_000;

/**
 * Reads the body of a file_stream post: `{"files": {"<name>": {"offset", "content"}}, "complete", "exitcode", …}`.
 * Everything may be missing. Files of other names are left out: older clients stream some that they also upload.
 * `uploaded` is left out too: the upload itself says that a file has arrived. Throws a Failure that says what and where.
 */
export function decodeReport(text: string, limits: ReportLimits): RunReport {
  const body = readObject(text, "body", limits.json);
  const files = body["files"] ?? {};
  if (!isRecord(files)) throw invalidAt("files", "must be an object");
  const linesOf = (name: string): Lines | null => readLines(files, name, limits);
  const summary = linesOf("wandb-summary.json")?.lines.at(-1) ?? null;
  if (summary !== null) readObject(summary, "files.wandb-summary.json", limits.json);
  return {
    history: readRows(linesOf("wandb-history.jsonl"), "files.wandb-history.jsonl", limits),
    events: readRows(linesOf("wandb-events.jsonl"), "files.wandb-events.jsonl", limits),
    output: linesOf("output.log"),
    summary,
    ended: body["complete"] === true ? { exitCode: exitCodeOf(body["exitcode"]) } : null,
    preempting: body["preempting"] === true,
  };
}

function readObject(text: string, path: string, limits: JsonLimits): Readonly<Record<string, unknown>> {
  const parsed = parseTolerantJson(text, limits);
  if (!parsed.ok) throw new Failure("bad_request", `${path} is not JSON: ${parsed.message}, at character ${parsed.offset}.`);
  if (!isRecord(parsed.value)) throw new Failure("bad_request", `${path} must be a JSON object.`);
  return parsed.value;
}

function readLines(files: Readonly<Record<string, unknown>>, name: string, limits: ReportLimits): Lines | null {
  const file = files[name];
  if (file === undefined || file === null) return null;
  if (!isRecord(file)) throw invalidAt(`files.${name}`, "must be an object");
  const { offset, content } = file;
  if (!Array.isArray(content)) throw invalidAt(`files.${name}.content`, "must be a list of lines");
  const items: readonly unknown[] = content;
  if (typeof offset !== "number" || !Number.isInteger(offset) || offset < 0 || offset + items.length > highestLine) throw invalidAt(`files.${name}.offset`, `must be a whole number from 0 to ${highestLine}`);
  return { offset, lines: items.map((line, index) => readLine(line, `files.${name}.content[${index}]`, limits)) };
}

function readLine(line: unknown, path: string, limits: ReportLimits): string {
  if (typeof line !== "string") throw invalidAt(path, "must be a string");
  // A UTF-16 unit takes at most three bytes: most lines need not be measured.
  if (line.length * 3 > limits.lineBytes && Buffer.byteLength(line) > limits.lineBytes) throw new Failure("too_large", `${path} may have at most ${limits.lineBytes} bytes.`);
  return oneLine(line);
}

function readRows(lines: Lines | null, path: string, limits: ReportLimits): { offset: number; lines: readonly ReadLine[] } | null {
  if (lines === null) return null;
  return { offset: lines.offset, lines: lines.lines.map((text, index) => ({ text, value: readObject(text, `${path}.content[${index}]`, limits.json) })) };
}

/** A script that says that it has ended, and not how, ended well. */
function exitCodeOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) > 0x7fff_ffff) throw invalidAt("exitcode", "must be a whole number");
  return value;
}
