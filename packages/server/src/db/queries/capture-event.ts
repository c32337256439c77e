import type { Candidate } from "../../domain/automation.ts";
import type { Change, Subject } from "../../domain/event.ts";
import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";
import { findActionType } from "../../domain/automation.ts";
import { matchKeysFor } from "../../domain/match-key.ts";
import { jsonbText } from "../../kit/jsonb-text.ts";
import { scopesOf } from "./event-scopes.ts";

type CandidateRow = { event_id: string; at: Date; depth: number; id: string | null; entity_id: number; revision: number; name: string; event_filter: string; action_type: string; webhook_id: string | null };

// Storing events and finding the automations in their scopes is one round trip, however many events there are, because
// every change pays for it; of the automations in scope those are read that the event may concern (domain/match-key.ts). What metrics do is judged where their values come in, for one automation at a time: that one
// alone is in scope of such an event, unless it was changed meanwhile. The left join gives an event's time also where no
// automation is in its scope. What an automation does (its payload may be large) is not read here: executions point to its
// revision. What led to an event is looked up by primary keys, and only where a change says that something did.
const captureEvents = sql("capture_events", `
  with captured as (
    select * from json_to_recordset($1) as row (id uuid, entity_id bigint, project_id bigint, collection_id bigint, run_id bigint, type text, author text, subject jsonb, caused_by uuid, automation_id uuid, condition_version integer, keys text[])
  ), placed as materialized (
    select captured.*, (select parent.depth + 1 from executions as cause join events as parent on parent.id = cause.event_id where cause.id = captured.caused_by) as depth
    from captured
  ), event as (
    insert into events (id, entity_id, project_id, run_id, type, author, subject, caused_by, depth)
    select id, entity_id, project_id, run_id, type, author, subject, case when depth is not null then caused_by end, coalesce(depth, 0) from placed
    returning id, created_at, depth
  )
  select event.id as event_id, event.created_at as at, event.depth,
    automation.id, automation.entity_id, automation.revision, automation.name, automation.event_filter, automation.action_type, automation.webhook_id
  from event join captured using (id) left join lateral (
    select found.* from ${scopesOf({ collection: "captured.collection_id", run: "captured.run_id", project: "captured.project_id", entity: "captured.entity_id" })}
    join automations as found on found.event_type = captured.type and found.scope_kind = scope.kind and found.scope_id = scope.id
      and found.match_key = any (captured.keys) and found.enabled and found.deleted_at is null
    where captured.automation_id is null
    union all
    select directed.* from automations as directed
    where directed.id = captured.automation_id and directed.condition_version = captured.condition_version and directed.enabled and directed.deleted_at is null
  ) as automation on true`);

export type StoredEvent = { at: Date; /** How many deliveries led to it. */ depth: number; candidates: Candidate[] };

/** Stores the events; gives, by event id, its time and the automations whose scope it is in, each with its filter still unread. */
export async function insertEventsAndFindAutomations(tx: Transaction, changes: readonly (Change & { id: string })[]): Promise<Map<string, StoredEvent>> {
  const rows = changes.map(({ id, type, author, subject, causedBy }) => ({ id, entity_id: subject.entityId, project_id: subject.projectId, type, author, subject, caused_by: causedBy ?? null, keys: matchKeysFor({ subject, author }), ...targetOf(subject) }));
  const found = await tx.query<CandidateRow>(captureEvents, [jsonbText(rows)]);
  const stored = new Map<string, StoredEvent>();
  for (const row of found) {
    const event = stored.get(row.event_id) ?? { at: row.at, depth: row.depth, candidates: [] };
    stored.set(row.event_id, event);
    if (row.id !== null) event.candidates.push({ id: row.id, entityId: row.entity_id, revision: row.revision, name: row.name, eventFilter: row.event_filter, actionType: findActionType(row.action_type), webhookId: row.webhook_id });
  }
  return stored;
}

function targetOf(subject: Subject): object {
  switch (subject.kind) {
    case "artifact":
    case "collection":
      return { collection_id: subject.collectionId };
    case "run":
      return { run_id: subject.runId, automation_id: subject.metric?.automationId ?? null, condition_version: subject.metric?.conditionVersion ?? null };
    case "webhook":
      return {};
  }
}
