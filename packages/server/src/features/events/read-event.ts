import { findEvent } from "../../db/queries/events.ts";
import { eventOf } from "../../db/rows/event-row.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import type { Services } from "../services.ts";
import type { EventDetails } from "./event.ts";
import { detailsOf } from "./event.ts";

/** One event, with what it was about as it was then; not_found where the viewer may not see its project, or the team that it lies in. */
export async function readEvent(services: Pick<Services, "db">, viewer: Viewer, input: { id: string }): Promise<EventDetails> {
  const row = isUuid(input.id) ? await findEvent(services.db, viewer.userId, input.id) : null;
  if (row === null) throw notFound("Event");
  return detailsOf(eventOf(row));
}
