import { deleteApiKeyOf } from "../../db/queries/tokens.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import type { Services } from "../services.ts";

/** Revokes a key of the viewer's own. It stops working within a second. */
export async function deleteApiKey(services: Pick<Services, "db">, viewer: Viewer, input: { id: string }): Promise<void> {
  if (!isUuid(input.id) || !(await deleteApiKeyOf(services.db, viewer.userId, input.id))) throw notFound("API key");
}
