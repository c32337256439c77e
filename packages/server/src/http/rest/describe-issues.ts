import { z } from "zod";
import type { Problem } from "@bellhop/contract";
import { didYouMean, nearestName } from "../../kit/nearest-name.ts";
import { isRecord } from "../../kit/cast.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, each with its place: `scope.id`, `secrets[2]`. Unknown names come with the nearest valid one. */
export function describeIssues(issues: readonly Issue[], schema: z.ZodType): Problem[] {
  return issues.flatMap((issue) => describe(issue, schema));
}

function describe(issue: Issue, schema: z.ZodType): Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: showPath([...issue.path, key]), message: unknownName(key, namesAt(schema, issue.path)) }));
  if (issue.path.length === 0 && issue.code === "invalid_type") return [{ path: "", message: "the body must be a JSON object" }];
  // zod says of an absent value "expected string, received undefined".
  const message = issue.message.endsWith("received undefined") ? "is required" : issue.message;
  return [{ path: showPath(issue.path), message }];
}

function unknownName(written: string, names: readonly string[]): string {
  const nearest = nearestName(written, names);
  return `is not a known name${nearest === undefined ? "; none is taken here" : didYouMean(nearest)}`;
}

export function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`), "");
}

/** The names that the object at a path of the schema takes; found in its JSON Schema, which is plain data. */
function namesAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let places: unknown[] = [z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })];
  for (const key of path) places = places.flatMap(alternatives).map((place) => stepInto(place, key));
  return places.flatMap(alternatives).flatMap((place) => (isRecord(place) && isRecord(place["properties"]) ? Object.keys(place["properties"]) : []));
}

function alternatives(place: unknown): unknown[] {
  if (!isRecord(place)) return [];
  const inner = [place["anyOf"], place["oneOf"], place["allOf"]].filter((list) => Array.isArray(list)).flat();
  return [place, ...inner.flatMap(alternatives)];
}

function stepInto(place: unknown, key: PropertyKey): unknown {
  if (!isRecord(place)) return undefined;
  if (typeof key === "number") return place["items"];
  const properties = place["properties"];
  return isRecord(properties) && Object.hasOwn(properties, key) ? properties[String(key)] : place["additionalProperties"];
}
