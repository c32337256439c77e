import type { Transaction } from "../../../db/database.ts";
import { findMetricScopes } from "../../../db/queries/metric-scopes.ts";
import type { LockedRun } from "../../../db/queries/run-lock.ts";
import { findRunWatches, storeRunWatches } from "../../../db/queries/run-watches.ts";
import type { RunSubject } from "../../../domain/event.ts";
import { evaluate } from "../../../domain/filter/index.ts";
import { collectPoints } from "../../../domain/metrics/collect-points.ts";
import type { Advanced, NewLines, WatchBook } from "../../../domain/metrics/index.ts";
import { advance } from "../../../domain/metrics/index.ts";
import { readState, writeState } from "../../../domain/metrics/state-text.ts";
import { runField } from "../../../domain/run-field.ts";
import type { RunState } from "../../../domain/run.ts";
import type { LineCounts, RunWindows, Services } from "../../services.ts";
import { readRunSubject } from "../run-subject.ts";
import { loadWindows } from "./load-windows.ts";
import { metricChange } from "./metric-change.ts";
import { openWatchBook } from "./watch-lists.ts";

export type JudgeNeeds = Pick<Services, "pipeline" | "publicUrl" | "watchLists" | "watchBooks" | "runWindows">;

export type NewValues = {
  /** As it was before the report. */
  run: LockedRun;
  stateAfter: RunState;
  /** New lines of history and system metrics, in the order in which they count. */
  appended: readonly Readonly<Record<string, unknown>>[];
  /** When they came. */
  at: Date;
  /** With the new lines. */
  reached: LineCounts & { columnLines: number };
  /** The execution on whose delivery they were logged, where the report said so. */
  causedBy: string | undefined;
};

/**
 * Judges the new values of a run by the automations over metrics that watch it, in the transaction that stores them, and
 * captures what comes to hold. Call it when the run is stored as it now is; the caller has locked it.
 */
export async function judgeValues(services: JudgeNeeds, tx: Transaction, values: NewValues): Promise<void> {
  const { run } = values;
  if (values.appended.length === 0) return;
  const scopes = await findMetricScopes(tx, run.project_id, run.entity_id);
  if (scopes.length === 0) return;
  const book = await openWatchBook(services, tx, scopes);
  const lines = collectPoints(values.appended, book.needed, values.at.getTime());
  const key = String(run.id);
  const inMemory = windowsInMemory(services.runWindows.get(key), values, book);
  if (lines.metrics.size === 0) {
    if (inMemory !== null) tx.afterCommit(() => services.runWindows.set(key, { ...inMemory, reached: values.reached }));
    return;
  }
  const before = inMemory ?? (await readBefore(tx, values, book));
  const subject = needsSubject(book, lines) ? await readRunSubject(tx, run.id, services.publicUrl, values.stateAfter) : null;
  const after = advance({ book, lines, windows: before.windows, state: before.state, admits: (filter) => subject !== null && evaluate(filter, (field) => runField(subject, field)) });
  await keep(services, tx, { values, subject, before, after });
  tx.afterCommit(() => services.runWindows.set(key, { reached: values.reached, book, windows: after.windows, state: after.state }));
}

/** Null where something else has happened to the run since, or the automations have changed. */
function windowsInMemory(known: RunWindows | undefined, { run }: NewValues, book: WatchBook): RunWindows | null {
  if (known?.book !== book) return null;
  const { historyLines, eventLines, rewrites } = known.reached;
  return historyLines === run.history_lines && eventLines === run.event_lines && rewrites === run.history_rewrites ? known : null;
}

async function readBefore(tx: Transaction, { run, reached }: NewValues, book: WatchBook): Promise<Pick<RunWindows, "windows" | "state">> {
  const soFar = { runId: run.id, historyLines: run.history_lines, eventLines: run.event_lines, columnLines: Math.min(run.column_lines, reached.columnLines), historyKeys: run.history_keys };
  const [windows, state] = await Promise.all([loadWindows(tx, soFar, book.needed), findRunWatches(tx, run.id)]);
  return { windows, state: readState(state) };
}

/** Run filters look at the run; it is read only where one of them is asked. */
const needsSubject = (book: WatchBook, lines: NewLines): boolean => [...lines.metrics.keys()].some((metric) => book.byMetric.get(metric)?.others.some(({ watch }) => watch.run !== null) === true);

type Outcome = { values: NewValues; subject: RunSubject | null; before: Pick<RunWindows, "state">; after: Advanced };

async function keep(services: JudgeNeeds, tx: Transaction, { values, subject, before, after }: Outcome): Promise<void> {
  const { run } = values;
  if (after.state !== before.state) await storeRunWatches(tx, { id: run.id, entityId: run.entity_id }, writeState(after.state));
  if (after.turns.length === 0) return;
  const about = subject ?? (await readRunSubject(tx, run.id, services.publicUrl, values.stateAfter));
  if (about !== null) await services.pipeline.captureChange(tx, ...after.turns.map((turn) => metricChange(turn, { run: about, causedBy: values.causedBy })));
}
