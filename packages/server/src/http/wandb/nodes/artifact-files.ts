import { encodeId } from "../../../domain/global-id.ts";
import type { ArtifactRow, VersionFile } from "../../../features/artifacts/index.ts";
import { findCurrentManifest, listFiles, listFilesByEntry, sizeOfContent } from "../../../features/artifacts/index.ts";
import type { PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";

type FilesArgs = PageArgs & { names?: readonly string[] | null };
type EntriesArgs = { entries?: readonly { name: string; digest: string }[] | null };

/** The SDK asks for 5,000 links at a time. */
const mostFiles = 5_000;

/** What leads from a version to its content. */
export function artifactFileFields(context: Context, row: ArtifactRow): { files: unknown; filesByManifestEntries: unknown; currentManifest: unknown } {
  const { services } = context;
  return {
    files: async (args: FilesArgs) => {
      const window = pageWindow(args, { normal: 50, most: mostFiles });
      const { files, total } = await listFiles(services, row, { names: args.names ?? null, limit: window.limit, offset: window.offset });
      return { ...connectionOf(files, window, (file) => fileNode(row, file)), totalCount: total };
    },
    filesByManifestEntries: async (args: EntriesArgs) => {
      const files = await listFilesByEntry(services, row, args.entries ?? []);
      return { ...connectionOf(files, { offset: 0, size: files.length }, (file) => fileNode(row, file)), totalCount: files.length };
    },
    currentManifest: async () => {
      const current = await findCurrentManifest(services, row);
      if (current === null) return null;
      const id = encodeId("ArtifactManifest", current.manifest.id);
      const sizeBytes = async (): Promise<number> => (await sizeOfContent(services, { objectKey: current.manifest.object_key })) ?? 0;
      return { __typename: "ArtifactManifest", id, file: { __typename: "File", id, name: "wandb_manifest.json", displayName: "wandb_manifest.json", sizeBytes, directUrl: current.url } };
    },
  };
}

function fileNode(row: ArtifactRow, file: VersionFile): object {
  const md5 = file.storagePath === null ? null : file.digest;
  return {
    __typename: "File",
    id: Buffer.from(`ArtifactFile:${row.id}:${file.path}`).toString("base64"),
    name: file.path,
    displayName: file.path,
    sizeBytes: file.sizeBytes,
    storagePath: file.storagePath,
    // Content is kept as it came; nobody said what it is.
    mimetype: null,
    updatedAt: row.created_at.toISOString(),
    digest: file.digest,
    md5,
    url: file.url,
    directUrl: file.url,
  };
}
