/** The candidate with the fewest typing mistakes away from what was written; undefined when there are no candidates. */
export function nearestName(written: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  // A very long name is no typing mistake: compare its beginning only, so that the work stays bounded.
  const start = written.slice(0, 64);
  for (const candidate of candidates) {
    const mistakes = editDistance(start.toLowerCase(), candidate.toLowerCase());
    if (mistakes >= fewest) continue;
    fewest = mistakes;
    best = candidate;
  }
  return best;
}

/** The end of a message about a name that is not known. */
export const didYouMean = (nearest: string | undefined): string => (nearest === undefined ? "" : `; did you mean ${JSON.stringify(nearest)}?`);

/** Optimal string alignment: characters inserted, left out, replaced, or swapped with their neighbour. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped ? at(beforeLast, column - 2) + 1 : replaced);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? 0;
