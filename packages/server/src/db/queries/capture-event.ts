import { z } from "zod";
import { actionConfigSchema } from "../../domain/automation.ts";
import type { Candidate } from "../../domain/automation.ts";
import type { Change } from "../../domain/event.ts";
import type { Transaction } from "../database.ts";
import { sql } from "../database.ts";

type CandidateRow = { at: Date; id: string | null; entity_id: number; revision: number; name: string; event_filter: string; action: unknown };

// Storing the event and finding the automations in its scopes is one round trip, because every change pays for it. An
// event is in scope of its collection, its project, the entity that owns the project, and that team's organization.
// The left join gives the event's time also where no automation is in scope.
const captureEvent = sql("capture_event", `
  with event as (
    insert into events (id, entity_id, project_id, type, author, subject) values ($1, $2, $3, $4, $5, $6)
    returning created_at
  ), scope (kind, id) as (
    values ('collection', $7::bigint), ('project', $3::bigint), ('entity', $2::bigint),
      ('entity', (select organization.entity_id from teams join organizations as organization on organization.id = teams.organization_id where teams.entity_id = $2))
  )
  select event.created_at as at, automation.id, automation.entity_id, automation.revision, automation.name, automation.event_filter, automation.action
  from event left join (
    scope join automations as automation on automation.event_type = $4 and automation.scope_kind = scope.kind and automation.scope_id = scope.id
      and automation.enabled and automation.deleted_at is null
  ) on true`);

/** Stores the event; gives its time and the automations whose scope it is in, each with its filter still unread. */
export async function insertEventAndFindAutomations(tx: Transaction, id: string, change: Change): Promise<{ at: Date; candidates: Candidate[] }> {
  const { subject } = change;
  const rows = await tx.query<CandidateRow>(captureEvent, [id, subject.entityId, subject.projectId, change.type, change.author, JSON.stringify(subject), subject.collectionId]);
  const candidates = rows.flatMap((row) => (row.id === null ? [] : [{ id: row.id, entityId: row.entity_id, revision: row.revision, name: row.name, eventFilter: row.event_filter, action: z.parse(actionConfigSchema, row.action) }]));
  const [first] = rows;
  if (first === undefined) throw new Error("The insert of an event gave no row.");
  return { at: first.at, candidates };
}
