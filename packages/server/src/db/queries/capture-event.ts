import type { Candidate } from "../../domain/automation.ts";
import type { Change } from "../../domain/event.ts";
import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";
import { findActionType } from "../../domain/automation.ts";

type CandidateRow = { event_id: string; at: Date; id: string | null; entity_id: number; revision: number; name: string; event_filter: string; action_type: string; webhook_id: string | null };

// Storing events and finding the automations in their scopes is one round trip, however many events there are, because
// every change pays for it. An event is in scope of its collection, its project, the entity that owns the project, and
// that team's organization. The left join gives an event's time also where no automation is in its scope. What an
// automation does (its payload may be large) is not read here: executions point to its revision.
const captureEvents = sql("capture_events", `
  with captured as (
    select * from json_to_recordset($1) as row (id uuid, entity_id bigint, project_id bigint, collection_id bigint, type text, author text, subject jsonb)
  ), event as (
    insert into events (id, entity_id, project_id, type, author, subject)
    select id, entity_id, project_id, type, author, subject from captured
    returning id, created_at
  )
  select event.id as event_id, event.created_at as at,
    automation.id, automation.entity_id, automation.revision, automation.name, automation.event_filter, automation.action_type, automation.webhook_id
  from event join captured using (id) left join lateral (
    select found.* from (values
      ('collection', captured.collection_id), ('project', captured.project_id), ('entity', captured.entity_id),
      ('entity', (select organization.entity_id from teams join organizations as organization on organization.id = teams.organization_id where teams.entity_id = captured.entity_id))
    ) as scope (kind, id)
    join automations as found on found.event_type = captured.type and found.scope_kind = scope.kind and found.scope_id = scope.id
      and found.enabled and found.deleted_at is null
  ) as automation on true`);

export type StoredEvent = { at: Date; candidates: Candidate[] };

/** Stores the events; gives, by event id, its time and the automations whose scope it is in, each with its filter still unread. */
export async function insertEventsAndFindAutomations(tx: Transaction, changes: readonly (Change & { id: string })[]): Promise<Map<string, StoredEvent>> {
  const rows = changes.map(({ id, type, author, subject }) => ({ id, entity_id: subject.entityId, project_id: subject.projectId, collection_id: "collectionId" in subject ? subject.collectionId : null, type, author, subject }));
  // PostgreSQL's JSON types hold no NUL; metadata of clients may.
  const found = await tx.query<CandidateRow>(captureEvents, [JSON.stringify(rows).replaceAll("\\u0000", "\\ufffd")]);
  const stored = new Map<string, StoredEvent>();
  for (const row of found) {
    const event = stored.get(row.event_id) ?? { at: row.at, candidates: [] };
    stored.set(row.event_id, event);
    if (row.id !== null) event.candidates.push({ id: row.id, entityId: row.entity_id, revision: row.revision, name: row.name, eventFilter: row.event_filter, actionType: findActionType(row.action_type), webhookId: row.webhook_id });
  }
  return stored;
}
