import type { EventType } from "@bellhop/contract";
import type { Reason } from "./reason.ts";
import type { RunState } from "./run.ts";

/** The collection in which something happened, and whose it is. */
export type CollectionPlace = {
  collectionId: number;
  collectionName: string;
  collectionKind: "sequence" | "portfolio";
  artifactType: string;
  projectId: number;
  projectName: string;
  entityId: number;
  entityName: string;
};

/** The version that an event is about, as it was at that moment, within one collection. */
export type ArtifactSubject = CollectionPlace & {
  kind: "artifact";
  artifactId: number;
  /** Index of the version within this collection: v0, v1, … */
  versionIndex: number;
  /** The alias that was added, for ADD_ARTIFACT_ALIAS. */
  alias: string | null;
  /** The tag that was added or removed, for tag events. */
  tag: string | null;
  metadata: Record<string, unknown>;
};

/** The collection itself, for events that no version has a part in. */
export type CollectionSubject = CollectionPlace & {
  kind: "collection";
  /** The tag that was added or removed. */
  tag: string;
};

/** What automations tell apart of a run's states. A crash counts as a failure. */
export const watchedRunStates = ["RUNNING", "FINISHED", "FAILED"] as const;
export type WatchedRunState = (typeof watchedRunStates)[number];

/** What an automation over metrics saw of a run when its conditions came to hold; it alone is told of it. */
export type MetricFacts = {
  automationId: string;
  /** The version of its condition that was judged. */
  conditionVersion: number;
  /** It fired for this run not long enough ago. */
  heldBack: boolean;
  /** When the value was logged that made the conditions hold; ISO 8601. */
  loggedAt: string;
  step: number | null;
  conditions: readonly MetricFact[];
};

export type MetricFact = {
  metric: string;
  /** The condition in words, and shorter: `average of loss over 3 values is below 0.3`, `avg(loss, 3) < 0.3`. */
  filter: string;
  short: string;
  /** What was measured: `avg(loss, 3) = 0.29`. */
  status: string;
  /** Null where it is infinite. */
  measured: number | null;
  /** The values that were measured, oldest first; of a long window the newest. */
  values: readonly number[];
};

/** The run that an event is about, as it was at that moment. */
export type RunSubject = {
  kind: "run";
  runId: number;
  /** The id in its URL. */
  runName: string;
  displayName: string;
  url: string;
  /** The state that the run entered, or is in; null for one that automations do not tell apart. */
  entered: WatchedRunState | null;
  /** The state in our own words: `crashed` is told apart from `failed` here. */
  state: RunState;
  user: string;
  tags: readonly string[];
  /** Values by key, without what the SDK keeps of its own. */
  config: Record<string, unknown>;
  summary: Record<string, unknown>;
  /** For the events of metrics. */
  metric: MetricFacts | null;
  projectId: number;
  projectName: string;
  entityId: number;
  entityName: string;
  /** What only the templates of run hooks show; with their events alone. */
  details?: RunDetails;
};

/** Times are ISO 8601 in UTC. */
export type RunDetails = {
  userDisplayName: string;
  group: string | null;
  jobType: string | null;
  notes: string | null;
  sweep: string | null;
  host: string | null;
  program: string | null;
  commit: string | null;
  exitCode: number | null;
  lastStep: number | null;
  createdAt: string;
  updatedAt: string;
  heartbeatAt: string;
};

/** The webhook whose deliveries began to fail, were ended, or go through again. */
export type WebhookSubject = {
  kind: "webhook";
  webhookId: string;
  webhookName: string;
  /** What it is now: its circuit breaker is open, it was disabled, or it works. */
  state: "failing" | "disabled" | "working";
  /** Why; null when it works. */
  reason: Reason | null;
  entityId: number;
  entityName: string;
  /** A webhook belongs to no project. */
  projectId: null;
  projectName: "";
};

export type Subject = ArtifactSubject | CollectionSubject | RunSubject | WebhookSubject;

/** A change as a verb reports it, before it is stored. */
export type Change = {
  type: EventType;
  /** User name of whoever made the change. */
  author: string;
  /** The execution whose receiver made the change, where it says so. */
  causedBy?: string | undefined;
  subject: Subject;
};

/** A stored change. */
export type Event = Change & { id: string; at: Date };

/** A level at which an automation can watch. */
export type ScopeKind = "collection" | "project" | "entity";

/** The same, with the scope of a run's own hooks. */
export type AnyScopeKind = ScopeKind | "run";
