import { notifyCredentials } from "../../db/queries/credentials.ts";
import { deleteSessionOf } from "../../db/queries/sessions.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { noEvent } from "../../pipeline/index.ts";
import { noViewer } from "../access/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";

/** Ends one of the viewer's own sessions, or with the id `current` the one that the request came with. It stops working at once, in every process. */
export async function endSession(services: Pick<Services, "db" | "credentials">, viewer: Viewer, input: { id: string }): Promise<void> {
  noViewer("the statement finds only sessions of the viewer's own");
  noEvent("automations watch artifacts and runs, not people");
  const id = input.id === "current" ? currentSession(viewer) : input.id;
  await services.db.transaction(async (tx) => {
    const ended = id !== null && isUuid(id) ? await deleteSessionOf(tx, viewer.userId, id) : null;
    if (ended === null) throw notFound("Session");
    await recordAudit(tx, viewer, { action: "session.delete", entityId: viewer.entityId, object: { id: ended.id, name: viewer.username }, before: { address: ended.address, userAgent: ended.userAgent } });
    await notifyCredentials(tx);
    tx.afterCommit(services.credentials.forget);
  });
}

/** Id of the session that the request came with; null when it came with an API key. */
export function currentSession(viewer: Viewer): string | null {
  const credential = viewer.origin?.credential;
  return credential?.kind === "session" ? credential.id : null;
}
