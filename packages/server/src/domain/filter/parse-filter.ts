import { isRecord } from "../../kit/cast.ts";
import { compileClause } from "./clause-operators.ts";
import { nearestField, resolveField } from "./field-catalogue.ts";
import type { FieldCatalogue } from "./field-catalogue.ts";
import { clauseOperators, deepestFilter, mostClauses } from "./filter.ts";
import type { Clause, ClauseOperator, Expression, Filter } from "./filter.ts";
import { didYouMean, nearestName } from "../../kit/nearest-name.ts";
import { memberPath, mostProblems } from "./problem.ts";
import type { Problem } from "./problem.ts";

export type ParsedFilter = { ok: true; filter: Filter } | { ok: false; problems: readonly Problem[] };

const listKinds = { $and: "every", $or: "some", $nor: "none" } as const;
type ListOperator = keyof typeof listKinds;
const isListOperator = (name: string): name is ListOperator => Object.hasOwn(listKinds, name);
const expressionOperators: readonly string[] = [...Object.keys(listKinds), "$not"];
const knownClauseOperators: ReadonlySet<string> = new Set(clauseOperators);
const isClauseOperator = (name: string): name is ClauseOperator => knownClauseOperators.has(name);

/** Checks a filter of decoded JSON against the fields it may name, and compiles it. All problems are told, up to 20. */
export function parseFilter(json: unknown, fields: FieldCatalogue): ParsedFilter {
  const parser = new Parser(fields);
  const root = parser.expression(json, "", 1);
  return parser.problems.length === 0 ? { ok: true, filter: { root } } : { ok: false, problems: parser.problems };
}

const matchesAll: Expression = { kind: "every", parts: [] };

/** Where it meets a problem it notes it and goes on with an expression that is never used. */
class Parser {
  readonly problems: Problem[] = [];
  readonly #fields: FieldCatalogue;
  #clauses = 0;

  constructor(fields: FieldCatalogue) {
    this.#fields = fields;
  }

  expression(json: unknown, path: string, depth: number): Expression {
    if (!isRecord(json)) return this.#refuse(path, "a filter must be an object");
    if (depth > deepestFilter) return this.#refuse(path, `nested more than ${deepestFilter} levels deep`);
    return every(this.#each(Object.keys(json), (key) => this.#member(key, json[key], { path: memberPath(path, key), depth })));
  }

  #member(key: string, value: unknown, place: Place): Expression {
    if (isListOperator(key)) return this.#list(key, value, place);
    if (key === "$not") return { kind: "not", part: this.expression(value, place.path, place.depth + 1) };
    if (key.startsWith("$")) return this.#refuseOperator(key, expressionOperators, place.path);
    const field = resolveField(this.#fields, key);
    if (field === undefined) return this.#refuse(place.path, `unknown field ${quoted(key)}${didYouMean(nearestField(this.#fields, key))}`);
    return this.#field(field, value, place);
  }

  #list(operator: ListOperator, value: unknown, { path, depth }: Place): Expression {
    if (!Array.isArray(value)) return this.#refuse(path, `${operator} needs a list of filters`);
    if (operator === "$or" && value.length === 0) return this.#refuse(path, "$or needs at least one filter: an empty one never matches");
    const items: readonly unknown[] = value;
    const parts = this.#each([...items.keys()], (index) => this.expression(items[index], memberPath(path, index), depth + 1));
    return { kind: listKinds[operator], parts };
  }

  /** `{field: scalar}` or `{field: {$operator: operand, …}}`, the latter also within `$not`. */
  #field(field: string, value: unknown, { path, depth }: Place): Expression {
    if (!isRecord(value)) return this.#clause({ field, operator: "$eq", operand: value, path });
    if (depth > deepestFilter) return this.#refuse(path, `nested more than ${deepestFilter} levels deep`);
    const operators = Object.keys(value);
    if (operators.length === 0) return this.#refuse(path, "needs a value or an operator such as $eq");
    return every(
      this.#each(operators, (operator) => {
        const operand = value[operator];
        const inner = memberPath(path, operator);
        if (isClauseOperator(operator)) return this.#clause({ field, operator, operand, path: inner });
        if (operator !== "$not") return this.#refuseOperator(operator, [...clauseOperators, "$not"], inner);
        if (!isRecord(operand)) return this.#refuse(inner, "$not needs an object of operators, such as {\"$eq\": …}");
        return { kind: "not", part: this.#field(field, operand, { path: inner, depth: depth + 1 }) };
      }),
    );
  }

  #clause(clause: Omit<Clause, "kind" | "holds">): Expression {
    this.#clauses += 1;
    if (this.#clauses > mostClauses) return this.#refuse("", `more than ${mostClauses} clauses`);
    const compiled = compileClause(clause.operator, clause.operand);
    if (!compiled.ok) return this.#refuse(clause.path, `${clause.operator}: ${compiled.message}`);
    return { kind: "clause", ...clause, holds: compiled.holds };
  }

  #each<Item>(items: readonly Item[], read: (item: Item) => Expression): Expression[] {
    const parts: Expression[] = [];
    for (const item of items) {
      if (this.problems.length >= mostProblems) break;
      parts.push(read(item));
    }
    return parts;
  }

  #refuseOperator(operator: string, valid: readonly string[], path: string): Expression {
    const misplaced = isClauseOperator(operator) || expressionOperators.includes(operator);
    if (misplaced) return this.#refuse(path, `${operator} cannot stand here: ${isClauseOperator(operator) ? "it belongs to a field" : "it joins whole filters"}`);
    return this.#refuse(path, `unknown operator ${quoted(operator)}${didYouMean(nearestName(operator, valid))}`);
  }

  #refuse(path: string, message: string): Expression {
    if (this.problems.length < mostProblems) this.problems.push({ path, message });
    return matchesAll;
  }
}

type Place = { path: string; depth: number };

const every = (parts: readonly Expression[]): Expression => (parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: "every", parts });
const quoted = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
