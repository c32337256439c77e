import { findEventType } from "@bellhop/contract";
import type { BacktestScope } from "../../db/queries/backtest.ts";
import { findEventsToJudge, findWebhookEventsToJudge } from "../../db/queries/backtest.ts";
import { eventOf } from "../../db/rows/event-row.ts";
import type { Candidate } from "../../domain/automation.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { lastId, leastId } from "../../kit/id-range.ts";
import { stages } from "../../pipeline/index.ts";
import { summaryOf } from "../events/index.ts";
import type { Backtest, BacktestFiring, BacktestNeeds, Draft, Range } from "./types.ts";

const eventsAtOnce = 1_000;
const mostEvents = 100_000;

type Input = { draft: Draft; within: BacktestScope; range: Range };

/** Asks the stored events, the newest first. Nothing but a match is asked of them, so each fires by itself. */
export async function judgeEvents({ db, limits }: BacktestNeeds, viewer: Viewer, { draft, within, range }: Input): Promise<Backtest> {
  const candidate: Candidate = { id: "draft", entityId: 0, revision: 1, name: "draft", eventFilter: draft.filter, actionType: "NO_OP", webhookId: null };
  const firings: BacktestFiring[] = [];
  const data: Backtest["data"] = { events: 0, runs: 0, values: 0, from: null, to: null, more: false };
  const find = findEventType(draft.type)?.subject === "webhook" ? findWebhookEventsToJudge : findEventsToJudge;
  for (let before = lastId; ; ) {
    const rows = await find(db, viewer.userId, within, { ...range, type: draft.type, before, leastId: leastId(range.since), limit: eventsAtOnce });
    for (const event of rows.map(eventOf)) {
      data.events += 1;
      data.to ??= event.at;
      data.from = event.at;
      if (stages.match(event, [candidate]).firings.length > 0) firings.push({ at: event.at, outcome: "fires", reason: null, event: summaryOf(event), metric: null });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < eventsAtOnce) break;
    data.more = data.events >= mostEvents || firings.length > limits.pageSize;
    if (data.more) break;
    before = last.event_id;
  }
  return { data, firings: firings.slice(0, limits.pageSize).reverse(), more: firings.length > limits.pageSize };
}
