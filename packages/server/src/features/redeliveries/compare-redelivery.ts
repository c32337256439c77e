import { findExecution } from "../../db/queries/executions.ts";
import type { Configured, RedeliverySource } from "../../db/queries/redeliveries.ts";
import { findRedeliverySource } from "../../db/queries/redeliveries.ts";
import { notFound } from "../../domain/failure.ts";
import type { Difference } from "../../domain/json-difference.ts";
import { differencesOf } from "../../domain/json-difference.ts";
import { hideTokenOf } from "../../domain/outcome/callback-token.ts";
import type { Reason } from "../../domain/reason.ts";
import type { RenderedRequest } from "../../domain/rendered-request.ts";
import { showSealed } from "../../domain/template/sealed-text.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isUuid } from "../../kit/ids.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import { stages } from "../../pipeline/index.ts";
import type { Rendered } from "../../ports/action/port.ts";
import { shownCallbackUrl } from "../outcomes/index.ts";
import type { Services } from "../services.ts";

/** What would be sent. In place of each secret stands `${NAME}`, no token by which to report is shown; the webhook's address and headers are those of the time of sending. */
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
export async function compareRedelivery(services: Pick<Services, "db" | "actions" | "publicUrl">, viewer: Viewer, input: { id: string }): Promise<Comparison> {
  const execution = isUuid(input.id) ? await findExecution(services.db, viewer.userId, input.id) : null;
  if (execution === null || execution.role === null) throw notFound("Execution");
  const source = await findRedeliverySource(services.db, execution.id);
  if (source === null) throw notFound("Execution");
  const then = { executionId: source.messageId, earlier: source.rendered };
  const sameBytes = proposal(source, source.then, await renderBy(services, source, source.then, then));
  const renderedAnew = proposal(source, source.today, await renderBy(services, source, source.today, { executionId: idToCome, earlier: null }));
  const same = sameBytes.body === renderedAnew.body && sameBytes.webhookId === renderedAnew.webhookId && sameBytes.reason === renderedAnew.reason;
  return { sameBytes, renderedAnew, same, differences: differencesOf(readBody(sameBytes.body), readBody(renderedAnew.body), mostDifferences) };
}

function renderBy(services: Pick<Services, "actions" | "publicUrl">, { event }: RedeliverySource, { actionType, ...configured }: Configured, as: { executionId: string; earlier: RenderedRequest | null }): Promise<Rendered> {
  const job = { executionId: as.executionId, messageId: as.executionId, event, ...configured, rendered: as.earlier };
  return stages.render(services.actions.get(actionType), job, shownCallbackUrl(services));
}

const proposal = ({ messageId }: RedeliverySource, { webhook }: Configured, rendered: Rendered): Proposal => ({
  webhookId: webhook?.id ?? null,
  body: rendered.ok && rendered.request.body !== null ? hideTokenOf(messageId, showSealed(rendered.request.body)) : null,
  reason: rendered.ok ? null : rendered.reason,
});

/** The JSON of a body; a body that is none (a secret may stand where a number should) is compared as a text. */
function readBody(body: string | null): unknown {
  if (body === null) return null;
  const json = parseTolerantJson(body);
  return json.ok ? json.value : body;
}
