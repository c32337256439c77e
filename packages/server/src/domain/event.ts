import type { EventType } from "@bellhop/contract";

/** The version that an event is about, as it was at that moment, within one collection. */
export type ArtifactSubject = {
  kind: "artifact";
  artifactId: number;
  /** Index of the version within this collection: v0, v1, … */
  versionIndex: number;
  collectionId: number;
  collectionName: string;
  collectionKind: "sequence" | "portfolio";
  artifactType: string;
  projectId: number;
  projectName: string;
  entityId: number;
  entityName: string;
  /** The alias that was added, for ADD_ARTIFACT_ALIAS. */
  alias: string | null;
  /** The tag that was added or removed, for tag events. */
  tag: string | null;
  metadata: Record<string, unknown>;
};

export type Subject = ArtifactSubject;

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
