import { deleteSecretById, findWebhooksOfSecret, lockSecretForChange } from "../../db/queries/secrets.ts";
import { conflict, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { requireTeam } from "./permissions.ts";

/** Deletes the secret; a conflict as long as webhooks name it. For the team's admins. */
export async function deleteSecret(services: Pick<Services, "db">, viewer: Viewer, input: { team: string; name: string }): Promise<void> {
  await services.db.transaction(async (tx) => {
    noEvent("a secret is none of the things that automations watch");
    const team = await requireTeam(tx, viewer, input.team, "admin");
    const secret = await lockSecretForChange(tx, team.id, input.name);
    if (secret === null) throw notFound(`Secret "${input.name}"`);
    const users = await findWebhooksOfSecret(tx, team.id, input.name);
    if (users.length > 0) throw conflict(`The secret "${input.name}" is used by ${webhooks(users.map(({ name }) => name))}; take it out there first.`);
    await deleteSecretById(tx, secret.id);
    await recordAudit(tx, viewer, { action: "secret.delete", entityId: team.id, object: { id: secret.id, name: input.name }, before: { version: secret.version } });
  });
}

const webhooks = (names: readonly string[]): string => `the webhook${names.length === 1 ? "" : "s"} ${names.map((name) => `"${name}"`).join(", ")}`;
