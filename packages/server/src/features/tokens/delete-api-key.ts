import { notifyCredentials } from "../../db/queries/credentials.ts";
import { deleteApiKeyOf } from "../../db/queries/tokens.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { auditedKey } from "./issue-api-key.ts";
import { requireKeyOwner } from "./key-owner.ts";

/** Revokes a key of the viewer's own, or for a server administrator another user's. It stops working at once, in every process. */
export async function deleteApiKey(services: Pick<Services, "db" | "credentials">, viewer: Viewer, input: { id: string; username?: string }): Promise<void> {
  noEvent("automations watch artifacts and runs, not people");
  await services.db.transaction(async (tx) => {
    const owner = await requireKeyOwner(tx, viewer, input.username ?? null);
    const deleted = isUuid(input.id) ? await deleteApiKeyOf(tx, owner.userId, input.id) : null;
    if (deleted === null) throw notFound("API key");
    await recordAudit(tx, viewer, { action: "api_key.delete", entityId: owner.entityId, object: { id: deleted.id, name: owner.username }, before: auditedKey(deleted) });
    await notifyCredentials(tx);
    tx.afterCommit(services.credentials.forget);
  });
}
