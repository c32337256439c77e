import type { Role } from "../../domain/viewer.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import { roleInAutomation } from "./role-in-automation.ts";
import { seesEvent } from "./sees-event.ts";

export type CauseRow = { id: string; automation_id: string; automation_name: string; event_type: string; created_at: Date; role: Role | null };

// Steps from primary key to primary key; bounded, although a chain ends by itself: each cause is older than its effect.
// PostgreSQL expects a hundred steps of every chain; the limit within keeps it to looking each up by its key, whatever it
// thinks of the table.
const causes = sql("execution_causes", `
  with recursive chain as (
    select cause.id, cause.event_id, 1 as step from executions as cause where cause.id = $2
    union all
    select cause.id, cause.event_id, chain.step + 1
    from chain join events as event on event.id = chain.event_id join executions as cause on cause.id = event.caused_by
    where chain.step < 100
  )
  select found.* from chain cross join lateral (
    select execution.id, execution.automation_id, revision.name as automation_name, event.type as event_type, execution.created_at,
    case when ${seesEvent} then ${roleInAutomation} end as role
    from executions as execution
    join events as event on event.id = execution.event_id
    left join projects as place on place.id = event.project_id
    join automations as automation on automation.id = execution.automation_id
    join automation_revisions as revision on revision.automation_id = execution.automation_id and revision.revision = execution.revision
    where execution.id = chain.id limit 1
  ) as found order by chain.step`);

/** The execution of that id, the one that led to its event, and so on; each with the user's role in its automation's scope, null where its event is none of theirs. */
export const findCauses = (db: Querier, userId: number, executionId: string): Promise<CauseRow[]> => db.query<CauseRow>(causes, [userId, executionId]);
