import type { EventType } from "@bellhop/contract";
import { findEvent } from "../../db/queries/events.ts";
import { findExplanation, findExplanationsOfRun } from "../../db/queries/explanations.ts";
import { notFound } from "../../domain/failure.ts";
import { metricEventTypes } from "../../domain/metrics/watch.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import type { SavedAutomation } from "../automations/index.ts";
import { readAutomation, watchesMetrics } from "../automations/index.ts";
import type { RunPath } from "../runs/index.ts";
import { requireRunAt } from "../runs/index.ts";
import type { Services } from "../services.ts";
import type { Explanation } from "./explanation.ts";
import { explanationOf } from "./explanation.ts";
import type { MetricStanding } from "./metric-standing.ts";
import { metricStanding } from "./metric-standing.ts";

/** One event, or every event of a run. */
export type ExplainTarget = { event: string } | { run: RunPath };

type Needs = Pick<Services, "db" | "limits" | "publicUrl">;

export type Explanations = { explanations: Explanation[]; /** For an automation over metrics and a run. */ metrics: MetricStanding | null };

/**
 * Why the automation fired for an event, or why not; for a run, that of each of its events, newest first. Throws
 * not_found for an automation, an event or a run that the viewer may not see.
 */
export async function explainAutomation(services: Needs, viewer: Viewer, input: { id: string; target: ExplainTarget }): Promise<Explanations> {
  const automation = await readAutomation(services, viewer, input);
  return "event" in input.target ? { explanations: [await explainEvent(services, viewer, automation.id, input.target.event)], metrics: null } : explainRun(services, viewer, automation, input.target.run);
}

async function explainEvent({ db }: Needs, viewer: Viewer, automationId: string, eventId: string): Promise<Explanation> {
  const event = isUuid(eventId) ? await findEvent(db, viewer.userId, eventId) : null;
  const row = event === null ? null : await findExplanation(db, automationId, event.event_id);
  if (row === null) throw notFound("Event");
  return explanationOf(row);
}

/**
 * Which events of a run are judged: its states, which are stored whether or not an automation wants them; for an
 * automation over metrics what it was told, since values that came to nothing raise no event: how its conditions stand
 * is told beside it.
 */
const judgedOfRun = ({ event }: SavedAutomation): readonly EventType[] => (watchesMetrics(event.type) ? metricEventTypes : ["RUN_STATE"]);

async function explainRun(services: Needs, viewer: Viewer, automation: SavedAutomation, path: RunPath): Promise<Explanations> {
  const run = await requireRunAt(services, viewer, path, "viewer");
  const rows = await findExplanationsOfRun(services.db, automation.id, { id: run.id, types: judgedOfRun(automation), limit: services.limits.pageSize });
  return { explanations: rows.map(explanationOf), metrics: await metricStanding(services, automation, run.id) };
}
