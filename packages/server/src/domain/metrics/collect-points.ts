import { eachKey, loggedAt, stepOf } from "../run-history.ts";
import type { NewLines } from "./watch.ts";

type Row = Readonly<Record<string, unknown>>;

/**
 * Takes lines apart by metric, of those that are wanted; NaN and the infinities are left out, as they are left out of
 * windows. `at` is the time of lines that do not say when they were logged.
 */
export function collectPoints(rows: readonly Row[], wanted: { has(metric: string): boolean }, at: number): NewLines {
  const metrics = new Map<string, { lines: number[]; values: number[] }>();
  for (const [line, row] of rows.entries()) {
    eachKey(row, (key, value) => {
      if (typeof value !== "number" || !Number.isFinite(value) || !wanted.has(key)) return;
      const points = metrics.get(key);
      if (points === undefined) metrics.set(key, { lines: [line], values: [value] });
      // A line may say the same key twice, flat and nested: the first one counts.
      else if (points.lines.at(-1) !== line) {
        points.lines.push(line);
        points.values.push(value);
      }
    });
  }
  return { at: rows.map((row) => loggedAt(row) ?? at), steps: rows.map(stepOf), metrics };
}
