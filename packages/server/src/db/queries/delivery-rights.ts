import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

// Each automation and webhook is judged once, however many executions of theirs a batch holds. Not a join with webhooks:
// that would be planned for all of them.
const unpermitted = sql("delivery_rights_unpermitted", `
  with asked as materialized (
    select distinct automation_id, webhook_id from executions where id = any ($1)
  ), refused as materialized (
    select automation_id, webhook_id from asked
    where not delivery_permitted(automation_id, (select entity_id from webhooks where webhooks.id = asked.webhook_id))
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
