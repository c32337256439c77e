import { forbidden, invalidAt } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import type { IssuedApiKey } from "./issue-api-key.ts";
import { auditedKey, issueApiKey } from "./issue-api-key.ts";
import { requireKeyOwner } from "./key-owner.ts";

export type CreateApiKeyInput = {
  /** The key's name. */
  description: string | null;
  expiresAt?: Date | null;
  /** Whose key; the viewer's own when absent, another user's for a server administrator. */
  username?: string;
  /** A W&B key to take over, for a server administrator. */
  existing?: string | null;
};

/** Makes an API key. The key itself is in the answer, and nowhere else. */
export async function createApiKey(services: Pick<Services, "db" | "random" | "ids" | "clock">, viewer: Viewer, input: CreateApiKeyInput): Promise<IssuedApiKey> {
  noEvent("automations watch artifacts and runs, not people");
  const expiresAt = input.expiresAt ?? null;
  const existing = input.existing ?? null;
  if (expiresAt !== null && expiresAt <= services.clock.now()) throw invalidAt("expiresAt", "must be in the future");
  // Whoever could choose a key could find out, by the conflict, that it is another user's.
  if (existing !== null && !viewer.isAdmin) throw forbidden("Only an administrator of this server may import a key.");
  return services.db.transaction(async (tx) => {
    const owner = await requireKeyOwner(tx, viewer, input.username ?? null);
    const key = await issueApiKey(services, tx, owner, { description: input.description, expiresAt, existing });
    await recordAudit(tx, viewer, { action: "api_key.create", entityId: owner.entityId, object: { id: key.id, name: owner.username }, after: auditedKey(key, existing !== null) });
    return key;
  });
}
