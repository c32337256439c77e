import { describe, expect, it } from "vitest";
import { mutationFields, runFields } from "./event-fields.ts";
import { evaluate, explain } from "./evaluate.ts";
import type { Filter } from "./filter.ts";
import { parseFilter } from "./parse-filter.ts";
import type { Problem } from "./problem.ts";

const parse = (json: unknown): Filter => {
  const parsed = parseFilter(json, runFields);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.filter;
};
const problems = (json: unknown, fields = runFields): readonly Problem[] => {
  const parsed = parseFilter(json, fields);
  return parsed.ok ? [] : parsed.problems;
};
const holds = (json: unknown, subject: Record<string, unknown>): boolean => evaluate(parse(json), (field) => subject[field]);

describe("a filter", () => {
  it("that is empty matches everything", () => {
    for (const json of [{}, { $and: [] }, { $or: [{ $and: [] }] }, { $nor: [] }]) expect(holds(json, {})).toBe(true);
  });

  it("joins several keys, and several operators, by and", () => {
    const filter = { user: "ada", "summary.loss": { $gt: 0, $lt: 1 } };
    expect(holds(filter, { user: "ada", "summary.loss": 0.5 })).toBe(true);
    expect(holds(filter, { user: "ada", "summary.loss": 2 })).toBe(false);
    expect(holds(filter, { user: "bob", "summary.loss": 0.5 })).toBe(false);
  });

  it("takes $not around a whole filter and around operators", () => {
    expect(holds({ $not: { user: "ada" } }, { user: "bob" })).toBe(true);
    expect(holds({ $not: { user: { $in: ["ada"] } } }, { user: "ada" })).toBe(false);
    expect(holds({ user: { $not: { $regex: "^a" } } }, { user: "bob" })).toBe(true);
    expect(holds({ user: { $not: { $not: { $eq: "bob" } } } }, { user: "bob" })).toBe(true);
  });

  it("matches a list by any of its elements, and negates as a whole", () => {
    const subject = { tags: ["a", "b"] };
    expect(holds({ tags: "a" }, subject)).toBe(true);
    expect(holds({ tags: { $ne: "a" } }, subject)).toBe(false);
    expect(holds({ tags: { $nin: ["a", "c"] } }, subject)).toBe(false);
    expect(holds({ tags: { $nin: ["c"] } }, subject)).toBe(true);
    expect(holds({ tags: { $regex: "^b" } }, subject)).toBe(true);
    expect(holds({ tags: { $contains: "a" } }, subject)).toBe(true);
    expect(holds({ tags: { $contains: "" } }, subject)).toBe(false);
    expect(holds({ tags: { $size: 2, $all: ["b", "a"] } }, subject)).toBe(true);
    expect(holds({ tags: { $all: [] } }, subject)).toBe(false);
  });

  it("finds part of a string with $contains and, unanchored, with $regex", () => {
    expect(holds({ display_name: { $contains: "x" } }, { display_name: "axb" })).toBe(true);
    expect(holds({ display_name: { $contains: "." } }, { display_name: "axb" })).toBe(false);
    expect(holds({ display_name: { $regex: "b$" } }, { display_name: "axb" })).toBe(true);
    expect(holds({ display_name: { $regex: "(?i)AX" } }, { display_name: "axb" })).toBe(true);
  });

  it("never compares across types, nor with NaN", () => {
    for (const value of ["5", NaN, Infinity, null, undefined, true, {}]) {
      expect(holds({ "summary.x": { $gt: 1 } }, { "summary.x": value })).toBe(false);
      expect(holds({ "summary.x": { $lte: 9 } }, { "summary.x": value })).toBe(false);
    }
    expect(holds({ "summary.x": { $lt: "b" } }, { "summary.x": 1 })).toBe(false);
    expect(holds({ "summary.x": 1 }, { "summary.x": "1" })).toBe(false);
  });

  it("takes an absent field for null, and tells both apart with $exists", () => {
    expect(holds({ "config.x": null }, {})).toBe(true);
    expect(holds({ "config.x": { $in: [null] } }, {})).toBe(true);
    expect(holds({ "config.x": { $ne: null } }, {})).toBe(false);
    expect(holds({ "config.x": { $exists: true } }, { "config.x": null })).toBe(true);
    expect(holds({ "config.x": { $exists: false } }, {})).toBe(true);
  });

  it("asks the subject by the field's own name when it is written as an alias", () => {
    expect(holds({ "summary_metrics.acc": 1 }, { "summary.acc": 1 })).toBe(true);
  });

  it("explains every clause, also those that an evaluation would not reach", () => {
    const filter = parse({ $or: [{ user: "ada" }, { $and: [{ state: "running" }, { $not: { tags: { $exists: true } } }] }] });
    expect(explain(filter, (field) => ({ user: "ada", state: "failed" })[field])).toEqual([
      { path: "$or[0].user", field: "user", operator: "$eq", operand: "ada", saw: "ada", held: true, negated: false },
      { path: "$or[1].$and[0].state", field: "state", operator: "$eq", operand: "running", saw: "failed", held: false, negated: false },
      { path: "$or[1].$and[1].$not.tags.$exists", field: "tags", operator: "$exists", operand: true, saw: undefined, held: false, negated: true },
    ]);
  });
});

describe("a filter is refused", () => {
  it("with the place and the nearest name for an unknown field", () => {
    expect(problems({ $or: [{}, { $and: [{}, { alais: "x" }] }] }, mutationFields)).toEqual([{ path: "$or[1].$and[1].alais", message: 'unknown field "alais"; did you mean "alias"?' }]);
    expect(problems({ "confg.lr": 1 })).toEqual([{ path: '["confg.lr"]', message: 'unknown field "confg.lr"; did you mean "config.lr"?' }]);
    expect(problems({ "config.": 1 })).toHaveLength(1);
    for (const name of ["constructor", "__proto__", "toString"]) expect(problems(JSON.parse(`{"${name}":1}`))).toHaveLength(1);
  });

  it("with the nearest name for an unknown operator, and the right place for a misplaced one", () => {
    expect(problems({ user: { $regexp: "x" } })).toEqual([{ path: "user.$regexp", message: 'unknown operator "$regexp"; did you mean "$regex"?' }]);
    expect(problems({ $adn: [] })[0]?.message).toBe('unknown operator "$adn"; did you mean "$and"?');
    expect(problems({ $eq: "x" })[0]?.message).toBe("$eq cannot stand here: it belongs to a field");
    expect(problems({ user: { $or: [] } })[0]?.message).toBe("$or cannot stand here: it joins whole filters");
    expect(problems({ user: { name: "x" } })[0]?.path).toBe("user.name");
  });

  it.each([
    ["$in", "x"], ["$in", [[1]]], ["$nin", { a: 1 }], ["$all", "x"], ["$regex", 5], ["$gt", true], ["$lt", null], ["$gte", NaN], ["$exists", 1],
    ["$size", -1], ["$size", 1.5], ["$eq", [1]], ["$ne", {}], ["$contains", []], ["$not", "x"],
  ])("for an operand that %s cannot take: %j", (operator, operand) => {
    const [problem] = problems({ user: { [operator]: operand } });
    expect(problem?.path).toBe(`user.${operator}`);
    expect(problem?.message).toContain("needs");
  });

  it("when it is no object, or a list operator has no list, or $or has nothing to choose from", () => {
    for (const json of [null, [], "x", { $and: {} }, { $and: [1] }, { $not: [] }, { $or: [] }, { user: {} }]) expect(problems(json)).toHaveLength(1);
  });

  it("for what a linear-time engine cannot express, in plain words", () => {
    const why = (source: string): string => problems({ user: { $regex: source } })[0]?.message ?? "";
    for (const source of ["(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b"]) expect(why(source)).toContain("look-around");
    for (const source of ["(a)\\1", "(?P<n>a)(?P=n)", "(?<n>a)\\k<n>"]) expect(why(source)).toContain("back-references");
    for (const source of ["(?>a)", "a++"]) expect(why(source)).toContain("linear time");
    expect(why("(")).toBe("$regex: not a valid regular expression: missing closing ): `(`");
    expect(why("a".repeat(513))).toContain("512");
    expect(why("(?P<name>a)|(?<other>b)|[[:alpha:]]")).toBe("");
  });

  it("when it is nested too deep or has too many clauses, and with 20 problems at most", () => {
    let deep: unknown = {};
    for (let level = 1; level < 64; level++) deep = { $and: [deep] };
    expect(problems(deep)).toEqual([]);
    expect(problems({ $and: [deep] })[0]?.message).toBe("nested more than 64 levels deep");
    let deepNot: unknown = { $eq: 1 };
    for (let level = 0; level < 100_000; level++) deepNot = { $not: deepNot };
    expect(problems({ user: deepNot })[0]?.message).toBe("nested more than 64 levels deep");
    expect(problems({ $and: Array.from({ length: 1000 }, () => ({ user: "a" })) })).toEqual([]);
    expect(problems({ $and: Array.from({ length: 5000 }, () => ({ user: "a" })) })[0]?.message).toBe("more than 1000 clauses");
    expect(problems({ $and: Array.from({ length: 5000 }, () => ({ usr: "a" })) })).toHaveLength(20);
  });
});
