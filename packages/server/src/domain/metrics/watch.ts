import type { Filter } from "../filter/filter.ts";
import type { MetricCondition } from "./condition.ts";

export const metricEventTypes = ["RUN_METRIC", "RUN_METRIC_CHANGE", "RUN_METRIC_ZSCORE"] as const;
export type MetricEventType = (typeof metricEventTypes)[number];

/** How often an automation over metrics fires for one run where it does not say so itself. */
export const defaultCooldownSeconds = 86_400;

/** An automation over metrics, as the evaluation of a run's values sees it. */
export type MetricWatch = {
  readonly automationId: string;
  readonly eventType: MetricEventType;
  /** Which of the run's scopes it watches from: `project:7`, `entity:2`. */
  readonly scope: string;
  /** The version of that scope at which its condition was last changed: what is known of an older one says nothing about it. */
  readonly since: number;
  readonly cooldownMs: number;
  /** All of them have to hold, each at the latest value of its metric. */
  readonly conditions: readonly MetricCondition[];
  /** Which runs; null for every run. */
  readonly run: Filter | null;
};

/** The newest finite values of each watched metric of a run, oldest first: as many as are needed, or all that there are. */
export type Windows = ReadonlyMap<string, Float64Array>;

/**
 * What is known of a run beside its values. Whether an automation's conditions held before follows from the values; what
 * does not follow from them stands here, and changes seldom.
 */
export type RunWatchState = {
  /** The version of each scope's list by which the run's values were last judged: what came into a list later has not held yet. */
  readonly seen: ReadonlyMap<string, number>;
  /** When automations with a cooldown last fired, in milliseconds since 1970 by the clock of the run's values. */
  readonly fired: ReadonlyMap<string, { readonly since: number; readonly at: number }>;
  /** Automations that have not held although their conditions do: the run filter did not, or no value has come since they are there. */
  readonly dormant: ReadonlyMap<string, number>;
};

export const nothingSeen: RunWatchState = { seen: new Map(), fired: new Map(), dormant: new Map() };

/** The finite values of one metric among new lines; `lines` are indexes into the lines, ascending. */
export type Points = { readonly lines: readonly number[]; readonly values: readonly number[] };

/** Lines that were not there before, in logged order, taken apart by metric. */
export type NewLines = {
  /** When each was logged, in milliseconds since 1970. */
  readonly at: readonly number[];
  readonly steps: readonly (number | null)[];
  readonly metrics: ReadonlyMap<string, Points>;
};

/** A condition at the moment when an automation fired. */
export type ConditionMet = {
  readonly condition: MetricCondition;
  readonly measured: number;
  /** What was measured, oldest first; of a long window the newest values. */
  readonly values: readonly number[];
};

/** All conditions of a watch have come to hold. */
export type Turn = {
  readonly watch: MetricWatch;
  /** Of the value that made it so, in milliseconds since 1970. */
  readonly at: number;
  readonly step: number | null;
  readonly met: readonly ConditionMet[];
  /** It fired not long enough ago. */
  readonly heldBack: boolean;
};
