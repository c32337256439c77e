export { advance } from "./advance.ts";
export type { Advance, Advanced } from "./advance.ts";
export { longestWindow, valuesNeeded } from "./condition.ts";
export type { MetricCondition } from "./condition.ts";
export { defaultCooldownSeconds, metricEventTypes, nothingSeen, watchBook } from "./watch.ts";
export type { ConditionMet, MetricEventType, MetricWatch, NewLines, Points, RunWatchState, Turn, WatchBook, Windows } from "./watch.ts";
