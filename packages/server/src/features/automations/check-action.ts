import type { Problem } from "@bellhop/contract";
import type { Querier } from "../../db/database.ts";
import { findWebhookForAutomation } from "../../db/queries/webhooks.ts";
import type { WebhookForAutomation } from "../../db/queries/webhooks.ts";
import type { AutomationAction } from "../../domain/automation.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import { parsePayload } from "../../domain/template/index.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { requireRole } from "../access/index.ts";
import { grantedNames } from "../../domain/webhook.ts";
import { joinPath } from "./check-event.ts";
import type { VisibleScope } from "./permissions.ts";

/** What an automation is to do, as a user says it. A webhook without a team is one of the scope's owner. */
export type ActionInput =
  | { type: "GENERIC_WEBHOOK"; webhook: { id: string } | { team: string | null; name: string }; /** Text of a JSON object. */ payload: string | null }
  | { type: "NO_OP" };

export type CheckedAction = { ok: true; action: AutomationAction } | { ok: false; problems: readonly Problem[] };

/**
 * Checks what an automation is to do. `current` is what it does already: who edits an automation may leave it the
 * webhook that it has, without a role in that webhook's team. Throws not_found or forbidden for a webhook.
 */
export async function checkAction(db: Querier, viewer: Viewer, input: ActionInput, context: { scope: VisibleScope; current: AutomationAction | null }): Promise<CheckedAction> {
  if (input.type === "NO_OP") return { ok: true, action: { type: "NO_OP" } };
  const { scope, current } = context;
  const webhook = await findWebhook(db, viewer, input.webhook, scope);
  const keeps = current?.type === "GENERIC_WEBHOOK" && current.webhookId === idOf(webhook, input.webhook);
  // The webhook was deleted meanwhile; renaming or disabling the automation must still be possible.
  if (keeps && current.payload === input.payload) return { ok: true, action: current };
  if (webhook === null) throw notFound("Webhook");
  if (!keeps) requireUse(webhook, scope);
  const problems = input.payload === null ? [] : payloadProblems(input.payload, webhook);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, action: { type: "GENERIC_WEBHOOK", webhookId: webhook.id, payload: input.payload } };
}

const idOf = (webhook: WebhookForAutomation | null, which: { id: string } | { name: string }): string | null => webhook?.id ?? ("id" in which ? which.id : null);

async function findWebhook(db: Querier, viewer: Viewer, which: { id: string } | { team: string | null; name: string }, scope: VisibleScope): Promise<WebhookForAutomation | null> {
  if ("id" in which) return isUuid(which.id) ? findWebhookForAutomation(db, viewer.userId, { id: which.id.toLowerCase() }) : null;
  const team = which.team ?? scope.entity_name;
  if (which.team === null && scope.entity_kind === "organization") throw invalidAt("action.team", "is required beside a webhook's name: webhooks belong to teams, and this scope is an organization's");
  return findWebhookForAutomation(db, viewer.userId, { team, name: which.name });
}

/** Members of a team use its webhooks; an organization's automations only those of its own teams. */
function requireUse(webhook: WebhookForAutomation, scope: VisibleScope): void {
  if (webhook.role === null) throw notFound("Webhook");
  requireRole(webhook.role, "member", "in the team that owns the webhook");
  if (scope.entity_kind === "organization" && webhook.organization_id !== scope.organization_id) throw invalidAt("action.webhook", "belongs to no team of this organization");
}

function payloadProblems(payload: string, webhook: WebhookForAutomation): Problem[] {
  const secrets = grantedNames({ accessToken: webhook.access_token, signingSecret: webhook.signing_secret, secretNames: webhook.secret_names });
  const parsed = parsePayload(payload, { secrets });
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => ({ path: joinPath("action.payload", path), message }));
}
