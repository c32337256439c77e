import type { EventType } from "@bellhop/contract";

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

export type Subject = ArtifactSubject | CollectionSubject;

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
