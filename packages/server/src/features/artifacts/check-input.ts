import type { Problem } from "@bellhop/contract";
import { aliasProblem } from "../../domain/artifact-alias.ts";
import { Failure, invalid } from "../../domain/failure.ts";
import type { NameKind } from "../../domain/names.ts";
import { nameProblem } from "../../domain/names.ts";
import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import type { Limits } from "../services.ts";

const mostTags = 20;
const mostAliases = 100;

/** Throws everything that is wrong with names, at once. */
export function checkNames(problems: readonly (Problem | null)[]): void {
  const found = problems.filter((problem) => problem !== null);
  if (found.length > 0) throw invalid(found);
}

export const nameAt = (kind: NameKind, name: string, path: string): Problem | null => nameProblem(kind, name, path);

/** The aliases, each once; throws for one that cannot be an alias. */
export function checkAliases(aliases: readonly string[], path: string): string[] {
  if (aliases.length > mostAliases) throw invalid([{ path, message: `at most ${mostAliases} aliases at a time` }]);
  checkNames(aliases.map((alias, index) => aliasProblem(alias, `${path}[${index}]`)));
  return [...new Set(aliases)];
}

/** The tags, each once; throws for one that cannot be a tag. */
export function checkTags(tags: readonly string[], path: string): string[] {
  if (tags.length > mostTags) throw invalid([{ path, message: `at most ${mostTags} tags at a time` }]);
  checkNames(tags.map((tag, index) => nameProblem("tag", tag, `${path}[${index}]`)));
  return [...new Set(tags)];
}

/** Metadata as its JSON text, unchanged; throws unless it is an object within the limits. */
export function checkMetadata(text: string, limits: Limits): string {
  if (Buffer.byteLength(text) > limits.metadataBytes) throw new Failure("too_large", `metadata: at most ${limits.metadataBytes} bytes of JSON are kept.`);
  const json = parseTolerantJson(text);
  if (!json.ok) throw invalid([{ path: "metadata", message: `${json.message}, at character ${json.offset}` }]);
  if (!isRecord(json.value)) throw invalid([{ path: "metadata", message: "must be a JSON object" }]);
  return text;
}

export function checkDescription(text: string | null): string | null {
  if (text !== null && text.length > 1 << 20) throw new Failure("too_large", "description: at most 1048576 characters are kept.");
  return text;
}

export function checkTtl(seconds: number | null): number | null {
  if (seconds !== null && (!Number.isSafeInteger(seconds) || seconds < 0)) throw invalid([{ path: "ttlDurationSeconds", message: "must be a positive number of seconds" }]);
  return seconds;
}
