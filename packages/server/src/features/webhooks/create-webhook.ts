import { violates } from "../../db/database.ts";
import { findWebhook, insertWebhook } from "../../db/queries/webhooks.ts";
import { conflict } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireTeam } from "../secrets/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { checkEndpoint, checkFields } from "./check-webhook.ts";
import { auditedWebhook } from "./audited-webhook.ts";
import type { SavedWebhook, WebhookFields } from "./webhook.ts";
import { defaultFields, savedWebhookOf, webhookFrom } from "./webhook.ts";

type Input = { team: string } & Pick<WebhookFields, "name" | "url"> & Partial<WebhookFields>;

/** Creates a webhook of a team or of a user. For the team's admins. */
export async function createWebhook(services: Pick<Services, "db" | "outbound" | "secretStore" | "ids" | "log">, viewer: Viewer, input: Input): Promise<SavedWebhook> {
  const { team: teamName, ...given } = input;
  const team = await requireTeam(services.db, viewer, teamName, "admin");
  const fields: WebhookFields = { ...defaultFields, ...given };
  // Before the transaction: a name server may take its time.
  await checkEndpoint(services, viewer, fields.url, { team: team.name, webhook: null });
  const webhook = webhookFrom(fields, { id: services.ids(), entityId: team.id, enabled: true });
  return services.db.transaction(async (tx) => {
    noEvent("a webhook is none of the things that automations watch");
    await checkFields(services, tx, team.id, fields);
    try {
      await insertWebhook(tx, webhook, viewer.userId);
    } catch (error) {
      throw nameTaken(error, fields.name);
    }
    const saved = await findWebhook(tx, team.id, webhook.id);
    if (saved === null) throw new Error("The webhook that was just stored is not there.");
    await recordAudit(tx, viewer, { action: "webhook.create", entityId: team.id, object: webhook, after: auditedWebhook(webhook) });
    return savedWebhookOf(saved);
  });
}

/** A conflict where the error says that the name is taken, else the error itself. */
export const nameTaken = (error: unknown, name: string): unknown => (violates(error, "webhooks_entity_id_name_key") ? conflict(`A webhook named "${name}" exists already.`) : error);
