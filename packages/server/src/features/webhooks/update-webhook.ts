import { findWebhook, lockWebhookForChange, storeWebhook } from "../../db/queries/webhooks.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireTeam } from "../secrets/index.ts";
import { recordAuditOfChange } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { checkEndpoint, checkFields } from "./check-webhook.ts";
import { nameTaken } from "./create-webhook.ts";
import { auditedChange } from "./audited-webhook.ts";
import { giveAnotherChance } from "./enable-webhook.ts";
import type { SavedWebhook, WebhookFields } from "./webhook.ts";
import { fieldsOf, savedWebhookOf, webhookFrom } from "./webhook.ts";

type Input = { team: string; id: string; enabled?: boolean } & Partial<WebhookFields>;

/** Changes what is given and leaves the rest; null takes an access token or a signing secret away. For the team's admins. */
export async function updateWebhook(services: Pick<Services, "db" | "outbound" | "secretStore" | "log" | "pipeline">, viewer: Viewer, input: Input): Promise<SavedWebhook> {
  const { team: teamName, id, enabled, ...changes } = input;
  const team = await requireTeam(services.db, viewer, teamName, "admin");
  const known = isUuid(id) ? await findWebhook(services.db, team.id, id) : null;
  if (known === null) throw notFound("Webhook");
  // Before the transaction: a name server may take its time.
  if (changes.url !== undefined) await checkEndpoint(services, viewer, changes.url, { team: team.name, webhook: known });
  return services.db.transaction(async (tx) => {
    noEvent("a webhook is none of the things that automations watch");
    await lockWebhookForChange(tx, team.id, id);
    const row = await findWebhook(tx, team.id, id);
    if (row === null) throw notFound("Webhook");
    const current = savedWebhookOf(row);
    const fields: WebhookFields = { ...fieldsOf(current), ...changes };
    await checkFields(services, tx, team.id, fields);
    try {
      await storeWebhook(tx, webhookFrom(fields, { id, entityId: team.id, enabled: enabled ?? current.enabled }));
    } catch (error) {
      throw nameTaken(error, fields.name);
    }
    if (enabled === true && !current.enabled) await giveAnotherChance(services, tx, id);
    const saved = await findWebhook(tx, team.id, id);
    if (saved === null) throw notFound("Webhook");
    const result = savedWebhookOf(saved);
    await recordAuditOfChange(tx, viewer, { action: "webhook.update", entityId: team.id, object: result, ...auditedChange(current, result) });
    return result;
  });
}
