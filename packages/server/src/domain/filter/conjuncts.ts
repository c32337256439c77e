import type { Expression } from "./filter.ts";

/** The parts that all have to hold, as far as they can be told apart: `$and` within `$and`, and a `$or` of one. */
export function conjuncts(expression: Expression): Expression[] {
  if (expression.kind === "every") return expression.parts.flatMap(conjuncts);
  const [only, ...others] = expression.kind === "some" ? expression.parts : [];
  return only !== undefined && others.length === 0 ? conjuncts(only) : [expression];
}
