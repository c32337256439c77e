import { claimOrMissBlobs } from "../../db/queries/artifact-blobs.ts";
import { listArtifactTags } from "../../db/queries/artifact-edit.ts";
import type { Transaction } from "../../db/database.ts";
import type { CommittedRow } from "../../db/queries/artifact-commit.ts";
import { commitArtifactRow } from "../../db/queries/artifact-commit.ts";
import { touchPending } from "../../db/queries/artifact-pending.ts";
import type { FoundArtifact } from "../../db/queries/artifact-find.ts";
import { findArtifactRow } from "../../db/queries/artifact-find.ts";
import type { ArtifactRow } from "../../db/queries/artifact-rows.ts";
import type { Manifest } from "../../domain/artifact-manifest.ts";
import { keptDigests, manifestTotals, md5ToBase64 } from "../../domain/artifact-manifest.ts";
import { conflict, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { assembleManifest } from "./assemble-manifest.ts";
import type { Member } from "./capture-artifact.ts";
import { captureAliases, captureMember, captureTags } from "./capture-artifact.ts";
import { requireArtifact } from "./permissions.ts";
import { wasDeleted } from "./require-pending.ts";

type Needs = Pick<Services, "db" | "pipeline" | "objects" | "ids">;

/**
 * Makes a pending version one of its sequence: with the next index, the aliases that it was created with, and for good.
 * A version that is committed already is given back as it is, so that the request may be sent again.
 * Needs the role member. Throws conflict when the manifest or the content of a file was not uploaded.
 */
export async function commitArtifact(services: Needs, viewer: Viewer, id: number | null): Promise<ArtifactRow> {
  const artifact = await requireArtifact(services.db, viewer, id, "member");
  // Noted before the manifest is read, which may take long: until then nobody deletes it for its age.
  if (await touchPending(services.db, artifact.id)) await commitPending(services, viewer, artifact);
  const done = await findArtifactRow(services.db, viewer.userId, artifact.id);
  if (done === null) throw notFound("Artifact version");
  if (done.state !== "COMMITTED") throw wasDeleted();
  return done;
}

async function commitPending(services: Needs, viewer: Viewer, artifact: FoundArtifact): Promise<void> {
  const { manifest, manifestId } = await assembleManifest(services, artifact);
  await services.db.transaction(async (tx) => {
    await requireContent(tx, artifact, manifest);
    const committed = await commitArtifactRow(tx, { artifactId: artifact.id, manifestId, ...manifestTotals(manifest), userId: viewer.userId });
    // Another request committed it meanwhile, and captured what there was to capture; or deleted it.
    if (committed === null) return;
    const member = memberOf(artifact, committed);
    await captureMember(services, tx, { types: ["CREATE_ARTIFACT"], viewer, member });
    await captureTags(services, tx, { type: "ADD_ARTIFACT_TAG", viewer, artifactId: artifact.id, tags: await listArtifactTags(tx, artifact.id) });
    await captureAliases(services, tx, [{ viewer, member, aliases: committed.pending_aliases }]);
  });
}

const batch = 20_000;
const mostNamed = 5;

async function requireContent(tx: Transaction, artifact: ArtifactRow, manifest: Manifest): Promise<void> {
  const digests = keptDigests(manifest);
  for (let start = 0; start < digests.length; start += batch) {
    const missing = await claimOrMissBlobs(tx, artifact.entity_id, digests.slice(start, start + batch), mostNamed);
    if (missing.length > 0) throw conflict(`The content of these files was not uploaded: ${nameFiles(manifest, missing)}.`);
  }
}

function nameFiles(manifest: Manifest, missing: readonly string[]): string {
  const digests = new Set(missing.map(md5ToBase64));
  const paths = [...manifest.entries].filter(([, entry]) => entry.ref === null && digests.has(entry.digest)).map(([path]) => path);
  return paths.slice(0, mostNamed).join(", ");
}

const memberOf = (artifact: FoundArtifact, committed: CommittedRow): Member => ({
  membershipId: committed.membership_id, artifactId: artifact.id, versionIndex: committed.version_index, metadata: committed.metadata,
  collectionId: committed.sequence_id, collectionName: committed.collection_name, collectionKind: "sequence", artifactType: committed.type_name,
  projectId: artifact.project_id, projectName: artifact.project_name, entityId: artifact.entity_id, entityName: artifact.entity_name,
});
