/** Where a pattern, by its place in the list, was found: from `start` up to but not including `end`. */
export type Found = { pattern: number; start: number; end: number };

export type PatternFinder = {
  /** All places of all patterns, overlapping ones too, in no order. */
  all(text: string): Found[];
  /** For each pattern of which the text ends with a beginning, not the whole, the longest such end. */
  cutAtEnd(text: string): Found[];
};

/** Every pattern must be at least this long. */
export const headLength = 8;

const slots = 4096;

/**
 * Looks for many patterns at once, in time linear in the text whatever the patterns: Wu and Manber's search for their first
 * eight characters skips most of the text, and only what starts with a head found is compared in full.
 */
export function patternFinder(patterns: readonly string[]): PatternFinder {
  const short = patterns.find((pattern) => pattern.length < headLength);
  if (short !== undefined) throw new RangeError(`a pattern must have at least ${headLength} characters`);
  const byHead = Map.groupBy(patterns.keys(), (index) => (patterns[index] ?? "").slice(0, headLength));
  const skips = skipTable([...byHead.keys()]);
  const fallbacks = new Map<number, Int32Array>();
  const fallbackOf = (index: number, pattern: string): Int32Array => {
    const known = fallbacks.get(index) ?? fallbackTable(pattern);
    fallbacks.set(index, known);
    return known;
  };
  return {
    all(text) {
      const found: Found[] = [];
      for (const [head, starts] of findHeads(text, byHead, skips)) {
        for (const index of byHead.get(head) ?? []) {
          const pattern = patterns[index] ?? "";
          // True places that do not overlap cost at most one text's length; far more is a text that was made to be slow.
          const cheap = starts.length * pattern.length <= 4 * text.length + 1024;
          const places = cheap ? starts.filter((start) => text.startsWith(pattern, start)) : walk(text, pattern, fallbackOf(index, pattern)).places;
          for (const start of places) found.push({ pattern: index, start, end: start + pattern.length });
        }
      }
      return found;
    },
    cutAtEnd: (text) =>
      patterns.flatMap((pattern, index) => {
        const { matched } = walk(text.slice(-(pattern.length - 1)), pattern, fallbackOf(index, pattern));
        return matched === 0 ? [] : [{ pattern: index, start: text.length - matched, end: text.length }];
      }),
  };
}

const slot = (first: number, second: number): number => ((first << 5) ^ second) & (slots - 1);

/** For each pair of characters, by how much the window may move on when it ends in that pair. */
function skipTable(heads: readonly string[]): Uint8Array {
  const skips = new Uint8Array(slots).fill(headLength - 1);
  for (const head of heads) {
    for (let at = 1; at < headLength; at++) {
      const pair = slot(head.charCodeAt(at - 1), head.charCodeAt(at));
      skips[pair] = Math.min(skips[pair] ?? 0, headLength - 1 - at);
    }
  }
  return skips;
}

function findHeads(text: string, heads: ReadonlyMap<string, unknown>, skips: Uint8Array): Map<string, number[]> {
  const found = new Map<string, number[]>();
  let last = headLength - 1;
  while (last < text.length) {
    const skip = skips[slot(text.charCodeAt(last - 1), text.charCodeAt(last))] ?? 0;
    if (skip === 0) {
      const start = last - headLength + 1;
      const head = text.slice(start, last + 1);
      const starts = found.get(head);
      if (starts !== undefined) starts.push(start);
      else if (heads.has(head)) found.set(head, [start]);
    }
    last += skip === 0 ? 1 : skip;
  }
  return found;
}

/** Knuth, Morris and Pratt: all places, and how much of the pattern stands at the end of the text. */
function walk(text: string, pattern: string, fallback: Int32Array): { places: number[]; matched: number } {
  const places: number[] = [];
  let matched = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && pattern.charCodeAt(matched) !== unit) matched = fallback[matched - 1] ?? 0;
    if (pattern.charCodeAt(matched) === unit) matched += 1;
    if (matched === pattern.length) {
      places.push(at + 1 - matched);
      matched = fallback[matched - 1] ?? 0;
    }
  }
  return { places, matched };
}

/** For each beginning of the pattern, the length of the longest shorter one that it ends with. */
function fallbackTable(pattern: string): Int32Array {
  const table = new Int32Array(pattern.length);
  let matched = 0;
  for (let at = 1; at < pattern.length; at++) {
    while (matched > 0 && pattern[at] !== pattern[matched]) matched = table[matched - 1] ?? 0;
    if (pattern[at] === pattern[matched]) matched += 1;
    table[at] = matched;
  }
  return table;
}
