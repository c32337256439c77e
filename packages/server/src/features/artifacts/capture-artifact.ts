import type { Transaction } from "../../db/database.ts";
import { sqlState } from "../../db/database.ts";
import { placeAliases } from "../../db/queries/artifact-aliases.ts";
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

/** CREATE_ARTIFACT or LINK_MODEL of a new membership. */
export async function captureMember(services: Captures, tx: Transaction, change: { type: "CREATE_ARTIFACT" | "LINK_MODEL"; viewer: Viewer; member: Member }): Promise<void> {
  await services.pipeline.captureChange(tx, { type: change.type, author: change.viewer.username, subject: subjectOf(change.member, null) });
}

/** Aliases to be put on a version in one collection, and who puts them there. */
export type Placement = { viewer: Viewer; member: Member; aliases: readonly string[] };

/** Puts the aliases on the versions and captures ADD_ARTIFACT_ALIAS for those, and only those, that were not there. */
export async function captureAliases(services: Captures, tx: Transaction, placements: readonly Placement[]): Promise<void> {
  const rows = placements.flatMap(({ viewer, member, aliases }) => aliases.map((alias) => ({ ...member, alias, userId: viewer.userId, author: viewer.username })));
  if (rows.length === 0) return;
  const wanted = new Map(rows.map((row) => [`${row.membershipId} ${row.alias}`, row]));
  const changes = (await placeOrNotFound(tx, rows)).map(({ membership_id, alias }): Change => {
    const row = wanted.get(`${membership_id} ${alias}`);
    if (row === undefined) throw new Error("an alias was placed on a version that was not named");
    const { userId: _, author, ...member } = row;
    return { type: "ADD_ARTIFACT_ALIAS", author, subject: subjectOf(member, alias) };
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

function subjectOf(member: Member, alias: string | null): ArtifactSubject {
  const { membershipId: _, metadata, ...place } = member;
  return { kind: "artifact", ...place, alias, tag: null, metadata: readMetadata(metadata) };
}

/** What cannot be read, which the checks at the door keep out, is no metadata. */
function readMetadata(text: string): Record<string, unknown> {
  const json = parseTolerantJson(text);
  return json.ok && isRecord(json.value) ? json.value : {};
}
