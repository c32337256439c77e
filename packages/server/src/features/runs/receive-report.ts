import type { Transaction } from "../../db/database.ts";
import type { LockedRun, RunPath } from "../../db/queries/run-lock.ts";
import { lockRun } from "../../db/queries/run-lock.ts";
import { saveProgress } from "../../db/queries/run-report.ts";
import type { LineStream, ReadLine, RunReport } from "../../domain/run.ts";
import { rangeOf, stepOf } from "../../domain/run-history.ts";
import { addRows, readKeys, writeKeys } from "../../domain/run-history-keys.ts";
import { appendedLines } from "../../domain/run-lines.ts";
import { hasEnded, statusAfterReport } from "../../domain/run-state.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { captureRunState } from "./capture-run-state.ts";
import { requireRun } from "./find-run.ts";
import { writeLines } from "./write-lines.ts";

export type ReportReceipt = {
  /** The script is asked to end. */
  stopped: boolean;
};

/**
 * Takes in what a running script reports, all of it or nothing, in one transaction: a few inserts and one update. The
 * same report twice, or reports that overlap or come out of order, leave each line once at its place.
 * Needs the role member; not_found for a run that was deleted. Captures RUN_STATE.
 */
export async function receiveReport(services: Pick<Services, "db" | "clock" | "pipeline" | "publicUrl">, viewer: Viewer, path: RunPath, report: RunReport): Promise<ReportReceipt> {
  const at = services.clock.now();
  return await services.db.transaction(async (tx) => {
    const run = requireRun(await lockRun(tx, viewer.userId, path), "member", ` "${path.entity}/${path.project}/${path.run}"`);
    const history = await takeHistory(tx, run, report.history, at);
    const eventLines = await takeLines(tx, run, { stream: "events", known: run.event_lines, incoming: textsOf(report.events), at });
    const logLines = await takeLines(tx, run, { stream: "output", known: run.log_lines, incoming: report.output, at });
    const status = statusAfterReport({ state: run.state, exitCode: run.exit_code, stopRequested: run.stop_requested }, report);
    await saveProgress(tx, run.id, {
      ...status, ...history, eventLines, logLines, summary: report.summary, systemMetrics: latestEvent(report.events, run.event_lines), at,
    });
    await captureRunState(services, tx, { runId: run.id, before: run.state, after: status.state, author: viewer.username, causedBy: viewer.causedBy });
    return { stopped: run.stop_requested && !hasEnded(status.state) };
  });
}

type Incoming = { offset: number; lines: readonly string[] } | null;

const textsOf = (incoming: RunReport["events"]): Incoming => (incoming === null ? null : { offset: incoming.offset, lines: incoming.lines.map(({ text }) => text) });

/** Gives how many lines the stream then has. */
async function takeLines(tx: Transaction, run: LockedRun, take: { stream: LineStream; known: number; incoming: Incoming; at: Date }): Promise<number> {
  const { stream, known, incoming, at } = take;
  if (incoming === null || incoming.lines.length === 0) return known;
  await writeLines(tx, { runId: run.id, entityId: run.entity_id, stream, ...incoming, known, at });
  return Math.max(known, incoming.offset + incoming.lines.length);
}

type HistoryProgress = { historyLines: number; lastStep: number | null; historyKeys: string | null };

async function takeHistory(tx: Transaction, run: LockedRun, incoming: RunReport["history"], at: Date): Promise<HistoryProgress> {
  if (incoming === null || incoming.lines.length === 0) return { historyLines: run.history_lines, lastStep: run.last_step, historyKeys: null };
  const stepsRead = new Map(incoming.lines.map(({ value }, index) => [incoming.offset + index, stepOf(value)]));
  const texts = { offset: incoming.offset, lines: incoming.lines.map(({ text }) => text) };
  const write = await writeLines(tx, { runId: run.id, entityId: run.entity_id, stream: "history", ...texts, known: run.history_lines, at, stepsRead });
  const appended = appendedLines(write, incoming);
  return {
    historyLines: Math.max(run.history_lines, incoming.offset + incoming.lines.length),
    lastStep: greatest(run.last_step, rangeOf([...stepsRead.values()])?.max ?? null),
    historyKeys: appended.length === 0 ? null : countKeys(run.history_keys, appended),
  };
}

function countKeys(stored: string, appended: readonly ReadLine[]): string {
  const keys = readKeys(stored);
  addRows(keys, appended.map(({ value }) => value));
  return writeKeys(keys);
}

const greatest = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));

/** The newest system metrics, unless the lines are older than what is known. */
function latestEvent(events: RunReport["events"], known: number): string | null {
  if (events === null || events.offset + events.lines.length < known) return null;
  return events.lines.at(-1)?.text ?? null;
}
