import { encodeId } from "../../../domain/global-id.ts";
import type { Manifested } from "../../../features/artifacts/index.ts";
import { artifactLinks } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";

/** A manifest that is to be uploaded. */
export function announcedManifestNode({ services }: Context, { manifest }: Manifested): object {
  const id = encodeId("ArtifactManifest", manifest.id);
  const links = artifactLinks(services);
  const file = {
    __typename: "File", id, name: "wandb_manifest.json", displayName: "wandb_manifest.json", sizeBytes: 0,
    uploadUrl: () => links.putManifest({ id: manifest.id, objectKey: manifest.object_key }),
    uploadHeaders: manifest.digest === "" ? [] : [`Content-MD5:${manifest.digest}`],
    directUrl: () => links.getManifest(manifest),
  };
  return { __typename: "ArtifactManifest", id, file };
}
