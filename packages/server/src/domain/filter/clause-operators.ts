import type { ClauseOperator } from "./filter.ts";
import { compileExpression } from "./regular-expression.ts";

/** A test that was compiled for its operand, or why the operand cannot be used. */
export type CompiledClause = { ok: true; holds: (value: unknown) => boolean } | { ok: false; message: string };

type Scalar = string | number | boolean | null;
type Test = (value: unknown) => boolean;

/** Compiles one operator. On a list the tests for one value hold if any element passes; `$ne` and `$nin` negate `$eq` and `$in`. */
export function compileClause(operator: ClauseOperator, operand: unknown): CompiledClause {
  switch (operator) {
    case "$eq":
      return isScalar(operand) ? test(equals(operand)) : needs("a string, a number, a boolean or null");
    case "$ne":
      return isScalar(operand) ? test(not(equals(operand))) : needs("a string, a number, a boolean or null");
    case "$lt":
    case "$lte":
    case "$gt":
    case "$gte":
      return isOrdered(operand) ? test(anyElement(compares(operator, operand))) : needs("a number or a string");
    case "$in":
      return isScalarList(operand) ? test(isOneOf(operand)) : needs("a list of strings, numbers, booleans or nulls");
    case "$nin":
      return isScalarList(operand) ? test(not(isOneOf(operand))) : needs("a list of strings, numbers, booleans or nulls");
    case "$all":
      return isScalarList(operand) ? test(holdsAll(operand)) : needs("a list of strings, numbers, booleans or nulls");
    case "$exists":
      return typeof operand === "boolean" ? test((value) => (value !== undefined) === operand) : needs("true or false");
    case "$regex":
      return typeof operand === "string" ? matches(operand) : needs("a string");
    case "$contains":
      return isScalar(operand) ? test(contains(operand)) : needs("a string, a number, a boolean or null");
    case "$size":
      return isCount(operand) ? test((value) => Array.isArray(value) && value.length === operand) : needs("a whole number, 0 or more");
  }
}

const test = (holds: Test): CompiledClause => ({ ok: true, holds });
const needs = (what: string): CompiledClause => ({ ok: false, message: `needs ${what}` });

const isScalar = (value: unknown): value is Scalar => value === null || typeof value === "boolean" || isOrdered(value);
const isOrdered = (value: unknown): value is string | number => typeof value === "string" || (typeof value === "number" && Number.isFinite(value));
const isScalarList = (value: unknown): value is readonly Scalar[] => Array.isArray(value) && value.every(isScalar);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const not = (holds: Test): Test => (value) => !holds(value);
const anyElement = (holds: Test): Test => (value) => Array.isArray(value) ? value.some(holds) : holds(value);

/** Null equals an absent field too, as in Mongo. */
const equals = (operand: Scalar): Test => anyElement(operand === null ? (value) => value === null || value === undefined : (value) => value === operand);

function isOneOf(operands: readonly Scalar[]): Test {
  const set = new Set<unknown>(operands);
  if (set.has(null)) set.add(undefined);
  return anyElement((value) => set.has(value));
}

function holdsAll(operands: readonly Scalar[]): Test {
  const tests = operands.map(equals);
  // As in Mongo, a list of nothing matches nothing.
  return (value) => tests.length > 0 && tests.every((holds) => holds(value));
}

/** NaN and the infinities are stored as they were logged, and never satisfy a comparison. */
function compares(operator: "$lt" | "$lte" | "$gt" | "$gte", operand: string | number): Test {
  const holds = ordering(operator);
  if (typeof operand === "number") return (value) => typeof value === "number" && Number.isFinite(value) && holds(value, operand);
  return (value) => typeof value === "string" && holds(value, operand);
}

function ordering(operator: "$lt" | "$lte" | "$gt" | "$gte"): (a: string | number, b: string | number) => boolean {
  switch (operator) {
    case "$lt":
      return (a, b) => a < b;
    case "$lte":
      return (a, b) => a <= b;
    case "$gt":
      return (a, b) => a > b;
    case "$gte":
      return (a, b) => a >= b;
  }
}

function matches(source: string): CompiledClause {
  const compiled = compileExpression(source);
  if (!compiled.ok) return compiled;
  const { expression } = compiled;
  return test(anyElement((value) => typeof value === "string" && expression.test(value)));
}

/** Part of a string; element of a list. */
const contains = (operand: Scalar): Test => (value) => {
  if (Array.isArray(value)) return value.includes(operand);
  return typeof value === "string" && typeof operand === "string" && value.includes(operand);
};
