import { fieldsOf } from "../../domain/event-fields.ts";
import type { Event } from "../../domain/event.ts";
import type { EventFilter } from "../../domain/filter/event-filter.ts";
import { explain } from "../../domain/filter/evaluate.ts";
import type { ClauseResult } from "../../domain/filter/evaluate.ts";
import type { Filter } from "../../domain/filter/filter.ts";
import { compile, holds } from "./match-automations.ts";

export type ExplainedClause = Omit<ClauseResult, "operator"> & { readonly operator: string };

/** Whether a condition holds for an event, and why; null when this release cannot read the condition. */
export type ExplainedCondition = { held: boolean; clauses: readonly ExplainedClause[] } | null;

/** The same compiled condition that `match` asks, taken apart; `held` is what `match` would say. */
export function explainCondition(event: Event, eventFilter: string): ExplainedCondition {
  const filter = compile(event.type, eventFilter);
  return filter.ok ? { held: holds(filter.eventFilter, event), clauses: clausesOf(filter.eventFilter, event) } : null;
}

/** Every family of events says here what its conditions consist of. */
function clausesOf(filter: EventFilter, event: Event): ExplainedClause[] {
  switch (filter.family) {
    case "mutation":
    case "webhook":
      return explain(filter.filter, fieldsOf(event));
    case "run_metric":
      return [...metricClauses(event), ...runClauses(filter.run, event)];
    case "run_state":
      return [enteredClause(filter.states, event), ...runClauses(filter.run, event)];
    case "run_hook":
      return [];
  }
}

function enteredClause(states: readonly string[], { subject }: Event): ExplainedClause {
  const saw = subject.kind === "run" ? (subject.entered ?? undefined) : undefined;
  return { path: "run_state_filter.states", field: "entered state", operator: "$in", operand: states, saw, held: saw !== undefined && states.includes(saw), negated: false };
}

const runClauses = (run: Filter, event: Event): ExplainedClause[] => explain(run, fieldsOf(event)).map((clause) => ({ ...clause, path: `run_filter.${clause.path}` }));

/** An event of metrics keeps what was measured; it is there because each condition held at that moment. */
function metricClauses({ subject }: Event): ExplainedClause[] {
  const conditions = subject.kind === "run" ? (subject.metric?.conditions ?? []) : [];
  return conditions.map(({ metric, short, status }, index) => ({ path: `metrics[${index}]`, field: metric, operator: "holds", operand: short, saw: status, held: true, negated: false }));
}
