import type { BookEntry } from "./book.ts";
import type { MetricCondition } from "./condition.ts";
import { compares } from "./condition.ts";
import type { Track, Tracks } from "./track.ts";

/** A condition with what it measures of the new values. */
export type Tracked = { readonly condition: MetricCondition; readonly track: Track };

/** All conditions come to hold at the line; `counts` is how many new values of each condition's metric had come by then. */
export type Edge = { readonly line: number; readonly counts: readonly number[] };

/** The conditions of a watch, each beside its track. */
export function track({ watch, gauges }: BookEntry, tracks: Tracks): Tracked[] {
  return watch.conditions.flatMap((condition, index) => {
    const gauge = gauges[index];
    return gauge === undefined ? [] : [{ condition, track: tracks.of(gauge) }];
  });
}

export const heldBefore = ({ condition, track: { before } }: Tracked): boolean => compares(condition.comparison, before, condition.threshold);

export const holdsAtEnd = ({ condition, track: { series, before } }: Tracked): boolean => compares(condition.comparison, series.at(-1) ?? before, condition.threshold);

/**
 * Where all conditions come to hold together, each at the latest value of its metric; judged when a line is taken in as
 * a whole. `dormant`: they do not count as having held before, whatever they look like.
 */
export function findEdges(all: readonly Tracked[], dormant: boolean): Edge[] {
  const edges: Edge[] = [];
  const counts = all.map(() => 0);
  const truths = all.map(heldBefore);
  let held = !dormant && truths.every(Boolean);
  for (const line of linesOf(all)) {
    for (const [index, { condition, track: { lines, series } }] of all.entries()) {
      const count = counts[index] ?? 0;
      if (lines[count] !== line) continue;
      truths[index] = compares(condition.comparison, series[count] ?? Number.NaN, condition.threshold);
      counts[index] = count + 1;
    }
    const holds = truths.every(Boolean);
    if (holds && !held) edges.push({ line, counts: [...counts] });
    held = holds;
  }
  return edges;
}

/** The lines that have a value for any of the conditions, ascending. */
function linesOf(all: readonly Tracked[]): readonly number[] {
  const [only, ...others] = all.filter(({ track: { lines } }) => lines.length > 0);
  if (only === undefined || others.length === 0) return only?.track.lines ?? [];
  return [...new Set(all.flatMap(({ track: { lines } }) => lines))].sort((a, b) => a - b);
}
