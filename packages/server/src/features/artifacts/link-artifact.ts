import type { Transaction } from "../../db/database.ts";
import { ensureArtifactType, findCollectionToJoin, insertCollectionIfAbsent } from "../../db/queries/artifact-create.ts";
import type { JoinedCollection } from "../../db/queries/artifact-create.ts";
import type { FoundArtifact } from "../../db/queries/artifact-find.ts";
import { findArtifactRowsByClientId } from "../../db/queries/artifact-find.ts";
import type { Membership } from "../../db/queries/artifact-link.ts";
import { acceptsType, joinPortfolio } from "../../db/queries/artifact-link.ts";
import { latestAlias } from "../../domain/artifact-alias.ts";
import { conflict, invalidAt, notFound } from "../../domain/failure.ts";
import { isRegistryName, legacyRegistry } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { VisibleProject } from "../access/index.ts";
import { requireProject } from "../access/index.ts";
import { ensureProject } from "../projects/index.ts";
import type { Services } from "../services.ts";
import type { Member, MemberEvent } from "./capture-artifact.ts";
import { captureAliases, captureMember } from "./capture-artifact.ts";
import { checkAliases, checkNames, nameAt } from "./check-input.ts";
import { requireArtifact, requireCollection, seesArtifact } from "./permissions.ts";

export type LinkTarget = { portfolioId: number } | { entity: string; project: string; collection: string };
export type LinkInput = { artifact: { id: number | null } | { clientId: string }; target: LinkTarget; aliases: readonly string[] };
export type Linked = { collectionId: number; artifactId: number; versionIndex: number };

/**
 * Links a committed version into a portfolio, which is made if its project has none of that name; a registry has to
 * accept the version's type. The newest link is `latest`. A version that is linked already keeps its index and gets the
 * aliases. Needs the role member in the portfolio's project. Captures LINK_MODEL for a new membership, in a registry CREATE_ARTIFACT too,
 * and ADD_ARTIFACT_ALIAS for each alias that was not there.
 */
export async function linkArtifact(services: Pick<Services, "db" | "pipeline">, viewer: Viewer, input: LinkInput): Promise<Linked> {
  const chosen = checkAliases(input.aliases, "aliases");
  const artifact = await requireLinkable(services, viewer, input.artifact);
  const target = await resolveTarget(services, viewer, input.target);
  return services.db.transaction(async (tx) => {
    const portfolio = await joinTarget(tx, viewer, artifact, target);
    const membership = await joinPortfolio(tx, { portfolioId: portfolio.id, artifactId: artifact.id, userId: viewer.userId });
    if (membership === null) throw notFound("Artifact version");
    const member = memberOf({ artifact, target, portfolio, membership });
    const aliases = membership.inserted ? [...new Set([latestAlias, ...chosen])] : chosen;
    if (membership.inserted) await captureMember(services, tx, { types: linkEvents(target.project.name), viewer, member });
    await captureAliases(services, tx, [{ viewer, member, aliases }]);
    return { collectionId: portfolio.id, artifactId: artifact.id, versionIndex: membership.version_index };
  });
}

/** To a registry, whose collections bear no versions of their own, a version is created when it is linked there. */
const linkEvents = (project: string): MemberEvent[] => (isRegistryName(project) || project === legacyRegistry ? ["LINK_MODEL", "CREATE_ARTIFACT"] : ["LINK_MODEL"]);

async function requireLinkable(services: Pick<Services, "db">, viewer: Viewer, which: LinkInput["artifact"]): Promise<FoundArtifact> {
  const found = "id" in which ? await requireArtifact(services.db, viewer, which.id, "viewer") : (await findArtifactRowsByClientId(services.db, viewer.userId, which.clientId)).find(seesArtifact);
  if (found === undefined) throw notFound("Artifact version");
  if (found.state !== "COMMITTED") throw conflict("The version is not committed: only a committed version can be linked.");
  return found;
}

type Target = { project: VisibleProject; collection: string };

async function resolveTarget(services: Pick<Services, "db">, viewer: Viewer, target: LinkTarget): Promise<Target> {
  if ("portfolioId" in target) {
    const portfolio = await requireCollection(services.db, viewer, { id: target.portfolioId, kind: "portfolio" }, "member");
    return { project: await requireProject(services.db, viewer, { id: portfolio.project_id }, "member"), collection: portfolio.name };
  }
  checkNames([nameAt("collection", target.collection, "artifactPortfolioName")]);
  const project = await ensureProject(services, viewer, { entity: target.entity, name: target.project });
  return { project, collection: target.collection };
}

async function joinTarget(tx: Transaction, viewer: Viewer, artifact: FoundArtifact, { project, collection }: Target): Promise<JoinedCollection> {
  if (!(await acceptsType(tx, project.id, artifact.type_name))) throw invalidAt("artifactPortfolioName", `the registry "${project.entity_name}/${project.name}" does not accept versions of type "${artifact.type_name}"`);
  const found = await findCollectionToJoin(tx, project.id, collection) ?? await makePortfolio();
  if (found === null) throw notFound(`Artifact collection "${collection}"`);
  if (found.kind !== "portfolio") throw conflict(`"${collection}" is a collection that versions are logged to; link under another name.`);
  if (found.type_name !== artifact.type_name) throw conflict(`Artifact collection "${collection}" has the type "${found.type_name}"; a version of type "${artifact.type_name}" cannot be linked into it.`);
  return found;

  async function makePortfolio(): Promise<JoinedCollection | null> {
    const place = { entityId: project.entity_id, projectId: project.id };
    const type = await ensureArtifactType(tx, place, artifact.type_name);
    await insertCollectionIfAbsent(tx, { ...place, kind: "portfolio", name: collection, typeId: type.id, clientId: null, userId: viewer.userId });
    return findCollectionToJoin(tx, project.id, collection);
  }
}

const memberOf = ({ artifact, target, portfolio, membership }: { artifact: FoundArtifact; target: Target; portfolio: JoinedCollection; membership: Membership }): Member => ({
  membershipId: membership.id, artifactId: artifact.id, versionIndex: membership.version_index, metadata: artifact.metadata,
  collectionId: portfolio.id, collectionName: target.collection, collectionKind: "portfolio", artifactType: portfolio.type_name,
  projectId: target.project.id, projectName: target.project.name, entityId: target.project.entity_id, entityName: target.project.entity_name,
});
