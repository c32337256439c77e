import type { Database } from "../../db/database.ts";
import type { AliasTarget } from "../../db/queries/artifact-aliases.ts";
import { findAliasTargets } from "../../db/queries/artifact-aliases.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireRole } from "../access/index.ts";
import type { Services } from "../services.ts";
import type { Batcher } from "../../kit/batcher.ts";
import { makeBatcher } from "../../kit/batcher.ts";
import type { Member, Placement } from "./capture-artifact.ts";
import { captureAliases } from "./capture-artifact.ts";
import { checkAliases } from "./check-input.ts";

/** An alias, and the collection that it is put on or taken from in. */
export type NamedAlias = { entity: string; project: string; collection: string; alias: string };

/**
 * Puts aliases on a version, each in the collection that it names; from another version of that collection it is taken
 * away. Needs the role member in each collection's project. Captures ADD_ARTIFACT_ALIAS for each that was not there.
 */
export async function addAliases(services: Pick<Services, "db" | "pipeline">, viewer: Viewer, input: { artifactId: number | null; aliases: readonly NamedAlias[] }): Promise<void> {
  const wanted = await requireAliasTargets(services, viewer, input);
  if (wanted.length > 0) await batcherOf(services).add(wanted.map((target) => ({ ...target, viewer })));
}

const mostRequests = 64;
const batchers = new WeakMap<Database, Batcher<Placement[]>>();

/**
 * Requests that come while a transaction commits share the next one: a promotion is small, and most of what it costs is
 * the round trips and the commit. Alone, a request waits for nobody. Where the shared transaction fails, each gets its own.
 */
function batcherOf(services: Pick<Services, "db" | "pipeline">): Batcher<Placement[]> {
  const known = batchers.get(services.db);
  if (known !== undefined) return known;
  const fresh = makeBatcher<Placement[]>(mostRequests, (requests) => services.db.transaction((tx) => captureAliases(services, tx, requests.flat())));
  batchers.set(services.db, fresh);
  return fresh;
}

/** The version's places in the named collections with the aliases named for each; throws unless the viewer is a member of all. */
export async function requireAliasTargets(services: Pick<Services, "db">, viewer: Viewer, input: { artifactId: number | null; aliases: readonly NamedAlias[] }): Promise<{ member: Member; aliases: string[] }[]> {
  const artifactId = input.artifactId;
  if (artifactId === null) throw notFound("Artifact version");
  const groups = [...Map.groupBy(input.aliases, keyOf)];
  if (groups.length === 0) return [];
  if (groups.length > 50) throw invalidAt("aliases", "at most 50 collections at a time");
  const found = await findAliasTargets(services.db, viewer.userId, artifactId, groups.map(([, [first]]) => first ?? nothing));
  const targets = new Map(found.map((target) => [keyOf({ entity: target.entity_name, project: target.project_name, collection: target.collection_name }), target]));
  return groups.map(([key, named]) => {
    const target = targets.get(key);
    if (target === undefined || target.role === null) throw notFound(`The version in "${key}"`);
    requireRole(target.role, "member", `in "${target.entity_name}/${target.project_name}"`);
    return { member: memberOf(artifactId, target), aliases: checkAliases(named.map(({ alias }) => alias), "aliases") };
  });
}

const nothing = { entity: "", project: "", collection: "" };

// Entities are one name in whatever case; projects and collections are not.
const keyOf = ({ entity, project, collection }: { entity: string; project: string; collection: string }): string => `${entity.toLowerCase()}/${project}/${collection}`;

const memberOf = (artifactId: number, target: AliasTarget): Member => ({
  membershipId: target.membership_id, artifactId, versionIndex: target.version_index, metadata: target.metadata,
  collectionId: target.collection_id, collectionName: target.collection_name, collectionKind: target.collection_kind, artifactType: target.type_name,
  projectId: target.project_id, projectName: target.project_name, entityId: target.entity_id, entityName: target.entity_name,
});
