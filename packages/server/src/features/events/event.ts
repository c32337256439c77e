import { findEventType } from "@bellhop/contract";
import { runStatus } from "../../domain/event-variables.ts";
import type { Event, MetricFacts, Subject } from "../../domain/event.ts";

/** An event as lists show it. */
export type EventSummary = {
  id: string;
  type: string;
  author: string;
  at: Date;
  entity: string;
  /** Null for events of webhooks. */
  project: string | null;
  /** Null for events of runs and webhooks. */
  collection: string | null;
  /** v0, v1, …; null for events of the collection itself. */
  version: string | null;
  alias: string | null;
  tag: string | null;
  run: { id: string; name: string; state: string } | null;
  webhook: { id: string; name: string; state: string } | null;
  /** What came to hold, for the events of metrics. */
  metric: { condition: string; status: string; step: number | null; loggedAt: string } | null;
};

export type EventDetails = EventSummary & {
  artifactType: string | null;
  /** Of the version, as it was then. */
  metadata: Record<string, unknown> | null;
  /** The run as it was then. */
  runDetails: { user: string; state: string; tags: string[]; config: Record<string, unknown>; summary: Record<string, unknown> } | null;
};

export const summaryOf = ({ id, type, author, at, subject }: Event): EventSummary => ({
  id,
  type: findEventType(type)?.friendlyName ?? type,
  author,
  at,
  entity: subject.entityName,
  project: subject.kind === "webhook" ? null : subject.projectName,
  collection: "collectionName" in subject ? subject.collectionName : null,
  version: subject.kind === "artifact" ? `v${subject.versionIndex}` : null,
  alias: subject.kind === "artifact" ? subject.alias : null,
  tag: "tag" in subject ? subject.tag : null,
  run: subject.kind === "run" ? { id: subject.runName, name: subject.displayName, state: runStatus(subject) } : null,
  webhook: subject.kind === "webhook" ? { id: subject.webhookId, name: subject.webhookName, state: subject.state } : null,
  metric: subject.kind === "run" && subject.metric !== null ? metricSummary(subject.metric) : null,
});

const metricSummary = ({ conditions, step, loggedAt }: MetricFacts): EventSummary["metric"] => ({
  condition: conditions.map(({ short }) => short).join(" & "),
  status: conditions.map(({ status }) => status).join(", "),
  step,
  loggedAt,
});

export const detailsOf = (event: Event): EventDetails => ({ ...summaryOf(event), ...subjectDetails(event.subject) });

function subjectDetails(subject: Subject): Pick<EventDetails, "artifactType" | "metadata" | "runDetails"> {
  if (subject.kind !== "run") return { artifactType: "artifactType" in subject ? subject.artifactType : null, metadata: subject.kind === "artifact" ? subject.metadata : null, runDetails: null };
  const { user, state, tags, config, summary } = subject;
  return { artifactType: null, metadata: null, runDetails: { user, state, tags: [...tags], config, summary } };
}
