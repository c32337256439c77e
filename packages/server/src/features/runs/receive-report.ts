import type { Transaction } from "../../db/database.ts";
import type { LockedRun, RunPath } from "../../db/queries/run-lock.ts";
import { lockRun } from "../../db/queries/run-lock.ts";
import { saveProgress } from "../../db/queries/run-report.ts";
import type { LineStream, ReadLine, RunReport } from "../../domain/run.ts";
import { appendedLines } from "../../domain/run-lines.ts";
import { hasEnded, statusAfterReport } from "../../domain/run-state.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { captureRunState } from "./capture-run-state.ts";
import { requireRun } from "./find-run.ts";
import { judgeValues } from "./metrics/judge-values.ts";
import type { JudgeNeeds } from "./metrics/judge-values.ts";
import { takeHistory } from "./take-history.ts";
import { writeLines } from "./write-lines.ts";

export type ReportReceipt = {
  /** The script is asked to end. */
  stopped: boolean;
};

/**
 * Takes in what a running script reports, all of it or nothing, in one transaction: a few inserts and one update. The
 * same report twice, or reports that overlap or come out of order, leave each line once at its place.
 * Needs the role member; not_found for a run that was deleted. Captures RUN_STATE and the events of metrics.
 */
export async function receiveReport(services: Pick<Services, "db" | "clock"> & JudgeNeeds, viewer: Viewer, path: RunPath, report: RunReport): Promise<ReportReceipt> {
  const at = services.clock.now();
  return await services.db.transaction(async (tx) => {
    const run = requireRun(await lockRun(tx, viewer.userId, path), "member", ` "${path.entity}/${path.project}/${path.run}"`);
    const { appended: historyRows, ...history } = await takeHistory(tx, run, report.history, at);
    const events = await takeLines(tx, run, { stream: "events", known: run.event_lines, incoming: textsOf(report.events), at });
    const output = await takeLines(tx, run, { stream: "output", known: run.log_lines, incoming: report.output, at });
    const status = statusAfterReport({ state: run.state, exitCode: run.exit_code, stopRequested: run.stop_requested }, report);
    await saveProgress(tx, run.id, {
      ...status, ...history, eventLines: events.known, logLines: output.known, summary: report.summary, systemMetrics: latestEvent(report.events, run.event_lines), at,
    });
    await judgeValues(services, tx, {
      run, stateAfter: status.state, appended: [...historyRows, ...valuesOf(report.events, events.fresh)], at, causedBy: viewer.causedBy,
      reached: { historyLines: history.historyLines, eventLines: events.known, rewrites: history.historyRewrites, columnLines: history.columnLines },
    });
    await captureRunState(services, tx, { runId: run.id, before: run.state, after: status.state, author: viewer.username, causedBy: viewer.causedBy });
    return { stopped: run.stop_requested && !hasEnded(status.state) };
  });
}

type Incoming = { offset: number; lines: readonly string[] } | null;

const textsOf = (incoming: RunReport["events"]): Incoming => (incoming === null ? null : { offset: incoming.offset, lines: incoming.lines.map(({ text }) => text) });

type Taken = { /** How many lines the stream then has. */ known: number; /** Indexes of the lines that it did not have before. */ fresh: readonly number[] };

async function takeLines(tx: Transaction, run: LockedRun, take: { stream: LineStream; known: number; incoming: Incoming; at: Date }): Promise<Taken> {
  const { stream, known, incoming, at } = take;
  if (incoming === null || incoming.lines.length === 0) return { known, fresh: [] };
  const { fresh } = await writeLines(tx, { runId: run.id, entityId: run.entity_id, stream, ...incoming, known, at });
  return { known: Math.max(known, incoming.offset + incoming.lines.length), fresh };
}

const valuesOf = (events: RunReport["events"], fresh: readonly number[]): ReadLine["value"][] => (events === null ? [] : appendedLines({ fresh }, events).map(({ value }) => value));

/** The newest system metrics, unless the lines are older than what is known. */
function latestEvent(events: RunReport["events"], known: number): string | null {
  if (events === null || events.offset + events.lines.length < known) return null;
  return events.lines.at(-1)?.text ?? null;
}
