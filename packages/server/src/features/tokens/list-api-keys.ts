import type { ApiKey } from "../../db/queries/tokens.ts";
import { listApiKeysOf } from "../../db/queries/tokens.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import type { Services } from "../services.ts";

/** The viewer's own keys, oldest first; a server administrator may ask for another's. Up to `limit` + 1 of them. */
export async function listApiKeys(services: Pick<Services, "db">, viewer: Viewer, input: { userId?: number; after: string | null; limit: number }): Promise<ApiKey[]> {
  const userId = input.userId ?? viewer.userId;
  if (userId !== viewer.userId && !viewer.isAdmin) throw notFound("User");
  const after = input.after !== null && isUuid(input.after) ? input.after : null;
  return listApiKeysOf(services.db, userId, { after, limit: input.limit + 1 });
}
