import { findWebhook, findWebhooks } from "../../db/queries/webhooks.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { findVisibleEntity } from "../access/index.ts";
import { requireTeam } from "../secrets/index.ts";
import type { Services } from "../services.ts";
import type { SavedWebhook } from "./webhook.ts";
import { savedWebhookOf } from "./webhook.ts";

/** The team's webhooks in the order of their names, beginning behind the name `after`. For everybody in the team. */
export async function listWebhooks(services: Pick<Services, "db">, viewer: Viewer, input: { team: string; after: string | null; limit: number }): Promise<SavedWebhook[]> {
  const team = await requireTeam(services.db, viewer, input.team, "viewer");
  const rows = await findWebhooks(services.db, team.id, { after: input.after ?? "", offset: 0, limit: input.limit });
  return rows.map(savedWebhookOf);
}

/** The webhooks of any entity; none where the viewer may not see it, and none of an organization, which never has any. */
export async function listEntityWebhooks(services: Pick<Services, "db">, viewer: Viewer, input: { entityId: number; offset: number; limit: number }): Promise<SavedWebhook[]> {
  const entity = await findVisibleEntity(services.db, viewer, { id: input.entityId });
  if (entity === null) return [];
  const rows = await findWebhooks(services.db, entity.id, { after: "", offset: input.offset, limit: input.limit });
  return rows.map(savedWebhookOf);
}

/** One webhook of the team. For everybody in the team. */
export async function readWebhook(services: Pick<Services, "db">, viewer: Viewer, input: { team: string; id: string }): Promise<SavedWebhook> {
  const team = await requireTeam(services.db, viewer, input.team, "viewer");
  const row = isUuid(input.id) ? await findWebhook(services.db, team.id, input.id) : null;
  if (row === null) throw notFound("Webhook");
  return savedWebhookOf(row);
}
