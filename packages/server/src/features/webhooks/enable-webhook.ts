import type { Transaction } from "../../db/database.ts";
import { enableWebhookById, findWebhook, lockWebhookForChange, relieveLane } from "../../db/queries/webhooks.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAuditOfChange } from "../audit/index.ts";
import { requireTeam } from "../secrets/index.ts";
import type { Services } from "../services.ts";
import { auditedChange } from "./audited-webhook.ts";
import type { SavedWebhook } from "./webhook.ts";
import { savedWebhookOf } from "./webhook.ts";

/**
 * Enables a webhook that was disabled, by hand or by the server, and lets an open circuit breaker try at once: the next
 * attempt shows whether it works, and what waits goes out as soon as it does. For the team's admins.
 */
export async function enableWebhook(services: Pick<Services, "db" | "pipeline">, viewer: Viewer, input: { team: string; id: string }): Promise<SavedWebhook> {
  return services.db.transaction(async (tx) => {
    noEvent("whether the webhook works again is told when the next attempt went through");
    const team = await requireTeam(tx, viewer, input.team, "admin");
    if (!isUuid(input.id)) throw notFound("Webhook");
    await lockWebhookForChange(tx, team.id, input.id);
    const before = await findWebhook(tx, team.id, input.id);
    if (before === null) throw notFound("Webhook");
    await enableWebhookById(tx, team.id, input.id);
    await giveAnotherChance(services, tx, input.id);
    const saved = await findWebhook(tx, team.id, input.id);
    if (saved === null) throw notFound("Webhook");
    const result = savedWebhookOf(saved);
    await recordAuditOfChange(tx, viewer, { action: "webhook.update", entityId: team.id, object: result, ...auditedChange(savedWebhookOf(before), result) });
    return result;
  });
}

/** What every way of enabling a webhook does to its lane. */
export async function giveAnotherChance(services: Pick<Services, "pipeline">, tx: Transaction, id: string): Promise<void> {
  await relieveLane(tx, id);
  services.pipeline.wake(tx);
}
