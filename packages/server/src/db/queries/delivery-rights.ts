import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

// Each automation and webhook is judged once, however many executions of theirs a batch holds.
const unpermitted = sql("delivery_rights_unpermitted", `
  with asked as materialized (
    select distinct automation_id, webhook_id from executions where id = any ($1)
  ), refused as materialized (
    select asked.automation_id, asked.webhook_id from asked left join webhooks as webhook on webhook.id = asked.webhook_id
    where not delivery_permitted(asked.automation_id, webhook.entity_id)
  )
  select execution.id from executions as execution
  join refused on refused.automation_id = execution.automation_id and refused.webhook_id is not distinct from execution.webhook_id
  where execution.id = any ($1)`);

const authorPermitted = sql("delivery_rights_author", "select automation_author_permitted($1) as permitted");

/** Of these executions, the ones that may no longer be sent: whoever the automation acts for has lost the rights. */
export async function findUnpermittedExecutions(db: Querier, executionIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ id: string }>(unpermitted, [executionIds]);
  return new Set(rows.map(({ id }) => id));
}

/** Whether whoever last said what the automation does may still say so. */
export async function authorIsPermitted(db: Querier, automationId: string): Promise<boolean> {
  return (await db.query<{ permitted: boolean }>(authorPermitted, [automationId]))[0]?.permitted ?? true;
}
