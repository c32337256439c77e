import type { EventType } from "@bellhop/contract";
import type { AnyScopeKind } from "../../domain/event.ts";
import type { Reason } from "../../domain/reason.ts";
import type { Querier } from "../database.ts";
import { sql } from "../database.ts";
import type { EventRow } from "../rows/event-row.ts";
import { eventColumns } from "../rows/event-row.ts";
import { scopesOf } from "./event-scopes.ts";

/** An event beside an automation: the revision that decided, what it watched, and what became of the event. */
export type ExplanationRow = EventRow & {
  automation_id: string;
  /** The automation was made after the event. */
  created_later: boolean;
  revision: number;
  revision_at: Date;
  automation_name: string;
  watched_type: EventType;
  event_filter: string;
  scope_kind: AnyScopeKind;
  scope_id: number;
  /** As it is called today; null when it is gone. */
  scope_name: string | null;
  in_scope: boolean;
  execution_id: string | null;
  skipped: boolean | null;
  reason: Reason | null;
};

// The revision: the one that the execution points to, else the one that stood when the event was stored, else today's.
// Revisions and events are never changed, so what is told of a firing today is told of it at any later time.
const rows = `
  select ${eventColumns},
    automation.id as automation_id, automation.created_at > event.created_at as created_later,
    revision.revision, revision.created_at as revision_at, revision.name as automation_name, revision.event_type as watched_type, revision.event_filter,
    watched.kind as scope_kind, watched.id as scope_id,
    case watched.kind when 'collection' then (select name from artifact_collections where id = watched.id)
      when 'project' then (select name from projects where id = watched.id) when 'run' then (select name from runs where id = watched.id) else (select name from entities where id = watched.id) end as scope_name,
    execution.id is not null or exists (
      select from ${scopesOf({ collection: "(event.subject ->> 'collectionId')::bigint", run: "event.run_id", project: "event.project_id", entity: "event.entity_id" })}
      where scope.kind = watched.kind and scope.id = watched.id) as in_scope,
    execution.id as execution_id, execution.status = 'skipped' as skipped, execution.reason
  from events as event
  join automations as automation on automation.id = $1
  left join executions as execution on execution.event_id = event.id and execution.automation_id = automation.id and execution.redelivery_of is null
  join automation_revisions as revision on revision.automation_id = automation.id and revision.revision = coalesce(execution.revision,
    (select max(earlier.revision) from automation_revisions as earlier where earlier.automation_id = automation.id and earlier.created_at <= event.created_at),
    automation.revision)
  cross join lateral (select coalesce(revision.scope_kind, automation.scope_kind) as kind, coalesce(revision.scope_id, automation.scope_id) as id) as watched`;

const ofEvent = sql("explanations_of_event", `${rows} where event.id = $2`);
// Values of metrics are judged by each automation for itself: what another one was told is no answer here.
const ofRun = sql("explanations_of_run", `${rows} where event.run_id = $2 and event.type = any ($3::text[])
  and coalesce(event.subject #>> '{metric,automationId}' = automation.id::text, true) order by event.id desc limit $4`);

/** The event beside the automation. Asks for nobody's role. */
export async function findExplanation(db: Querier, automationId: string, eventId: string): Promise<ExplanationRow | null> {
  return (await db.query<ExplanationRow>(ofEvent, [automationId, eventId]))[0] ?? null;
}

/** The run's events of these types beside the automation, newest first. Asks for nobody's role. */
export const findExplanationsOfRun = (db: Querier, automationId: string, run: { id: number; types: readonly EventType[]; limit: number }): Promise<ExplanationRow[]> =>
  db.query<ExplanationRow>(ofRun, [automationId, run.id, run.types, run.limit]);
