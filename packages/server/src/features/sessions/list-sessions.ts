import type { Session } from "../../db/queries/sessions.ts";
import { listSessionsOf } from "../../db/queries/sessions.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireIdCursor } from "../id-cursor.ts";
import type { Services } from "../services.ts";

/** The viewer's own sessions, oldest first. Up to `limit` + 1. */
export async function listSessions(services: Pick<Services, "db">, viewer: Viewer, input: { after: string | null; limit: number }): Promise<Session[]> {
  requireIdCursor(input.after);
  return listSessionsOf(services.db, viewer.userId, { after: input.after, limit: input.limit + 1 });
}
