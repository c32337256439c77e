import type { Transaction } from "../../db/database.ts";
import type { DuplicateRow, JoinedCollection } from "../../db/queries/artifact-create.ts";
import { addClientId, addPendingAliasRows, ensureArtifactType, findCollectionToJoin, findDuplicate, findPending, insertArtifactRow, insertCollectionIfAbsent } from "../../db/queries/artifact-create.ts";
import { addArtifactTags } from "../../db/queries/artifact-edit.ts";
import { touchPending } from "../../db/queries/artifact-pending.ts";
import { findRunId, recordRunArtifact } from "../../db/queries/artifact-runs.ts";
import type { ArtifactState } from "../../db/queries/artifact-rows.ts";
import { conflict, invalidAt, notFound } from "../../domain/failure.ts";
import { isRegistryName } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { VisibleProject } from "../access/index.ts";
import { requireRole } from "../access/index.ts";
import { ensureProject } from "../projects/index.ts";
import type { Services } from "../services.ts";
import type { Member } from "./capture-artifact.ts";
import { captureAliases, captureTags } from "./capture-artifact.ts";
import { checkAliases, checkDescription, checkMetadata, checkNames, checkTags, checkTtl, nameAt } from "./check-input.ts";

export type CreateArtifactInput = {
  entity: string;
  project: string;
  collection: string;
  type: string;
  /** Name of the run that logs the version. */
  run: string | null;
  digest: string;
  description: string | null;
  /** JSON text. */
  metadata: string | null;
  aliases: readonly string[];
  tags: readonly string[];
  clientId: string | null;
  sequenceClientId: string | null;
  /** Names the group of processes that fill one version together. */
  distributedId: string | null;
  deduplicate: boolean;
  historyStep: number | null;
  /** Null inherits the project's; 0 keeps for ever. */
  ttlSeconds: number | null;
};

type Checked = CreateArtifactInput & { metadata: string; runId: number | null };
type Created = { artifactId: number; state: ArtifactState };

/**
 * Begins a version: it stays pending until its files and manifest are there and it is committed. Content that the
 * sequence has already is not kept twice: the version that has it gets the aliases, and is given back as committed.
 * Needs the role member. Throws conflict where the name belongs to a collection of another kind or type.
 */
export async function createArtifact(services: Pick<Services, "db" | "pipeline" | "limits">, viewer: Viewer, given: CreateArtifactInput): Promise<Created> {
  const checked = check(services, given);
  const project = await ensureProject(services, viewer, { entity: given.entity, name: given.project });
  requireRole(project.role, "member", `in "${project.entity_name}/${project.name}"`);
  const runId = given.run === null ? null : await findRunId(services.db, project.id, given.run);
  if (given.run !== null && runId === null) throw notFound(`Run "${project.entity_name}/${project.name}/${given.run}"`);
  const input: Checked = { ...checked, runId };
  return services.db.transaction(async (tx) => {
    const sequence = await joinSequence(tx, viewer, project, input);
    const duplicate = input.deduplicate ? await findDuplicate(tx, sequence.id, input.digest) : null;
    const created: Created = duplicate === null ? await begin(tx, viewer, { project, sequence, input }) : { artifactId: duplicate.id, state: "COMMITTED" };
    if (duplicate !== null) await captureAliases(services, tx, [{ viewer, member: memberOf(duplicate, project, sequence, input), aliases: input.aliases }]);
    if (input.clientId !== null) await addClientId(tx, input.clientId, created.artifactId, project.entity_id);
    const added = await addArtifactTags(tx, project.entity_id, created.artifactId, input.tags);
    await captureTags(services, tx, { type: "ADD_ARTIFACT_TAG", viewer, artifactId: created.artifactId, tags: added });
    if (runId !== null) await recordRunArtifact(tx, { runId, artifactId: created.artifactId, direction: "output", entityId: project.entity_id, usedAs: null });
    return created;
  });
}

function check({ limits }: Pick<Services, "limits">, input: CreateArtifactInput): CreateArtifactInput & { metadata: string } {
  checkNames([nameAt("collection", input.collection, "artifactCollectionName"), nameAt("artifactType", input.type, "artifactTypeName")]);
  if (isRegistryName(input.project)) throw invalidAt("projectName", `"${input.project}" is a registry: log the version to a project, then link it into the registry`);
  if (!/^[\x21-\x7e]{1,256}$/.test(input.digest)) throw invalidAt("digest", "must be a digest of the manifest, of at most 256 characters");
  checkDescription(input.description);
  checkTtl(input.ttlSeconds);
  return { ...input, aliases: checkAliases(input.aliases, "aliases"), tags: checkTags(input.tags, "tags"), metadata: checkMetadata(input.metadata ?? "{}", limits) };
}

async function joinSequence(tx: Transaction, viewer: Viewer, project: VisibleProject, input: Checked): Promise<JoinedCollection> {
  const place = { entityId: project.entity_id, projectId: project.id };
  const found = await findCollectionToJoin(tx, project.id, input.collection) ?? await makeSequence();
  if (found === null) throw notFound(`Artifact collection "${input.collection}"`);
  if (found.kind !== "sequence") throw conflict(`"${input.collection}" is a collection of linked versions; log under another name.`);
  if (found.type_name !== input.type) throw conflict(`Artifact collection "${input.collection}" has the type "${found.type_name}"; a version of type "${input.type}" cannot be logged to it.`);
  return found;

  async function makeSequence(): Promise<JoinedCollection | null> {
    const type = await ensureArtifactType(tx, place, input.type);
    await insertCollectionIfAbsent(tx, { ...place, kind: "sequence", name: input.collection, typeId: type.id, clientId: input.sequenceClientId, userId: viewer.userId });
    return findCollectionToJoin(tx, project.id, input.collection);
  }
}

type Beginning = { project: VisibleProject; sequence: JoinedCollection; input: Checked };

async function begin(tx: Transaction, viewer: Viewer, { project, sequence, input }: Beginning): Promise<Created> {
  const pending = await join() ?? await insert() ?? await join();
  if (pending === null) throw conflict("The version was committed by another process of its group.");
  if (input.distributedId !== null) await addPendingAliasRows(tx, pending.id, input.aliases);
  return { artifactId: pending.id, state: "PENDING" };

  /** None where it was given up just now: then another one begins. */
  async function join(): Promise<{ id: number } | null> {
    const found = await findPending(tx, sequence.id, input);
    return found !== null && (await touchPending(tx, found.id)) ? found : null;
  }

  async function insert(): Promise<{ id: number } | null> {
    return insertArtifactRow(tx, { ...input, entityId: project.entity_id, projectId: project.id, sequenceId: sequence.id, userId: viewer.userId });
  }
}

function memberOf(duplicate: DuplicateRow, project: VisibleProject, sequence: JoinedCollection, input: Checked): Member {
  return {
    membershipId: duplicate.membership_id, artifactId: duplicate.id, versionIndex: duplicate.version_index, metadata: duplicate.metadata,
    collectionId: sequence.id, collectionName: input.collection, collectionKind: "sequence", artifactType: sequence.type_name,
    projectId: project.id, projectName: project.name, entityId: project.entity_id, entityName: project.entity_name,
  };
}
