import { decodeId, encodeId } from "../../../domain/global-id.ts";
import type { AnnouncedFile } from "../../../features/artifacts/index.ts";
import { createArtifactFiles as create } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";

type Spec = { artifactID: string; name: string; md5: string; mimetype?: string | null };
type Input = { artifactFiles: readonly Spec[] };

/** Where to upload a version's files; the answers stand in the order of the questions. */
export const createArtifactFiles = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const specs = input.artifactFiles.map(({ artifactID, name, md5 }) => ({ artifactId: decodeId("Artifact", artifactID), name, md5Base64: md5 }));
  const files = await create(context.services, requireViewer(context), specs);
  const edges = files.map((file, index) => ({ node: uploadNode(file, input.artifactFiles[index]?.md5 ?? ""), cursor: null }));
  return { files: { edges, pageInfo: { endCursor: null, hasNextPage: false }, totalCount: edges.length } };
};

const uploadNode = (file: AnnouncedFile, md5: string): object => ({
  __typename: "File",
  id: Buffer.from(`ArtifactFile:${file.birthArtifactId}:${file.name}`).toString("base64"),
  name: file.name,
  displayName: file.name,
  md5,
  digest: md5,
  storagePath: file.storagePath,
  uploadUrl: file.uploadUrl,
  uploadHeaders: file.uploadHeaders,
  // One request takes a file of any size.
  uploadMultipartUrls: null,
  artifact: { __typename: "Artifact", id: encodeId("Artifact", file.birthArtifactId) },
});
