export { advance } from "./advance.ts";
export type { Advance, Advanced } from "./advance.ts";
export { longestWindow, valuesNeeded } from "./condition.ts";
export type { MetricCondition } from "./condition.ts";
export { watchBook } from "./book.ts";
export type { WatchBook } from "./book.ts";
export { defaultCooldownSeconds, metricEventTypes, nothingSeen } from "./watch.ts";
export type { ConditionMet, MetricEventType, MetricWatch, NewLines, Points, RunWatchState, Turn, Windows } from "./watch.ts";
