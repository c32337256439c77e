import type { ApiKey } from "../../db/queries/tokens.ts";
import { listApiKeysOf } from "../../db/queries/tokens.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireIdCursor } from "../id-cursor.ts";
import type { Services } from "../services.ts";
import { requireKeyOwner } from "./key-owner.ts";

/** The viewer's own keys, oldest first; a server administrator may ask for another's. Up to `limit` + 1 of them. */
export async function listApiKeys(services: Pick<Services, "db">, viewer: Viewer, input: { username?: string; after: string | null; limit: number }): Promise<ApiKey[]> {
  requireIdCursor(input.after);
  const { userId } = await requireKeyOwner(services.db, viewer, input.username ?? null);
  return listApiKeysOf(services.db, userId, { after: input.after, limit: input.limit + 1 });
}
