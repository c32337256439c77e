import { deleteWebhookById, findEnabledAutomationsOfWebhook, findWebhook, lockWebhookForChange } from "../../db/queries/webhooks.ts";
import { conflict, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireTeam } from "../secrets/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { auditedWebhook } from "./audited-webhook.ts";
import { savedWebhookOf } from "./webhook.ts";

/**
 * Deletes the webhook. A conflict as long as enabled automations call it, unless `force`: their deliveries then fail
 * with the reason webhook_missing. For the team's admins.
 */
export async function deleteWebhook(services: Pick<Services, "db">, viewer: Viewer, input: { team: string; id: string; force: boolean }): Promise<void> {
  await services.db.transaction(async (tx) => {
    noEvent("a webhook is none of the things that automations watch");
    const team = await requireTeam(tx, viewer, input.team, "admin");
    if (!isUuid(input.id)) throw notFound("Webhook");
    await lockWebhookForChange(tx, team.id, input.id);
    const webhook = await findWebhook(tx, team.id, input.id);
    if (webhook === null) throw notFound("Webhook");
    const automations = input.force ? [] : await findEnabledAutomationsOfWebhook(tx, input.id);
    if (automations.length > 0) throw conflict(`The webhook "${webhook.name}" is called by the automations ${automations.map((name) => `"${name}"`).join(", ")}; disable them first, or delete with force=true.`);
    await deleteWebhookById(tx, team.id, input.id);
    await recordAudit(tx, viewer, { action: "webhook.delete", entityId: team.id, object: webhook, before: auditedWebhook(savedWebhookOf(webhook)) });
  });
}
