import type { Querier } from "../../../db/database.ts";
import type { ReplayedRun } from "../../../db/queries/backtest.ts";
import type { RunSubject } from "../../../domain/event.ts";
import type { ExplainedMetric } from "../../../domain/metrics/explain-watch.ts";
import { explainWatch } from "../../../domain/metrics/explain-watch.ts";
import { evaluate } from "../../../domain/filter/index.ts";
import type { MetricWatch, RunWatchState, Turn, Windows } from "../../../domain/metrics/index.ts";
import { advance, nothingSeen, watchBook } from "../../../domain/metrics/index.ts";
import { runField } from "../../../domain/run-field.ts";
import { readRunSubject } from "../run-subject.ts";
import { replayLines } from "./replay-lines.ts";

export type Replay = {
  /** In the order of the lines. */
  turns: Turn[];
  /** How many finite values of the watched metrics there were, and when the first and the last of them were logged. */
  values: number;
  from: number | null;
  to: number | null;
  /** Each condition at the end. */
  conditions: ExplainedMetric[];
  /** The run as its filter sees it; null when it is gone. */
  subject: RunSubject | null;
};

/**
 * Judges all that a run has logged by one automation, as if that had been there from the beginning. It is the very code
 * that judges live. The run filter sees the run as it is today: what it was at each line is not kept.
 */
export async function replayRun(db: Querier, run: ReplayedRun, watch: MetricWatch, publicUrl: string): Promise<Replay> {
  const subject = await readRunSubject(db, run.id, publicUrl, run.state);
  const book = watchBook(new Map([[watch.scope, watch.since]]), [watch]);
  const replay: Replay = { turns: [], values: 0, from: null, to: null, conditions: [], subject };
  let [windows, state]: [Windows, RunWatchState] = [new Map(), nothingSeen];
  for await (const lines of replayLines(db, run, new Set(book.needed.keys()))) {
    for (const [metric, points] of lines.metrics) {
      if (!book.needed.has(metric)) continue;
      replay.values += points.values.length;
      for (const line of [points.lines[0], points.lines.at(-1)]) {
        const at = line === undefined ? undefined : lines.at[line];
        if (at === undefined) continue;
        replay.from = Math.min(replay.from ?? at, at);
        replay.to = Math.max(replay.to ?? at, at);
      }
    }
    const next = advance({ book, windows, state, lines, admits: (filter) => subject !== null && evaluate(filter, (field) => runField(subject, field)) });
    replay.turns.push(...next.turns);
    [windows, state] = [next.windows, next.state];
  }
  replay.conditions = explainWatch(watch, windows);
  return replay;
}
