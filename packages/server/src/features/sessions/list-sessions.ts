import type { Session } from "../../db/queries/sessions.ts";
import { listSessionsOf } from "../../db/queries/sessions.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import type { Services } from "../services.ts";

/** The viewer's own sessions, oldest first. Up to `limit` + 1. */
export const listSessions = (services: Pick<Services, "db">, viewer: Viewer, input: { after: string | null; limit: number }): Promise<Session[]> =>
  listSessionsOf(services.db, viewer.userId, { after: input.after !== null && isUuid(input.after) ? input.after : null, limit: input.limit + 1 });
