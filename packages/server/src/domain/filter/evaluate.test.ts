import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runFields } from "./event-fields.ts";
import { evaluate, explain } from "./evaluate.ts";
import { parseFilter } from "./parse-filter.ts";

type Json = Record<string, unknown>;

const scalar = fc.oneof(fc.constantFrom<unknown>("a", "ab", "b", "", null, true, false), fc.integer({ min: -2, max: 2 }));
const ordered = fc.oneof(fc.constantFrom("a", "ab", "b"), fc.integer({ min: -2, max: 2 }));
const list = fc.array(scalar, { maxLength: 3 });
const value = fc.oneof(scalar, list, fc.constantFrom<unknown>(undefined, NaN, Infinity, 0.5), fc.constant({}));
const field = fc.constantFrom("user", "tags", "config.x");

const operators = fc
  .record(
    {
      $eq: scalar, $ne: scalar, $lt: ordered, $lte: ordered, $gt: ordered, $gte: ordered, $in: list, $nin: list, $all: list,
      $exists: fc.boolean(), $regex: fc.constantFrom("a", "^a$", "b|^$"), $contains: scalar, $size: fc.nat(3),
    },
    { requiredKeys: [] },
  )
  .filter((record) => Object.keys(record).length > 0);

const filters = fc.letrec<{ filter: Json; level: Json }>((tie) => ({
  filter: fc.oneof({ maxDepth: 4 }, tie("level"), fc.array(tie("filter"), { maxLength: 3 }).map((parts) => ({ $and: parts })),
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map((parts) => ({ $or: parts })),
    fc.array(tie("filter"), { maxLength: 3 }).map((parts) => ({ $nor: parts })), tie("filter").map((part) => ({ $not: part }))),
  level: fc.dictionary(field, fc.oneof(scalar, operators, operators.map((inner) => ({ $not: inner }))), { maxKeys: 3 }),
})).filter;

/** The language said again, in the plainest way. */
function model(filter: Json, subject: Json): boolean {
  return Object.entries(filter).every(([key, operand]) => {
    const parts = operand as Json[];
    if (key === "$and") return parts.filter((part) => model(part, subject)).length === parts.length;
    if (key === "$or") return parts.filter((part) => model(part, subject)).length > 0;
    if (key === "$nor") return parts.filter((part) => model(part, subject)).length === 0;
    if (key === "$not") return !model(operand as Json, subject);
    return modelField(operand, subject[key]);
  });
}

function modelField(test: unknown, saw: unknown): boolean {
  if (typeof test !== "object" || test === null) return modelClause("$eq", test, saw);
  return Object.entries(test).every(([operator, operand]) => (operator === "$not" ? !modelField(operand, saw) : modelClause(operator, operand, saw)));
}

function modelClause(operator: string, operand: unknown, saw: unknown): boolean {
  const same = (one: unknown): boolean => modelClause("$eq", one, saw);
  const operands = operand as unknown[];
  const all: unknown[] = Array.isArray(saw) ? saw : [saw];
  // Cast to numbers for the compiler only: strings are compared as strings.
  const compared = all.filter((one) => typeof one === typeof operand && (typeof one === "string" || Number.isFinite(one))) as number[];
  const bound = operand as number;
  switch (operator) {
    case "$eq": return all.some((one) => one === operand || (operand === null && one === undefined));
    case "$ne": return !same(operand);
    case "$lt": return compared.some((one) => one < bound);
    case "$lte": return compared.some((one) => one <= bound);
    case "$gt": return compared.some((one) => one > bound);
    case "$gte": return compared.some((one) => one >= bound);
    case "$in": return operands.some(same);
    case "$nin": return !operands.some(same);
    case "$all": return operands.length > 0 && operands.every(same);
    case "$exists": return operand === true ? saw !== undefined : saw === undefined;
    case "$regex": return all.some((one) => typeof one === "string" && one.search(new RegExp(operand as string)) >= 0);
    case "$contains": return Array.isArray(saw) ? saw.indexOf(operand) >= 0 : typeof saw === "string" && typeof operand === "string" && saw.indexOf(operand) >= 0;
    case "$size": return Array.isArray(saw) && saw.length === operand;
    default: throw new Error(operator);
  }
}

describe("evaluating a filter", () => {
  it("equals the obvious model, for every filter and every subject", () => {
    fc.assert(
      fc.property(filters, fc.record({ user: value, tags: value, "config.x": value }), (json, subject) => {
        const parsed = parseFilter(json, runFields);
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
        const ask = (name: string): unknown => (subject as Json)[name];
        expect(evaluate(parsed.filter, ask)).toBe(model(json, subject));
        for (const clause of explain(parsed.filter, ask)) expect(clause.held).toBe(modelClause(clause.operator, clause.operand, (subject as Json)[clause.field]));
      }),
      { numRuns: 3000 },
    );
  });

  it("never throws, whatever JSON is offered as a filter", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.anything(), (json, anything) => {
        const parsed = parseFilter(json, runFields);
        if (parsed.ok) evaluate(parsed.filter, () => anything);
        else expect(parsed.problems.length).toBeGreaterThan(0);
      }),
    );
  });
});
