import type { Querier } from "../../db/database.ts";
import { violates } from "../../db/database.ts";
import type { ApiKey } from "../../db/queries/tokens.ts";
import { insertApiKey } from "../../db/queries/tokens.ts";
import type { AuditDetails } from "../../domain/audit.ts";
import { conflict, invalidAt } from "../../domain/failure.ts";
import { hashApiKey, isPlausibleApiKey, newApiKey } from "../../kit/api-key.ts";
import type { Services } from "../services.ts";

export type IssuedApiKey = ApiKey & { apiKey: string };
export type KeyOwner = { userId: number; entityId: number; username: string };
type Wanted = { description: string | null; expiresAt?: Date | null; existing?: string | null };

/** Makes a key for a user, or takes over `existing`; no permission is checked. The key itself is given this once. */
export async function issueApiKey(services: Pick<Services, "random" | "ids">, db: Querier, owner: KeyOwner, key: Wanted): Promise<IssuedApiKey> {
  const apiKey = key.existing ?? newApiKey(services.random);
  if (!isPlausibleApiKey(apiKey)) throw invalidAt("apiKey", "is not a W&B API key: it needs 40 or more letters, digits, - and _, after an optional prefix and dash");
  try {
    const row = await insertApiKey(db, { id: services.ids(), userId: owner.userId, entityId: owner.entityId, hash: hashApiKey(apiKey), description: key.description, ending: apiKey.slice(-4), expiresAt: key.expiresAt ?? null });
    return { ...row, apiKey };
  } catch (error) {
    if (violates(error, "api_keys_hash_key")) throw conflict("That API key is already in use on this server.");
    throw error;
  }
}

/** What the audit log tells of a key. */
export const auditedKey = ({ description, ending, expiresAt }: ApiKey, imported = false): AuditDetails => ({ name: description, ending, expiresAt: expiresAt?.toISOString() ?? null, ...(imported ? { imported } : {}) });
