import type { BookEntry, Ladder, Ladders, WatchBook } from "./book.ts";
import type { Track, Tracks } from "./track.ts";
import type { NewLines, RunWatchState } from "./watch.ts";

/**
 * The watches that new values may make fire, or change anything for. Left out are those that have one condition, of every
 * run, which was and stays false, or was and stays true.
 */
export function concernedBy(book: WatchBook, { lines, tracks, state }: { lines: NewLines; tracks: Tracks; state: RunWatchState }): Set<BookEntry> {
  const found = new Set<BookEntry>();
  for (const metric of lines.metrics.keys()) {
    const concerned = book.byMetric.get(metric);
    if (concerned === undefined) continue;
    for (const entry of concerned.others) found.add(entry);
    for (const ladders of concerned.ladders) addMoved(found, ladders, tracks.of(ladders.gauge));
  }
  for (const id of state.dormant.keys()) {
    const entry = book.entries.get(id);
    if (entry?.gauges.some(({ metric }) => lines.metrics.has(metric)) === true) found.add(entry);
  }
  return found;
}

function addMoved(found: Set<BookEntry>, { above, below, either }: Ladders, track: Track): void {
  const { least, greatest, gaps } = track;
  // A gauge without any value has an empty range, and a gap in it is as good as a value below or above all others.
  addBetween(found, above, gaps ? Number.NEGATIVE_INFINITY : least, greatest);
  addBetween(found, below, least, gaps ? Number.POSITIVE_INFINITY : greatest);
  if (either.length === 0) return;
  const farthest = Math.max(Math.abs(least), Math.abs(greatest));
  addBetween(found, either, gaps || (least <= 0 && greatest >= 0) ? 0 : Math.min(Math.abs(least), Math.abs(greatest)), least > greatest ? -1 : farthest);
}

function addBetween(found: Set<BookEntry>, ladder: Ladder, from: number, to: number): void {
  for (let index = firstAtLeast(ladder, from); index < ladder.length; index += 1) {
    const step = ladder[index];
    if (step === undefined || step.threshold > to) return;
    found.add(step.entry);
  }
}

function firstAtLeast(ladder: Ladder, threshold: number): number {
  let [low, high] = [0, ladder.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ladder[middle]?.threshold ?? Number.POSITIVE_INFINITY) < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}
