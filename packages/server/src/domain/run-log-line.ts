import { isRecord } from "../kit/cast.ts";
import { parseTolerantJson } from "../kit/json-tolerant.ts";

/** A line of console output, taken apart. */
export type LogLine = { text: string; timestamp: string | null; level: "error" | null; label: string | null };

const plain = /^(ERROR )?(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?) (?:\[([^\]]{1,200})\] )?/;

/** Reads `[ERROR ]<timestamp> [label] text`, or the JSON object that newer clients send. Anything else is all text. */
export function readLogLine(line: string): LogLine {
  const structured = line.startsWith("{") ? readStructured(line) : null;
  if (structured !== null) return structured;
  const match = plain.exec(line);
  if (match === null) return { text: line, timestamp: null, level: null, label: null };
  return { text: line.slice(match[0].length), timestamp: match[2] ?? null, level: match[1] === undefined ? null : "error", label: match[3] ?? null };
}

function readStructured(line: string): LogLine | null {
  const parsed = parseTolerantJson(line);
  if (!parsed.ok || !isRecord(parsed.value)) return null;
  const { content, ts, level, label } = parsed.value;
  if (typeof content !== "string" || typeof ts !== "string") return null;
  return { text: content, timestamp: ts, level: level === "error" ? "error" : null, label: typeof label === "string" && label !== "" ? label : null };
}
