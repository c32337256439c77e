import { findVariable } from "@bellhop/contract";
import { findGrantedSecrets } from "../../db/queries/granted-secrets.ts";
import type { SealedSecretRow } from "../../db/queries/granted-secrets.ts";
import type { Attempt } from "../../domain/execution.ts";
import { invalid } from "../../domain/failure.ts";
import type { Reason } from "../../domain/reason.ts";
import { parsePayload } from "../../domain/template/index.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { SecretUnreadable } from "../../ports/secret-store/port.ts";
import { requireTeam } from "../secrets/index.ts";
import type { Services } from "../services.ts";
import { exampleEvent } from "./example-event.ts";
import { grantedNames } from "../../domain/webhook.ts";
import { readWebhook } from "./list-webhooks.ts";
import type { SavedWebhook } from "./webhook.ts";

type Needs = Pick<Services, "db" | "actions" | "secretStore" | "ids" | "clock">;

/**
 * Sends one request exactly as a delivery would, with example values for the variables, and tells what was sent and
 * what came back, secrets masked. Nothing is stored, nothing is tried again. A disabled webhook can be tested: that is
 * how one finds out whether it may be enabled again. `payload` is the text of a JSON object; null sends `{}`.
 */
export async function testWebhook(services: Needs, viewer: Viewer, input: { team: string; id: string; payload: string | null }): Promise<Attempt> {
  await requireTeam(services.db, viewer, input.team, "admin");
  const webhook = { ...(await readWebhook(services, viewer, input)), enabled: true };
  const executionId = services.ids();
  const variables = exampleValues(webhook, input.payload, executionId);
  const action = services.actions.get("GENERIC_WEBHOOK");
  if (action === undefined) return refused("action_unknown");
  const rendered = action.render({
    executionId,
    event: exampleEvent(services, viewer.username),
    automationName: "test",
    action: { type: "GENERIC_WEBHOOK", webhookId: webhook.id, payload: input.payload },
    webhook,
    variables,
  });
  if (!rendered.ok) return refused(rendered.reason);
  const secrets = await openSecrets(services, webhook);
  return secrets === null ? refused("secret_unreadable") : action.send({ executionId, messageId: executionId, request: rendered.request, webhook, secrets });
}

/** An example for each variable that the payload names. Throws invalid where an automation's payload would be refused. */
function exampleValues(webhook: SavedWebhook, payload: string | null, executionId: string): ReadonlyMap<string, unknown> {
  if (payload === null) return new Map();
  const parsed = parsePayload(payload, { secrets: grantedNames(webhook) });
  if (!parsed.ok) throw invalid(parsed.problems.map(({ path, message }) => ({ path: `payload${path === "" || path.startsWith("[") ? path : `.${path}`}`, message })));
  const values = [...parsed.variables].map((name): [string, unknown] => [name, findVariable(name)?.example]);
  return new Map([...values, ["execution_id", executionId]]);
}

const refused = (reason: Reason): Attempt => ({ outcome: "refused", reason, request: null, response: null, timing: null, retryAfterMs: null, final: true });

/** The secrets granted to the webhook, by name; null when one of them does not open. */
async function openSecrets(services: Pick<Services, "db" | "secretStore">, webhook: SavedWebhook): Promise<ReadonlyMap<string, string> | null> {
  const secrets = new Map<string, string>();
  try {
    for (const row of await findGrantedSecrets(services.db, [webhook.id])) secrets.set(row.name, await open(services, row));
  } catch (error) {
    if (error instanceof SecretUnreadable) return null;
    throw error;
  }
  return secrets;
}

const open = ({ secretStore }: Pick<Services, "secretStore">, row: SealedSecretRow): Promise<string> =>
  secretStore.open(
    { keyId: row.key_id, wrapNonce: row.wrap_nonce, wrappedKey: row.wrapped_key, nonce: row.nonce, ciphertext: row.ciphertext },
    { entityId: String(row.entity_id), secretId: row.id, version: row.version },
  );
