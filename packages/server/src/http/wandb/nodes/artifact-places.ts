import { encodeId } from "../../../domain/global-id.ts";
import type { ArtifactRow } from "../../../features/artifacts/index.ts";
import { findCollection, listCollectionsOfArtifact } from "../../../features/artifacts/index.ts";
import { connectionOf } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import type { AliasesOf } from "./artifact.ts";
import { projectOf } from "./artifact-project.ts";
import { aliasNode, collectionNode, placeNode } from "./collection.ts";

/** Where a version can be found, and by which aliases. */
export function artifactPlaceFields(context: Context, { row, aliases }: { row: ArtifactRow; aliases: AliasesOf }): object {
  return {
    aliases: async () => (await aliases(row.id)).map((alias) => aliasNode(context, alias)),
    artifactType: { __typename: "ArtifactType", id: encodeId("ArtifactType", row.type_id), name: row.type_name },
    artifactSequence: () => sourceNode(context, row),
    artifactMemberships: async () => {
      const places = await listCollectionsOfArtifact(context.services, requireViewer(context), row.id);
      const window = { offset: 0, size: places.length };
      return { ...connectionOf(places, window, (place) => placeNode(context, { artifact: row, collection: place, place, aliases })), totalCount: places.length };
    },
  };
}

/** Of a source that the viewer does not see, only its name is told: the version was shared by linking it, its siblings were not. */
async function sourceNode(context: Context, row: ArtifactRow): Promise<object | null> {
  if (row.role === null) {
    const source = { __typename: "ArtifactSequence", id: encodeId("ArtifactCollection", row.sequence_id), name: row.sequence_name, createdAt: row.created_at.toISOString() };
    return { ...source, project: projectOf(context, row) };
  }
  const sequence = await findCollection(context.services, requireViewer(context), { id: row.sequence_id });
  return sequence === null ? null : collectionNode(context, sequence);
}
