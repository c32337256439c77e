import { describe, expect, test } from "vitest";
import { exampleChange } from "../../testing/pipeline.ts";
import { fieldsOf } from "../event-fields.ts";
import type { Event } from "../event.ts";
import { mutationFields, runFields } from "./event-fields.ts";
import { evaluate } from "./evaluate.ts";
import { clauseOperators } from "./filter.ts";
import type { ClauseOperator } from "./filter.ts";
import { parseFilter } from "./parse-filter.ts";

type Row = { holds: unknown; fails: unknown };

/** For each operator an operand that holds and one that does not, for a field with one text. */
const ofText = (text: string): Record<ClauseOperator, Row> => ({
  $eq: { holds: text, fails: `${text}x` },
  $ne: { holds: `${text}x`, fails: text },
  $lt: { holds: `${text}x`, fails: text },
  $lte: { holds: text, fails: "" },
  $gt: { holds: "", fails: text },
  $gte: { holds: text, fails: `${text}x` },
  $in: { holds: ["other", text], fails: ["other"] },
  $nin: { holds: ["other"], fails: ["other", text] },
  $exists: { holds: true, fails: false },
  $regex: { holds: `^${text.slice(0, 2)}`, fails: `^${text}x` },
  $contains: { holds: text.slice(1, 3), fails: "nowhere" },
  $size: { holds: null, fails: 1 },
  $all: { holds: [text], fails: [text, "other"] },
});

const ofNumber = (number: number): Record<ClauseOperator, Row> => ({
  $eq: { holds: number, fails: String(number) },
  $ne: { holds: String(number), fails: number },
  $lt: { holds: number + 1, fails: number },
  $lte: { holds: number, fails: number - 1 },
  $gt: { holds: number - 1, fails: number },
  $gte: { holds: number, fails: number + 1 },
  $in: { holds: [number], fails: [String(number)] },
  $nin: { holds: [number + 1], fails: [number] },
  $exists: { holds: true, fails: false },
  $regex: { holds: null, fails: ".*" },
  $contains: { holds: null, fails: number },
  $size: { holds: null, fails: 0 },
  $all: { holds: [number], fails: [] },
});

const ofList: Record<ClauseOperator, Row> = {
  $eq: { holds: "nightly", fails: "night" },
  $ne: { holds: "night", fails: "nightly" },
  $lt: { holds: "big", fails: "a" },
  $lte: { holds: "baseline", fails: "a" },
  $gt: { holds: "m", fails: "z" },
  $gte: { holds: "nightly", fails: "z" },
  $in: { holds: ["nightly", "x"], fails: ["x"] },
  $nin: { holds: ["x"], fails: ["nightly"] },
  $exists: { holds: true, fails: false },
  $regex: { holds: "^night", fails: "^ight" },
  $contains: { holds: "nightly", fails: "night" },
  $size: { holds: 2, fails: 1 },
  $all: { holds: ["nightly", "baseline"], fails: ["nightly", "x"] },
};

/** A field that the event does not have: null stands for it, and only what speaks of its absence holds. */
const ofNothing: Record<ClauseOperator, Row> = {
  $eq: { holds: null, fails: "x" },
  $ne: { holds: "x", fails: null },
  $lt: { holds: null, fails: "x" },
  $lte: { holds: null, fails: "x" },
  $gt: { holds: null, fails: "" },
  $gte: { holds: null, fails: "" },
  $in: { holds: [null], fails: ["x"] },
  $nin: { holds: ["x"], fails: [null] },
  $exists: { holds: false, fails: true },
  $regex: { holds: null, fails: ".*" },
  $contains: { holds: null, fails: "" },
  $size: { holds: null, fails: 0 },
  $all: { holds: [null], fails: ["x"] },
};

const stored = { id: "i", at: new Date(0) };
const alias: Event = { ...exampleChange({ subject: { alias: "production" } }), ...stored };
const tag: Event = { ...exampleChange({ type: "ADD_ARTIFACT_TAG", subject: { alias: null, tag: "approved" } }), ...stored };
const run: Event = {
  ...stored, type: "RUN_STATE", author: "somebody",
  subject: {
    kind: "run", runId: 1, runName: "3mcbpzkv", displayName: "nightly run", url: "https://bellhop.example.com/t/p/runs/3mcbpzkv", entered: "FAILED", state: "crashed", user: "ada", tags: ["nightly", "baseline"],
    config: { optimizer: { name: "adam" }, lr: 3 }, summary: { "loss": 7, "eval/acc": 9 }, metric: null, projectId: 2, projectName: "p", entityId: 3, entityName: "t",
  },
};

// `$size` of what is no list, and `$regex` and `$contains` of what is no text, never hold: no operand stands there.
const never = (operator: ClauseOperator, row: Row): boolean => row.holds === null && !["$eq", "$ne"].includes(operator);

const subjects: [string, Event, string, Record<ClauseOperator, Row>][] = [
  ["an event of a version", alias, "alias", ofText("production")],
  ["an event of a version", tag, "tag", ofText("approved")],
  ["an event of a version", alias, "tag", ofNothing],
  ["an event of a version", tag, "alias", ofNothing],
  ["an event of a version", alias, "artifact_type", ofText("model")],
  ["an event of a version", alias, "artifact_collection_name", ofText("llm-models")],
  ["an event of a version", alias, "user", ofText("ada")],
  ["a run", run, "display_name", ofText("nightly run")],
  ["a run", run, "user", ofText("ada")],
  ["a run", run, "state", ofText("crashed")],
  ["a run", run, "tags", ofList],
  ["a run", run, "config.lr", ofNumber(3)],
  ["a run", run, "config.optimizer.name", ofText("adam")],
  ["a run", run, "config.nothing", ofNothing],
  ["a run", run, "summary.loss", ofNumber(7)],
  ["a run", run, "summary.eval/acc", ofNumber(9)],
  ["a run", run, "summary_metrics.loss", ofNumber(7)],
];

function ask(event: Event, filter: object): boolean {
  const parsed = parseFilter(filter, event.subject.kind === "run" ? runFields : mutationFields);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return evaluate(parsed.filter, fieldsOf(event));
}

describe("every operator on every field", () => {
  test("no field of the catalogues is left out", () => {
    const tried = (kind: string): string[] => [...new Set(subjects.filter(([what]) => what === kind).map(([, , field]) => field))];
    expect(tried("an event of a version").toSorted()).toEqual([...mutationFields.exact.keys()].toSorted());
    const ofRuns = tried("a run");
    for (const name of new Set(runFields.exact.values())) expect(ofRuns).toContain(name);
    for (const prefix of runFields.prefixes.keys()) expect(ofRuns.some((field) => field.startsWith(prefix))).toBe(true);
  });

  test.each(subjects.flatMap(([kind, event, field, rows]) => clauseOperators.map((operator) => [`${kind}: ${field} ${operator}`, { event, field, operator, row: rows[operator] }] as const)))("of %s", (_name, { event, field, operator, row }) => {
    expect(ask(event, { [field]: { [operator]: row.fails } })).toBe(false);
    expect(ask(event, { [field]: { $not: { [operator]: row.fails } } })).toBe(true);
    expect(ask(event, { $nor: [{ [field]: { [operator]: row.fails } }] })).toBe(true);
    if (never(operator, row)) return;
    expect(ask(event, { [field]: { [operator]: row.holds } })).toBe(true);
    expect(ask(event, { $and: [{ [field]: { [operator]: row.holds } }, { $or: [{ [field]: { [operator]: row.fails } }, { [field]: { [operator]: row.holds } }] }] })).toBe(true);
    expect(ask(event, { $not: { [field]: { [operator]: row.holds } } })).toBe(false);
  });

  test.each(subjects)("of %s (%#): a bare scalar means $eq, and null an absent field", (_kind, event, field, rows) => {
    expect(ask(event, { [field]: rows.$eq.holds })).toBe(true);
    expect(ask(event, { [field]: rows.$eq.fails })).toBe(false);
  });
});
