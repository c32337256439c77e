import type { Clause, Expression, Filter, Subject } from "./filter.ts";

/** Whether the filter holds for the subject. Stops at the first part that decides. */
export const evaluate = (filter: Filter, subject: Subject): boolean => holds(filter.root, subject);

function holds(expression: Expression, subject: Subject): boolean {
  switch (expression.kind) {
    case "clause":
      return expression.holds(subject(expression.field));
    case "every":
      for (const part of expression.parts) if (!holds(part, subject)) return false;
      return true;
    case "some":
      for (const part of expression.parts) if (holds(part, subject)) return true;
      return false;
    case "none":
      for (const part of expression.parts) if (holds(part, subject)) return false;
      return true;
    case "not":
      return !holds(expression.part, subject);
  }
}

export type ClauseResult = Omit<Clause, "kind" | "holds"> & {
  /** The field's value; undefined when it was absent. */
  readonly saw: unknown;
  /** Whether the clause itself held, whatever `$not` stands around it. */
  readonly held: boolean;
  /** Whether the clause stands within an odd number of `$not` and `$nor`, so that holding speaks against a match. */
  readonly negated: boolean;
};

/** Every clause with the value it saw and whether it held, in the order of the filter; none is left out. */
export function explain(filter: Filter, subject: Subject): ClauseResult[] {
  const results: ClauseResult[] = [];
  const visit = (expression: Expression, negated: boolean): void => {
    switch (expression.kind) {
      case "clause": {
        const { path, field, operator, operand } = expression;
        const saw = subject(field);
        results.push({ path, field, operator, operand, saw, held: expression.holds(saw), negated });
        return;
      }
      case "every":
      case "some":
        for (const part of expression.parts) visit(part, negated);
        return;
      case "none":
        for (const part of expression.parts) visit(part, !negated);
        return;
      case "not":
        visit(expression.part, !negated);
    }
  };
  visit(filter.root, false);
  return results;
}
