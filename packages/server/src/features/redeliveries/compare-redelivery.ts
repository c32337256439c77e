import { findExecution } from "../../db/queries/executions.ts";
import type { Configured, RedeliverySource } from "../../db/queries/redeliveries.ts";
import { findRedeliverySource } from "../../db/queries/redeliveries.ts";
import { variablesOf } from "../../domain/event-variables.ts";
import { notFound } from "../../domain/failure.ts";
import type { Difference } from "../../domain/json-difference.ts";
import { differencesOf } from "../../domain/json-difference.ts";
import type { Reason } from "../../domain/reason.ts";
import { showSealed } from "../../domain/template/sealed-text.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import type { Rendered } from "../../ports/action/port.ts";
import type { Services } from "../services.ts";

/** What would be sent. In place of each secret stands `${NAME}`; the webhook's address and headers are those of the time of sending. */
export type Proposal = {
  webhookId: string | null;
  /** Null for a request without a body, and where there would be none at all. */
  body: string | null;
  /** Why nothing would be sent. */
  reason: Reason | null;
};

export type Comparison = { sameBytes: Proposal; renderedAnew: Proposal; same: boolean; /** By JSON path. */ differences: readonly Difference[] };

const mostDifferences = 500;

/** Stands for the id of the execution that would be made. */
const idToCome = "00000000-0000-0000-0000-000000000000";

/** What a redelivery of the execution would send in either mode, and where the two differ; nothing is sent. For who may see the execution. */
export async function compareRedelivery(services: Pick<Services, "db" | "actions">, viewer: Viewer, input: { id: string }): Promise<Comparison> {
  const execution = isUuid(input.id) ? await findExecution(services.db, viewer.userId, input.id) : null;
  if (execution === null || execution.role === null) throw notFound("Execution");
  const source = await findRedeliverySource(services.db, execution.id);
  if (source === null) throw notFound("Execution");
  const then = renderBy(services, source, source.then, source.messageId);
  const sameBytes = proposal(source.then, then.ok && source.rendered !== null ? { ok: true, request: source.rendered } : then);
  const renderedAnew = proposal(source.today, renderBy(services, source, source.today, idToCome));
  const same = sameBytes.body === renderedAnew.body && sameBytes.webhookId === renderedAnew.webhookId && sameBytes.reason === renderedAnew.reason;
  return { sameBytes, renderedAnew, same, differences: differencesOf(readBody(sameBytes.body), readBody(renderedAnew.body), mostDifferences) };
}

function renderBy({ actions }: Pick<Services, "actions">, { event }: RedeliverySource, configured: Configured, executionId: string): Rendered {
  const { automationName, actionType, action, webhook } = configured;
  const plugIn = actions.get(actionType);
  if (plugIn === undefined) return { ok: false, reason: "action_unknown" };
  return plugIn.render({ executionId, event, automationName, action, webhook, variables: variablesOf(event, { automationName, executionId }) });
}

const proposal = ({ webhook }: Configured, rendered: Rendered): Proposal => ({
  webhookId: webhook?.id ?? null,
  body: rendered.ok && rendered.request.body !== null ? showSealed(rendered.request.body) : null,
  reason: rendered.ok ? null : rendered.reason,
});

/** The JSON of a body; a body that is none (a secret may stand where a number should) is compared as a text. */
function readBody(body: string | null): unknown {
  if (body === null) return null;
  const json = parseTolerantJson(body);
  return json.ok ? json.value : body;
}
