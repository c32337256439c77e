import { encodeId } from "../../../domain/global-id.ts";
import type { AliasRow, ArtifactRow } from "../../../features/artifacts/index.ts";
import { findMaker, listAliases, listUsers } from "../../../features/artifacts/index.ts";
import type { PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactFileFields } from "./artifact-files.ts";
import { makerNode } from "./artifact-run.ts";
import { tagNode } from "./artifact-tag.ts";
import { ttlToWire } from "./artifact-ttl.ts";
import { makeJoint } from "./joint.ts";

/** Reads the aliases of all versions of a page together, once the first is asked for. */
export type AliasesOf = (artifactId: number) => Promise<AliasRow[]>;

/** The collections of a version: they lead back to versions, so they are joined in by join-fields.ts. */
export const artifactPlaces = makeJoint<{ row: ArtifactRow; aliases: AliasesOf }>();

export function aliasesOfPage(context: Context, artifactIds: readonly number[]): AliasesOf {
  let reading: Promise<Map<number, AliasRow[]>> | null = null;
  const read = async (): Promise<Map<number, AliasRow[]>> =>
    Map.groupBy(await listAliases(context.services, requireViewer(context), artifactIds), ({ artifact_id }) => artifact_id);
  return async (artifactId) => (await (reading ??= read())).get(artifactId) ?? [];
}

/** A version that the viewer sees. `aliases` saves a look-up where several versions are shown together. */
export function artifactNode(context: Context, row: ArtifactRow, aliases: AliasesOf = aliasesOfPage(context, [row.id])): object {
  return { __typename: "Artifact", ...plainFields(row), ...artifactFileFields(context, row), ...lineageFields(context, row), ...artifactPlaces.of(context, { row, aliases }) };
}

/** Makes the nodes of versions that are shown together. */
export const artifactNodes = (context: Context, rows: readonly ArtifactRow[]): ((row: ArtifactRow) => object) => {
  const aliases = aliasesOfPage(context, rows.map(({ id }) => id));
  return (row) => artifactNode(context, row, aliases);
};

function plainFields(row: ArtifactRow): object {
  return {
    id: encodeId("Artifact", row.id),
    versionIndex: row.version_index,
    state: row.state,
    digest: row.digest,
    // The only one that clients compute unless a server offers more.
    digestAlgorithm: "MANIFEST_MD5",
    description: row.description,
    metadata: row.metadata,
    size: row.size_bytes,
    fileCount: row.file_count,
    tags: row.tags.map(tagNode),
    historyStep: row.history_step,
    ...ttlToWire(row.ttl_seconds),
    // An id that W&B's servers once computed; versions made since have none.
    commitHash: null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

function lineageFields(context: Context, row: ArtifactRow): object {
  const { services } = context;
  return {
    createdBy: async () => {
      const run = await findMaker(services, requireViewer(context), row);
      return run === null ? null : makerNode(context, run);
    },
    usedBy: async (args: PageArgs) => {
      const window = pageWindow(args, { normal: services.limits.pageSize, most: services.limits.pageSize });
      const runs = await listUsers(services, requireViewer(context), row.id);
      const page = connectionOf(runs.slice(window.offset, window.offset + window.limit), window, (run) => makerNode(context, run));
      return { ...page, totalCount: runs.length };
    },
  };
}
