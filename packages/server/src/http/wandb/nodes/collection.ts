import { encodeId } from "../../../domain/global-id.ts";
import type { AliasRow, ArtifactRow, CollectionRow, MemberRow } from "../../../features/artifacts/index.ts";
import { findLatest, findMember, listCollectionAliases, listVersions } from "../../../features/artifacts/index.ts";
import type { PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactFileFields } from "./artifact-files.ts";
import type { AliasesOf } from "./artifact.ts";
import { aliasesOfPage, artifactNode, artifactNodes } from "./artifact.ts";
import { projectOf } from "./artifact-project.ts";
import { tagNode } from "./artifact-tag.ts";

type VersionsArgs = PageArgs & { filters?: string | null; order?: string | null };

/** A collection that the viewer sees. */
export function collectionNode(context: Context, row: CollectionRow): object {
  const { services } = context;
  return {
    ...plainFields(row),
    project: () => projectOf(context, row),
    aliases: async (args: PageArgs) => {
      const window = pageWindow(args, { normal: services.limits.pageSize, most: services.limits.pageSize });
      const rows = await listCollectionAliases(services, row.id, window);
      return connectionOf(rows, window, ({ alias_id, alias }) => ({ __typename: "ArtifactAlias", id: encodeId("ArtifactAlias", alias_id), alias, artifactCollection: () => collectionNode(context, row) }));
    },
    artifactMembership: async (args: { aliasName: string }) => {
      const member = await findMember(services, requireViewer(context), row.id, args.aliasName);
      return member === null ? null : memberNode(context, { member, collection: row });
    },
    artifacts: (args: VersionsArgs) => versions(context, row, args),
    latestArtifact: async () => {
      const latest = await findLatest(services, requireViewer(context), row.id);
      return latest === null ? null : artifactNode(context, latest);
    },
  };
}

function plainFields(row: CollectionRow): object {
  const tags = { edges: row.tags.map((tag) => ({ node: tagNode(tag), cursor: null })), pageInfo: { endCursor: null, hasNextPage: false } };
  return {
    __typename: row.kind === "sequence" ? "ArtifactSequence" : "ArtifactPortfolio",
    id: encodeId("ArtifactCollection", row.id),
    name: row.name,
    description: row.description,
    // A deleted collection is gone; only the answer to its deletion says so.
    state: "READY",
    defaultArtifactType: { __typename: "ArtifactType", id: encodeId("ArtifactType", row.type_id), name: row.type_name },
    digestAlgorithm: "MANIFEST_MD5",
    tags,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

async function versions(context: Context, row: CollectionRow, args: VersionsArgs): Promise<object> {
  const { services } = context;
  const window = pageWindow(args, { normal: 50, most: services.limits.pageSize });
  const { rows, total } = await listVersions(services, requireViewer(context), [row.id], { filters: args.filters, order: args.order, limit: window.limit, offset: window.offset });
  const toNode = artifactNodes(context, rows);
  const page = connectionOf(rows, window, toNode);
  const edges = page.edges.map((edge, index) => ({ ...edge, version: `v${rows[index]?.member_index ?? 0}` }));
  return { ...page, edges, totalCount: total };
}

/** A version's place in a collection that the viewer sees. */
export function memberNode(context: Context, { member, collection, aliases }: { member: MemberRow; collection: CollectionRow; aliases?: AliasesOf }): object {
  const shared = aliases ?? aliasesOfPage(context, [member.id]);
  const place = { membership_id: member.membership_id, member_index: member.member_index, linked_at: member.linked_at };
  return placeNode(context, { artifact: member, collection, place, aliases: shared });
}

type Place = { artifact: ArtifactRow; collection: CollectionRow; place: { membership_id: number; member_index: number; linked_at: Date }; aliases: AliasesOf };

export function placeNode(context: Context, { artifact, collection, place, aliases }: Place): object {
  const own = async (): Promise<AliasRow[]> => (await aliases(artifact.id)).filter(({ membership_id }) => membership_id === place.membership_id);
  const { files } = artifactFileFields(context, artifact);
  return {
    __typename: "ArtifactCollectionMembership",
    id: encodeId("ArtifactMembership", place.membership_id),
    versionIndex: place.member_index,
    createdAt: place.linked_at.toISOString(),
    aliases: async () => (await own()).map((alias) => aliasNode(context, alias)),
    artifact: () => artifactNode(context, artifact, aliases),
    artifactCollection: () => collectionNode(context, collection),
    files,
  };
}

export const aliasNode = (context: Context, row: AliasRow): object => ({
  __typename: "ArtifactAlias", id: encodeId("ArtifactAlias", row.alias_id), alias: row.alias, artifactCollection: () => collectionNode(context, row),
});
