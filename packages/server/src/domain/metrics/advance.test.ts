import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance } from "./advance.ts";
import type { MetricCondition } from "./condition.ts";
import type { ModelLine, ModelTurn } from "./testing/slow-model.ts";
import { SlowModel } from "./testing/slow-model.ts";
import type { MetricWatch, NewLines, RunWatchState, Windows } from "./watch.ts";
import { watchBook } from "./book.ts";
import { nothingSeen } from "./watch.ts";
import { parseFilter } from "../filter/parse-filter.ts";
import { runFields } from "../filter/event-fields.ts";

const metrics = ["a", "b", "c"];

const size = fc.integer({ min: 1, max: 4 });
const aggregate = fc.constantFrom("AVERAGE" as const, "MIN" as const, "MAX" as const, null);
const measure = fc.oneof(
  fc.record({ kind: fc.constant("aggregate" as const), aggregate, size }),
  fc.record({ kind: fc.constant("change" as const), aggregate, current: size, prior: size, relative: fc.boolean() }),
  fc.record({ kind: fc.constant("zscore" as const), size }),
);
const condition: fc.Arbitrary<MetricCondition> = fc.record({
  metric: fc.constantFrom(...metrics),
  measure,
  comparison: fc.constantFrom("$gt" as const, "$gte" as const, "$lt" as const, "$lte" as const, "either" as const),
  threshold: fc.integer({ min: -2, max: 3 }),
}).map((one) => (one.comparison === "either" ? { ...one, threshold: Math.abs(one.threshold) + 0.5 } : one));

const everyRun = parseFilter({}, runFields);
if (!everyRun.ok) throw new Error("the empty filter is a filter");
const runFilter = everyRun.filter;

/** Some are there from the beginning, some come later. */
const watches = fc
  .array(fc.record({ conditions: fc.array(condition, { minLength: 1, maxLength: 3 }), cooldownMs: fc.constantFrom(0, 0, 30, 1_000), filtered: fc.boolean(), from: fc.integer({ min: 0, max: 20 }) }), { minLength: 1, maxLength: 4 })
  .map((list) => list.map(({ conditions, cooldownMs, filtered, from }, index): { watch: MetricWatch; from: number } => ({
    watch: { automationId: `automation ${index}`, eventType: "RUN_METRIC", scope: "project:1", since: index + 1, cooldownMs, conditions, run: filtered ? runFilter : null },
    from,
  })));

const value = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: -3, max: 3 }) }, { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 0.1) });
const line = fc.record({ values: fc.dictionary(fc.constantFrom(...metrics), value), gap: fc.integer({ min: 0, max: 40 }) });

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("report" as const), lines: fc.array(line, { maxLength: 6 }), admitted: fc.boolean(), forget: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rewind" as const), keep: fc.double({ min: 0, max: 1, noNaN: true }) }) },
);

/** What runs live, with the values kept aside so that its windows can be made anew as after a restart. */
class Live {
  lines: ModelLine[] = [];
  state: RunWatchState = nothingSeen;
  windows: Windows = new Map();

  rebuild(list: readonly MetricWatch[]): void {
    const { needed } = watchBook(new Map(), list);
    const values = (metric: string): number[] => this.lines.map((known) => known.values[metric]).filter((known) => known !== undefined && Number.isFinite(known)).map(Number);
    this.windows = new Map([...needed].map(([metric, most]) => [metric, Float64Array.from(values(metric).slice(-most))]));
  }

  report(fresh: readonly ModelLine[], list: readonly MetricWatch[], admits: () => boolean): ModelTurn[] {
    const before = this.lines.length;
    const book = watchBook(new Map([["project:1", list.reduce((most, { since }) => Math.max(most, since), 0)]]), list);
    const result = advance({ book, windows: this.windows, state: this.state, lines: newLines(fresh), admits });
    this.lines.push(...fresh);
    this.state = result.state;
    this.windows = result.windows;
    return result.turns.map(({ watch, step: at, heldBack }) => ({ automationId: watch.automationId, line: before + Number(at), heldBack }));
  }
}

function newLines(fresh: readonly ModelLine[]): NewLines {
  const points = metrics.map((metric): [string, { lines: number[]; values: number[] }] => {
    const having = fresh.flatMap(({ values }, index) => (Number.isFinite(values[metric]) ? [index] : []));
    return [metric, { lines: having, values: having.map((index) => Number(fresh[index]?.values[metric])) }];
  });
  return { at: fresh.map(({ at }) => at), steps: fresh.map((_, index) => index), metrics: new Map(points.filter(([, { lines }]) => lines.length > 0)) };
}

/** Those that fired; and of those that were held back, who was: a report tells of one automation's only once. */
const told = (turns: readonly ModelTurn[]): unknown => ({
  fired: turns.filter(({ heldBack }) => !heldBack).map(({ automationId, line: at }) => `${at} ${automationId}`).sort(),
  heldBack: [...new Set(turns.filter(({ heldBack }) => heldBack).map(({ automationId }) => automationId))].sort(),
});

describe("judging a run's values", () => {
  test("agrees with the obvious model: however the lines are cut into reports, over restarts, rewinds, and automations that come later", () => {
    fc.assert(
      fc.property(watches, fc.array(step, { minLength: 1, maxLength: 12 }), (list, steps) => {
        const model = new SlowModel();
        const live = new Live();
        let clock = 0;
        let admittedLast = false;
        let judged = 0;
        for (const [at, taken] of steps.entries()) {
          // Versions grow with each automation that comes, so those that come later have to be the later ones of the list.
          const present = list.filter(({ from }, index) => list.slice(0, index + 1).every((earlier) => earlier.from <= at) && from <= at).map(({ watch }) => watch);
          if (taken.kind === "rewind") {
            const kept = Math.floor(live.lines.length * taken.keep);
            model.rewind(kept, present, new Set(present.filter(({ run }) => run === null || admittedLast).map(({ automationId }) => automationId)));
            live.lines = live.lines.slice(0, kept);
            live.rebuild(present);
            continue;
          }
          const fresh = taken.lines.map(({ values, gap }) => ({ values, at: (clock += gap) }));
          // As after a restart, and where a newcomer may look at more values than were kept.
          if (taken.forget || present.length !== judged) live.rebuild(present);
          judged = present.length;
          const admitted = new Set(present.filter(({ run }) => run === null || taken.admitted).map(({ automationId }) => automationId));
          const expected = fresh.flatMap((known) => model.take(known, present, admitted));
          expect(told(live.report(fresh, present, () => taken.admitted))).toEqual(told(expected));
          admittedLast = taken.admitted;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
