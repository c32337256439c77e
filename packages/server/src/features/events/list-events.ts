import { eventTypes } from "@bellhop/contract";
import type { EventType } from "@bellhop/contract";
import { findEvents } from "../../db/queries/events.ts";
import { eventOf } from "../../db/rows/event-row.ts";
import { invalidAt } from "../../domain/failure.ts";
import { didYouMean, nearestName } from "../../kit/nearest-name.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { lastId, leastId } from "../../kit/id-range.ts";
import { requireVisibleScope } from "../automations/index.ts";
import { requireIdCursor } from "../id-cursor.ts";
import type { Services } from "../services.ts";
import type { EventSummary } from "./event.ts";
import { summaryOf } from "./event.ts";

export type EventQuery = {
  /** A project, or a registry by the organization's own name. */
  within: { entity: string; project: string } | { organization: string; registry: string };
  /** As the SDK or as payloads write it. */
  type?: string;
  since?: Date;
  /** Only older ones than this id. */
  before: string | null;
  limit: number;
};

/** The events of a project that the viewer may see, newest first. */
export async function listEvents(services: Pick<Services, "db">, viewer: Viewer, query: EventQuery): Promise<EventSummary[]> {
  requireIdCursor(query.before);
  const types = query.type === undefined ? eventTypes.map(({ type }) => type) : [typeNamed(query.type)];
  const project = await requireVisibleScope(services.db, viewer, query.within);
  const { since = new Date(0), before, limit } = query;
  const rows = await findEvents(services.db, { projectId: project.id, types, since, leastId: leastId(since), before: before ?? lastId, limit });
  return rows.map((row) => summaryOf(eventOf(row)));
}

function typeNamed(name: string): EventType {
  const found = eventTypes.find(({ type, friendlyName }) => type === name || friendlyName === name);
  if (found !== undefined) return found.type;
  throw invalidAt("type", `there is no event type "${name}"${didYouMean(nearestName(name, eventTypes.map(({ friendlyName }) => friendlyName)))}`);
}
