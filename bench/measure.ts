/** Runs `work` over and over in so many lanes for so many seconds; gives how often it was done per second. */
export async function perSecond(lanes: number, seconds: number, work: (index: number) => Promise<void>): Promise<number> {
  let done = 0;
  let next = 0;
  const start = performance.now();
  const end = start + seconds * 1_000;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      next += 1;
      await work(next);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done / ((performance.now() - start) / 1_000);
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The value below which this part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export type Figure = { what: string; goal: string; measured: string; met: boolean | null };

export function print(figures: readonly Figure[]): void {
  const widths = [Math.max(...figures.map(({ what }) => what.length)), Math.max(...figures.map(({ measured }) => measured.length)), Math.max(...figures.map(({ goal }) => goal.length))];
  for (const { what, measured, goal, met } of figures) {
    console.log(`${what.padEnd(widths[0] ?? 0)}  ${measured.padStart(widths[1] ?? 0)}  ${goal.padStart(widths[2] ?? 0)}  ${met === null ? "" : met ? "met" : "MISSED"}`);
  }
}
