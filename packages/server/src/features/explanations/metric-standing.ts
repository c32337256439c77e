import { findRunToReplay } from "../../db/queries/backtest.ts";
import { evaluate, explain, parseEventFilter } from "../../domain/filter/index.ts";
import type { ClauseResult } from "../../domain/filter/index.ts";
import type { ExplainedMetric } from "../../domain/metrics/index.ts";
import { describeMeasured } from "../../domain/metrics/index.ts";
import { runField } from "../../domain/run-field.ts";
import type { SavedAutomation } from "../automations/index.ts";
import { metricWatch, replayRun } from "../runs/index.ts";
import type { Services } from "../services.ts";

/** How the conditions of an automation over metrics stand at a run's newest values. */
export type MetricStanding = {
  holds: boolean;
  conditions: ExplainedMetric[];
  runFilter: { held: boolean; clauses: ClauseResult[] };
  /** Had it been as it is now from the run's first value on. */
  cameToHold: { at: Date; step: number | null; status: string; heldBack: boolean }[];
};

const mostTold = 100;

/** Null for an automation that does not watch metrics. Asks for nobody's role. */
export async function metricStanding({ db, publicUrl }: Pick<Services, "db" | "publicUrl">, automation: SavedAutomation, runId: number): Promise<MetricStanding | null> {
  const { type, filter } = automation.event;
  const watch = metricWatch({ id: automation.id, event_type: type, event_filter: filter, cooldown_seconds: automation.cooldownSeconds, condition_version: 1 }, "explained:0");
  const run = watch === null ? null : await findRunToReplay(db, runId);
  const parsed = parseEventFilter(type, filter);
  if (watch === null || run === null || !parsed.ok || parsed.eventFilter.family !== "run_metric") return null;
  const { turns, conditions, subject } = await replayRun(db, run, watch, publicUrl);
  const field = (name: string): unknown => (subject === null ? undefined : runField(subject, name));
  const held = evaluate(parsed.eventFilter.run, field);
  return {
    holds: held && conditions.every((condition) => condition.held),
    conditions,
    runFilter: { held, clauses: explain(parsed.eventFilter.run, field) },
    cameToHold: turns.slice(-mostTold).map(({ at, step, met, heldBack }) => ({ at: new Date(at), step, heldBack, status: met.map(({ condition, measured }) => describeMeasured(condition, measured)).join(", ") })),
  };
}
