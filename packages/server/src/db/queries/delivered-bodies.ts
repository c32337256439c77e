import type { RenderedRequest } from "../../domain/rendered-request.ts";
import { readRendered } from "../../domain/rendered-request.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

const renderedOfWebhook = sql("delivered_body", "select rendered from executions where id = $1 and webhook_id = $2");

/** What an execution sent to that webhook, its secrets still names; null when there is no such execution, or it has sent nothing. */
export async function findDelivered(db: Querier, executionId: string, webhookId: string): Promise<RenderedRequest | null> {
  const [row] = await db.query<{ rendered: unknown }>(renderedOfWebhook, [executionId, webhookId]);
  return row === undefined ? null : readRendered(row.rendered);
}
