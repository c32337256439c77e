import type { Problem } from "@bellhop/contract";
import type { RunChanges } from "../../db/queries/runs.ts";
import { invalid } from "../../domain/failure.ts";
import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";

const mostTags = 1_000;
const longestName = 1_024;
const longestText = 1 << 20;

/** Throws "invalid" with all problems of what a client wants to set. */
export function checkRunChanges(changes: RunChanges, limits: { jsonDepth: number }): void {
  const texts = [
    ...(["displayName", "groupName", "jobType", "commit", "host", "program", "repo", "sweepName"] as const).map((key) => textProblem(key, changes[key], longestName)),
    ...(["notes", "description"] as const).map((key) => textProblem(key, changes[key], longestText)),
    ...(changes.tags ?? []).map((tag, index) => textProblem(`tags[${index}]`, tag, longestName)),
  ];
  const objects = (["config", "summary"] as const).map((key) => objectProblem(key, changes[key], limits));
  const tooMany = (changes.tags?.length ?? 0) > mostTags ? { path: "tags", message: `must be at most ${mostTags} tags` } : null;
  const problems = [...texts, ...objects, tooMany].filter((problem) => problem !== null);
  if (problems.length > 0) throw invalid(problems);
}

function textProblem(path: string, text: string | null, longest: number): Problem | null {
  if (text === null) return null;
  if (text.length > longest) return { path, message: `must have at most ${longest} characters, has ${text.length}` };
  return text.includes("\0") ? { path, message: "must not hold a NUL character" } : null;
}

function objectProblem(path: string, text: string | null, limits: { jsonDepth: number }): Problem | null {
  if (text === null) return null;
  const parsed = parseTolerantJson(text, { maxDepth: limits.jsonDepth, maxKeys: 10_000 });
  if (!parsed.ok) return { path, message: `is not JSON: ${parsed.message}, at character ${parsed.offset}` };
  return isRecord(parsed.value) ? null : { path, message: "must be a JSON object" };
}
