/** A filter, checked and compiled: build it with parseFilter, ask it with evaluate, look inside with explain. */
export type Filter = { readonly root: Expression };

/** What an expression is asked about: the value of a field; undefined when the field is absent. */
export type Subject = (field: string) => unknown;

export type Expression =
  /** `$and`, `$or`, `$nor`: every part holds, at least one does, none does. */
  | { readonly kind: "every" | "some" | "none"; readonly parts: readonly Expression[] }
  | { readonly kind: "not"; readonly part: Expression }
  | Clause;

/** One test of one field. */
export type Clause = {
  readonly kind: "clause";
  /** Where it stands in the filter, as in `$or[0].$and[1].alias`. */
  readonly path: string;
  readonly field: string;
  readonly operator: ClauseOperator;
  readonly operand: unknown;
  readonly holds: (value: unknown) => boolean;
};

export const clauseOperators = ["$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$exists", "$regex", "$contains", "$size", "$all"] as const;
export type ClauseOperator = (typeof clauseOperators)[number];

/** Levels of expressions within each other. */
export const deepestFilter = 64;
/** Clauses of one filter; every event in scope evaluates them. */
export const mostClauses = 1000;
