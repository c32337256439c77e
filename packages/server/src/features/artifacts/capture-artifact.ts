import type { Transaction } from "../../db/database.ts";
import { sqlState } from "../../db/database.ts";
import { placeAliases } from "../../db/queries/artifact-aliases.ts";
import type { PlaceRow } from "../../db/queries/artifact-places.ts";
import { findPlaces } from "../../db/queries/artifact-places.ts";
import type { CollectionKind } from "../../db/queries/artifact-rows.ts";
import type { ArtifactSubject, Change } from "../../domain/event.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import type { Services } from "../services.ts";

/** A version's place in one collection: what an event says of it, and where its aliases go. */
export type Member = {
  membershipId: number;
  artifactId: number;
  versionIndex: number;
  /** JSON text. */
  metadata: string;
  collectionId: number;
  collectionName: string;
  collectionKind: CollectionKind;
  artifactType: string;
  projectId: number;
  projectName: string;
  entityId: number;
  entityName: string;
};

type Captures = Pick<Services, "pipeline">;

export type MemberEvent = "CREATE_ARTIFACT" | "LINK_MODEL" | "UNLINK_ARTIFACT";

/** What became of a version's membership, as one or more events. */
export async function captureMember(services: Captures, tx: Transaction, change: { types: readonly MemberEvent[]; viewer: Viewer; member: Member }): Promise<void> {
  await services.pipeline.captureChange(tx, ...change.types.map((type) => ({ type, author: change.viewer.username, causedBy: change.viewer.causedBy, subject: subjectOf(change.member, {}) })));
}

export type TagEvent = { type: "ADD_ARTIFACT_TAG" | "REMOVE_ARTIFACT_TAG"; viewer: Viewer; artifactId: number; tags: readonly string[] };

/**
 * Tags belong to the version, wherever it is found: each is an event in the version's sequence and in every portfolio
 * that it is linked into, so that an automation of a registry sees it too. A pending version is found nowhere yet.
 */
export async function captureTags(services: Captures, tx: Transaction, { type, viewer, artifactId, tags }: TagEvent): Promise<void> {
  if (tags.length === 0) return;
  const places = await findPlaces(tx, artifactId);
  const changes = places.flatMap((place) => tags.map((tag): Change => ({ type, author: viewer.username, causedBy: viewer.causedBy, subject: subjectOf(memberAt(place), { tag }) })));
  await services.pipeline.captureChange(tx, ...changes);
}

export const memberAt = (place: PlaceRow): Member => ({
  membershipId: place.membership_id, artifactId: place.artifact_id, versionIndex: place.version_index, metadata: place.metadata,
  collectionId: place.collection_id, collectionName: place.collection_name, collectionKind: place.collection_kind, artifactType: place.type_name,
  projectId: place.project_id, projectName: place.project_name, entityId: place.entity_id, entityName: place.entity_name,
});

/** Aliases to be put on a version in one collection, and who puts them there. */
export type Placement = { viewer: Viewer; member: Member; aliases: readonly string[] };

/** Puts the aliases on the versions and captures ADD_ARTIFACT_ALIAS for those, and only those, that were not there. */
export async function captureAliases(services: Captures, tx: Transaction, placements: readonly Placement[]): Promise<void> {
  const rows = placements.flatMap(({ viewer, member, aliases }) => aliases.map((alias) => ({ ...member, alias, userId: viewer.userId, author: viewer.username, causedBy: viewer.causedBy })));
  if (rows.length === 0) return;
  const wanted = new Map(rows.map((row) => [`${row.membershipId} ${row.alias}`, row]));
  const changes = (await placeOrNotFound(tx, rows)).map(({ membership_id, alias }): Change => {
    const row = wanted.get(`${membership_id} ${alias}`);
    if (row === undefined) throw new Error("an alias was placed on a version that was not named");
    const { userId: _, author, causedBy, ...member } = row;
    return { type: "ADD_ARTIFACT_ALIAS", author, causedBy, subject: subjectOf(member, { alias }) };
  });
  await services.pipeline.captureChange(tx, ...changes);
}

async function placeOrNotFound(tx: Transaction, rows: readonly (Member & { alias: string; userId: number })[]): Promise<{ membership_id: number; alias: string }[]> {
  try {
    return await placeAliases(tx, rows);
  } catch (error) {
    // The version was unlinked or deleted after it was read: its membership is gone.
    if (sqlState(error) === "23503") throw notFound("Artifact version");
    throw error;
  }
}

function subjectOf(member: Member, named: { alias?: string; tag?: string }): ArtifactSubject {
  const { membershipId: _, metadata, ...place } = member;
  return { kind: "artifact", ...place, alias: named.alias ?? null, tag: named.tag ?? null, metadata: readMetadata(metadata) };
}

/** What cannot be read, which the checks at the door keep out, is no metadata. */
function readMetadata(text: string): Record<string, unknown> {
  const json = parseTolerantJson(text);
  return json.ok && isRecord(json.value) ? json.value : {};
}
