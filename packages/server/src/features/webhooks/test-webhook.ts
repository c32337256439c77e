import { findVariable } from "@bellhop/contract";
import type { Attempt } from "../../domain/execution.ts";
import { refusedAttempt } from "../../domain/execution.ts";
import { invalid } from "../../domain/failure.ts";
import { parsePayload } from "../../domain/template/index.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { secretOpener } from "../../pipeline/index.ts";
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
  if (action === undefined) return refusedAttempt("action_unknown");
  const rendered = await action.render({
    executionId,
    event: exampleEvent(services, viewer.username),
    automationName: "test",
    action: { type: "GENERIC_WEBHOOK", webhookId: webhook.id, payload: input.payload },
    webhook,
    variables,
    earlier: null,
  });
  if (!rendered.ok) return refusedAttempt(rendered.reason);
  const opened = (await secretOpener(services.db, services.secretStore)([webhook.id]))(webhook);
  return opened.ok ? action.send({ executionId, messageId: executionId, traceparent: null, request: rendered.request, webhook, secrets: opened.secrets, previousSecrets: opened.previous }) : refusedAttempt(opened.reason);
}

/** An example for each variable that the payload names. Throws invalid where an automation's payload would be refused. */
function exampleValues(webhook: SavedWebhook, payload: string | null, executionId: string): ReadonlyMap<string, unknown> {
  if (payload === null) return new Map();
  const parsed = parsePayload(payload, { secrets: grantedNames(webhook) });
  if (!parsed.ok) throw invalid(parsed.problems.map(({ path, message }) => ({ path: `payload${path === "" || path.startsWith("[") ? path : `.${path}`}`, message })));
  const values = [...parsed.variables].map((name): [string, unknown] => [name, findVariable(name)?.example]);
  return new Map([...values, ["execution_id", executionId]]);
}
