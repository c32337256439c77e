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

/** The run that an event is about, as it was at that moment. */
export type RunSubject = {
  kind: "run";
  runId: number;
  /** The id in its URL. */
  runName: string;
  displayName: string;
  url: string;
  /** The state that the run entered. */
  entered: WatchedRunState;
  /** The state in our own words: `crashed` is told apart from `failed` here. */
  state: RunState;
  user: string;
  tags: readonly string[];
  /** Values by key, without what the SDK keeps of its own. */
  config: Record<string, unknown>;
  summary: Record<string, unknown>;
  projectId: number;
  projectName: string;
  entityId: number;
  entityName: string;
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
  subject: Subject;
};

/** A stored change. */
export type Event = Change & { id: string; at: Date };

/** A level at which an automation can watch. */
export type ScopeKind = "collection" | "project" | "entity";
