import { findEventType } from "@bellhop/contract";
import type { Verdict } from "@bellhop/contract";
import type { ExplanationRow } from "../../db/queries/explanations.ts";
import { eventOf } from "../../db/rows/event-row.ts";
import type { AnyScopeKind, Event } from "../../domain/event.ts";
import type { ExplainedClause, ExplainedCondition } from "../../pipeline/index.ts";
import { explainCondition } from "../../pipeline/index.ts";
import type { EventSummary } from "../events/index.ts";
import { summaryOf } from "../events/index.ts";
import type { ShownReason } from "../history/index.ts";
import { shownReason } from "../history/index.ts";

/** Why an automation fired for an event, or why not. */
export type Explanation = {
  event: EventSummary;
  /** At the revision that is judged: the one that fired, else the one that stood when the event happened, else today's. */
  automation: { id: string; name: string; revision: number; revisionAt: Date };
  fired: boolean;
  verdict: Verdict;
  reason: ShownReason | null;
  executionId: string | null;
  /** Type, scope and condition of that revision hold for the event. */
  matches: boolean;
  eventType: { held: boolean; watches: string; saw: string };
  scope: {
    held: boolean;
    /** The name is null when it was deleted. */
    watches: { kind: AnyScopeKind; id: number; name: string | null };
    /** Where the event happened: entity, entity/project, or entity/project/collection. */
    saw: string;
  };
  clauses: readonly ExplainedClause[];
};

/** All from what is stored and never changed, so it is the same at any later time. */
export function explanationOf(row: ExplanationRow): Explanation {
  const event = eventOf(row);
  const sameType = row.watched_type === event.type;
  const condition = sameType ? explainCondition(event, row.event_filter) : null;
  const fired = row.execution_id !== null && row.skipped !== true;
  const matches = sameType && !isOthers(row, event) && row.in_scope && condition !== null && condition.held;
  return {
    event: summaryOf(event),
    automation: { id: row.automation_id, name: row.automation_name, revision: row.revision, revisionAt: row.revision_at },
    fired,
    verdict: verdictOf(row, event, condition),
    reason: row.skipped === true ? shownReason(row.reason) : null,
    executionId: row.execution_id,
    matches,
    eventType: { held: sameType, watches: friendly(row.watched_type), saw: friendly(event.type) },
    scope: { held: row.in_scope, watches: { kind: row.scope_kind, id: row.scope_id, name: scopeName(row, event) }, saw: placeOf(event) },
    clauses: condition?.clauses ?? [],
  };
}

function verdictOf(row: ExplanationRow, event: Event, condition: ExplainedCondition): Verdict {
  if (row.execution_id !== null) return row.skipped === true ? "skipped" : "fired";
  if (row.created_later) return "created_later";
  if (row.watched_type !== event.type) return "other_event_type";
  if (isOthers(row, event)) return "other_automation";
  if (!row.in_scope) return "not_in_scope";
  if (condition === null) return "condition_unreadable";
  return condition.held ? "disabled" : "condition_false";
}

/** Values of metrics are judged by each automation for itself, and what comes to hold is told to that one alone. */
const isOthers = ({ automation_id }: ExplanationRow, { subject }: Event): boolean => subject.kind === "run" && subject.metric !== null && subject.metric.automationId !== automation_id;

/** What the event itself says of a scope that it is in stays true when that is renamed or deleted. */
function scopeName({ scope_kind, scope_id, scope_name }: ExplanationRow, { subject }: Event): string | null {
  switch (scope_kind) {
    case "collection":
      return "collectionId" in subject && subject.collectionId === scope_id ? subject.collectionName : scope_name;
    case "run":
      return subject.kind === "run" && subject.runId === scope_id ? subject.runName : scope_name;
    case "project":
      return subject.projectId === scope_id ? subject.projectName : scope_name;
    case "entity":
      return subject.entityId === scope_id ? subject.entityName : scope_name;
  }
}

const friendly = (type: string): string => findEventType(type)?.friendlyName ?? type;

const placeOf = ({ subject }: Event): string => [subject.entityName, ...(subject.kind === "webhook" ? [] : [subject.projectName]), ...("collectionName" in subject ? [subject.collectionName] : [])].join("/");
