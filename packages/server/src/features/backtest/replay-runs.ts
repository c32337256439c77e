import type { BacktestScope, ReplayedRun } from "../../db/queries/backtest.ts";
import { findRunsToReplay } from "../../db/queries/backtest.ts";
import { abbreviateCondition, describeMeasured } from "../../domain/metrics/describe-condition.ts";
import type { Turn } from "../../domain/metrics/index.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { shownReason } from "../history/index.ts";
import { metricWatch, replayRun } from "../runs/index.ts";
import type { Backtest, BacktestFiring, BacktestNeeds, Draft, Range } from "./types.ts";

const mostRuns = 1_000;
/** Lines of all runs together. */
const mostLines = 5_000_000;

type Input = { draft: Draft; within: BacktestScope; range: Range };

/** Replays the runs that were alive in the range, from their first line on: cooldowns and windows reach back before it. */
export async function replayRuns({ db, limits, publicUrl }: BacktestNeeds, viewer: Viewer, { draft, within, range }: Input): Promise<Backtest> {
  const watch = metricWatch({ id: "draft", event_type: draft.type, event_filter: draft.filter, cooldown_seconds: draft.cooldownSeconds, condition_version: 1 }, "draft:0");
  if (watch === null) throw new Error("A draft that was checked could not be read.");
  const runs = await findRunsToReplay(db, viewer.userId, within, { ...range, limit: mostRuns + 1 });
  const data: Backtest["data"] = { events: 0, runs: 0, values: 0, from: null, to: null, more: runs.length > mostRuns };
  const firings: BacktestFiring[] = [];
  let lines = 0;
  for (const run of runs.slice(0, mostRuns)) {
    lines += run.history_lines + run.event_lines;
    if (lines > mostLines && data.runs > 0) {
      data.more = true;
      break;
    }
    const { turns, values, from, to } = await replayRun(db, run, watch, publicUrl);
    data.runs += 1;
    data.values += values;
    if (from !== null && (data.from === null || from < data.from.getTime())) data.from = new Date(from);
    if (to !== null && (data.to === null || to > data.to.getTime())) data.to = new Date(to);
    firings.push(...turns.filter(({ at }) => at >= range.since.getTime() && at <= range.until.getTime()).map((turn) => firingOf(run, turn)));
  }
  firings.sort((a, b) => a.at.getTime() - b.at.getTime());
  return { data, firings: firings.slice(-limits.pageSize), more: firings.length > limits.pageSize };
}

const firingOf = (run: ReplayedRun, { at, step, met, heldBack }: Turn): BacktestFiring => ({
  at: new Date(at),
  outcome: heldBack ? "skipped" : "fires",
  reason: heldBack ? shownReason("cooldown") : null,
  event: null,
  metric: {
    run: { entity: run.entity_name, project: run.project_name, id: run.name, name: run.display_name },
    condition: met.map(({ condition }) => abbreviateCondition(condition)).join(" & "),
    status: met.map(({ condition, measured }) => describeMeasured(condition, measured)).join(", "),
    step,
  },
});
