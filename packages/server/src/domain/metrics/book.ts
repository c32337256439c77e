import type { Measure, MetricCondition } from "./condition.ts";
import { valuesNeeded } from "./condition.ts";
import type { MetricWatch } from "./watch.ts";

/** A measure of a metric: conditions that differ only in what they compare it with share one. */
export type Gauge = { readonly metric: string; readonly measure: Measure };

/** A watch with the gauges of its conditions, in their order. */
export type BookEntry = { readonly watch: MetricWatch; readonly gauges: readonly Gauge[] };

/** Watches with a threshold each, in the order of their thresholds. */
export type Ladder = readonly { readonly threshold: number; readonly entry: BookEntry }[];

/**
 * The watches that have one condition and take every run, by how they compare: of a thousand of them a value concerns
 * only those whose threshold lies where the gauge moves, and those are found without a look at the others.
 */
export type Ladders = { readonly gauge: Gauge; readonly above: Ladder; readonly below: Ladder; readonly either: Ladder };

/** What is concerned by new values of a metric. */
export type Concerned = { readonly ladders: readonly Ladders[]; /** Over several metrics, or with a run filter. */ readonly others: readonly BookEntry[] };

/** The automations over metrics that watch a run. */
export type WatchBook = {
  /** The version of each scope at which this is its list. */
  readonly versions: ReadonlyMap<string, number>;
  readonly entries: ReadonlyMap<string, BookEntry>;
  readonly byMetric: ReadonlyMap<string, Concerned>;
  /** How many of each metric's newest values the conditions look at, the value itself included. */
  readonly needed: ReadonlyMap<string, number>;
};

type Drafts = { ladders: Map<Gauge, { above: Step[]; below: Step[]; either: Step[] }>; others: BookEntry[] };
type Step = Ladder[number];

export function watchBook(versions: ReadonlyMap<string, number>, watches: readonly MetricWatch[]): WatchBook {
  const gaugeOf = makeGauges();
  const needed = new Map<string, number>();
  const drafts = new Map<string, Drafts>();
  const entries = watches.map((watch): BookEntry => ({ watch, gauges: watch.conditions.map(gaugeOf) }));
  for (const entry of entries) {
    for (const { metric, measure } of entry.gauges) needed.set(metric, Math.max(needed.get(metric) ?? 0, valuesNeeded(measure)));
    for (const metric of new Set(entry.gauges.map((gauge) => gauge.metric))) {
      const draft = drafts.get(metric) ?? { ladders: new Map(), others: [] };
      drafts.set(metric, draft);
      place(entry, draft);
    }
  }
  return { versions, needed, entries: new Map(entries.map((entry) => [entry.watch.automationId, entry])), byMetric: new Map([...drafts].map(([metric, draft]) => [metric, sorted(draft)])) };
}

function makeGauges(): (condition: MetricCondition) => Gauge {
  const known = new Map<string, Gauge>();
  return ({ metric, measure }) => {
    const key = JSON.stringify([metric, Object.entries(measure).sort()]);
    const gauge = known.get(key) ?? { metric, measure };
    known.set(key, gauge);
    return gauge;
  };
}

function place(entry: BookEntry, draft: Drafts): void {
  const { watch, gauges } = entry;
  const [condition, ...further] = watch.conditions;
  const [gauge] = gauges;
  if (condition === undefined || gauge === undefined || further.length > 0 || watch.run !== null) {
    draft.others.push(entry);
    return;
  }
  const ladders = draft.ladders.get(gauge) ?? { above: [], below: [], either: [] };
  draft.ladders.set(gauge, ladders);
  ladders[sideOf(condition)].push({ threshold: condition.threshold, entry });
}

const sideOf = ({ comparison }: MetricCondition): "above" | "below" | "either" => (comparison === "either" ? "either" : comparison === "$gt" || comparison === "$gte" ? "above" : "below");

const byThreshold = (steps: readonly Step[]): Ladder => steps.toSorted((a, b) => a.threshold - b.threshold);

const sorted = ({ ladders, others }: Drafts): Concerned => ({
  others,
  ladders: [...ladders].map(([gauge, { above, below, either }]) => ({ gauge, above: byThreshold(above), below: byThreshold(below), either: byThreshold(either) })),
});
