import type { Change, MetricFact, RunSubject } from "../../../domain/event.ts";
import { abbreviateCondition, describeCondition, describeMeasured } from "../../../domain/metrics/describe-condition.ts";
import type { ConditionMet, Turn } from "../../../domain/metrics/index.ts";

type Reported = { run: RunSubject; /** The execution on whose delivery the values were logged, where the report said so. */ causedBy: string | undefined };

/** What is captured when an automation's conditions come to hold. Whoever runs the run is its author. */
export const metricChange = ({ watch, at, step, met, heldBack }: Turn, { run, causedBy }: Reported): Change => ({
  type: watch.eventType,
  author: run.user,
  causedBy,
  subject: { ...run, metric: { automationId: watch.automationId, conditionVersion: watch.since, heldBack, loggedAt: isoTime(at), step, conditions: met.map(factOf) } },
});

const factOf = ({ condition, measured, values }: ConditionMet): MetricFact => ({
  metric: condition.metric,
  filter: describeCondition(condition),
  short: abbreviateCondition(condition),
  status: describeMeasured(condition, measured),
  measured: Number.isFinite(measured) ? measured : null,
  values,
});

/** Scripts log what time they like; a Date holds 8.64e15 ms either way. */
const isoTime = (at: number): string => new Date(Math.max(-8.64e15, Math.min(8.64e15, at))).toISOString();
