import { encodeId } from "../../../domain/global-id.ts";
import { isRecord } from "../../../kit/cast.ts";
import type { Row } from "./row.ts";
import { row } from "./row.ts";
import type { Ids, Least } from "./row.ts";
import { aKey, aFailedRun, aLink, anAutomation, aPendingVersion, aProject, aRegistry, aRun, aRunFile, aVersion, aWebhook, nothing, ofOrg, ofTeam } from "./objects.ts";
import type { Scene } from "./world.ts";

/** Arguments of a root field, as the SDK gives them. The document around them is made from the schema. */
export type FieldRow = { least: Least; ids: Row["ids"]; args(ids: Ids): Record<string, unknown> };

const field = <I extends Ids>(least: Least, ids: (scene: Scene) => Promise<I> | I, args: (ids: I) => Record<string, unknown>): FieldRow => {
  const { call, ...rest } = row(least, ids, (given) => ({ method: "", path: "", body: args(given) }));
  return { ...rest, args: (given) => recordOf(call(given, "nobody").body) };
};
const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** A mutation's only argument is its input. */
const mutation = <I extends Ids>(least: Least, ids: (scene: Scene) => Promise<I> | I, input: (ids: I) => Record<string, unknown>): FieldRow => field(least, ids, (given) => ({ input: input(given) }));

let made = 0;
const fresh = (prefix: string): string => `${prefix}-of-the-wire-${(made += 1)}`;
const artifactID = (id: number): string => encodeId("Artifact", id);
const collectionID = (id: number): string => encodeId("ArtifactCollection", id);

export const queryRows: Record<string, FieldRow> = {
  viewer: field("anyone", nothing, () => ({})),
  serverInfo: field("anyone", nothing, () => ({})),
  users: field("signed in", nothing, () => ({ query: "a" })),
  entity: field("viewer", ofTeam, ({ team }) => ({ name: team })),
  organization: field("viewer", ofOrg, (ids) => ({ name: ids.org })),
  project: field("viewer", aProject, ({ team, project }) => ({ entityName: team, name: project })),
  model: field("viewer", aProject, ({ team, project }) => ({ entityName: team, name: project })),
  models: field("viewer", ofTeam, ({ team }) => ({ entityName: team })),
  artifact: field("viewer", aVersion, ({ artifactId }) => ({ id: artifactID(artifactId) })),
  artifactCollection: field("viewer", aVersion, ({ collectionId }) => ({ id: collectionID(collectionId) })),
  clientIDMapping: field("viewer", aVersion, ({ clientId }) => ({ clientID: clientId })),
};

const people: Record<string, FieldRow> = {
  createTeam: mutation("signed in", nothing, () => ({ teamName: fresh("team") })),
  createUser: mutation("root", nothing, () => ({ email: `${fresh("user")}@example.com` })),
  generateApiKey: mutation("signed in", nothing, () => ({ description: "of the wire" })),
  deleteApiKey: mutation("own", aKey, ({ keyId }) => ({ id: keyId })),
  upsertModel: mutation("member", aProject, ({ team, project }) => ({ entityName: team, name: project, description: "changed" })),
  renameProject: mutation("admin", aProject, ({ team, project }) => ({ entityName: team, oldProjectName: project, newProjectName: fresh("renamed") })),
  deleteModel: mutation("admin", aProject, ({ projectId }) => ({ id: encodeId("Project", projectId) })),
  createProjectMembers: mutation("owner", aRegistry, ({ projectId, userId }) => ({ projectId: encodeId("Project", projectId), userIds: [encodeId("User", userId)] })),
  updateProjectMember: mutation("owner", aRegistry, ({ projectId, userId }) => ({ projectId: encodeId("Project", projectId), userId: encodeId("User", userId), userProjectRole: "member" })),
  deleteProjectMembers: mutation("owner", aRegistry, ({ projectId, userId }) => ({ projectId: encodeId("Project", projectId), userIds: [encodeId("User", userId)] })),
};

const runs: Record<string, FieldRow> = {
  upsertBucket: mutation("member", aRun, ({ team, project, run }) => ({ entityName: team, modelName: project, name: run, notes: "changed" })),
  createRunFiles: mutation("member", aRun, ({ team, project, run }) => ({ entityName: team, projectName: project, runName: run, files: ["a.txt"] })),
  markRunFilesUploaded: mutation("member", aRunFile, ({ team, project, run }) => ({ entityName: team, projectName: project, runName: run, files: ["output.log"] })),
  rewindRun: mutation("member", aRun, ({ team, project, run }) => ({ entityName: team, projectName: project, runName: run, metricName: "_step", metricValue: 0 })),
  stopRun: mutation("member", aRun, ({ runId }) => ({ id: encodeId("Run", runId) })),
  updateRunState: mutation("member", aFailedRun, ({ runId }) => ({ id: encodeId("Run", runId), state: "pending" })),
  deleteRun: mutation("member", aRun, ({ runId }) => ({ id: encodeId("Run", runId) })),
  deleteFiles: mutation("member", aRunFile, ({ fileId }) => ({ files: [encodeId("RunFile", fileId)] })),
};

const versions: Record<string, FieldRow> = {
  createArtifact: mutation("member", aProject, ({ team, project }) => ({
    entityName: team, projectName: project, artifactTypeName: "model", artifactCollectionName: "new", digest: fresh("digest"), digestAlgorithm: "MANIFEST_MD5",
  })),
  createArtifactManifest: mutation("member", aPendingVersion, ({ artifactId }) => ({ artifactID: artifactID(artifactId), name: "wandb_manifest.json", digest: "nV5yGzNnZeBzBPzRHxb3Zg==" })),
  updateArtifactManifest: mutation("member", aPendingVersion, ({ manifestId }) => ({ artifactManifestID: encodeId("ArtifactManifest", manifestId), digest: "nV5yGzNnZeBzBPzRHxb3Zg==" })),
  createArtifactFiles: mutation("member", aPendingVersion, ({ artifactId }) => ({ artifactFiles: [{ artifactID: artifactID(artifactId), name: "g", md5: "nV5yGzNnZeBzBPzRHxb3Zg==" }] })),
  commitArtifact: mutation("member", aVersion, ({ artifactId }) => ({ artifactID: artifactID(artifactId) })),
  createArtifactType: mutation("member", aProject, ({ team, project }) => ({ entityName: team, projectName: project, name: fresh("type") })),
  addAliases: mutation("member", aVersion, ({ team, project, collection, artifactId }) => ({ artifactID: artifactID(artifactId), aliases: [{ entityName: team, projectName: project, artifactCollectionName: collection, alias: "new" }] })),
  deleteAliases: mutation("member", aVersion, ({ team, project, collection, artifactId }) => ({ artifactID: artifactID(artifactId), aliases: [{ entityName: team, projectName: project, artifactCollectionName: collection, alias: "best" }] })),
  updateArtifact: mutation("member", aVersion, ({ artifactId }) => ({ artifactID: artifactID(artifactId), description: "changed" })),
  useArtifact: mutation("member", async (scene) => ({ ...(await aVersion(scene)), ...(await aRun(scene)) }), ({ team, project, run, artifactId }) => ({ artifactID: artifactID(artifactId), entityName: team, projectName: project, runName: run })),
  linkArtifact: mutation("member", aVersion, ({ team, project, artifactId }) => ({ artifactID: artifactID(artifactId), entityName: team, projectName: project, artifactPortfolioName: "linked" })),
  unlinkArtifact: mutation("member", aLink, ({ artifactId, portfolioId }) => ({ artifactID: artifactID(artifactId), artifactPortfolioID: collectionID(portfolioId) })),
  deleteArtifact: mutation("member", aVersion, ({ artifactId }) => ({ artifactID: artifactID(artifactId), deleteAliases: true })),
};

const collections: Record<string, FieldRow> = {
  updateArtifactSequence: mutation("member", aVersion, ({ collectionId }) => ({ artifactSequenceID: collectionID(collectionId), description: "changed" })),
  updateArtifactPortfolio: mutation("member", aLink, ({ portfolioId }) => ({ artifactPortfolioID: collectionID(portfolioId), description: "changed" })),
  moveArtifactSequence: mutation("member", aVersion, ({ collectionId }) => ({ artifactSequenceID: collectionID(collectionId), destinationArtifactTypeName: "model" })),
  deleteArtifactSequence: mutation("member", aVersion, ({ collectionId }) => ({ artifactSequenceID: collectionID(collectionId) })),
  deleteArtifactPortfolio: mutation("member", aLink, ({ portfolioId }) => ({ artifactPortfolioID: collectionID(portfolioId) })),
  createArtifactCollectionTagAssignments: mutation("member", aVersion, ({ team, project, collection }) => ({ entityName: team, projectName: project, artifactCollectionName: collection, tags: [{ tagName: "new" }] })),
  deleteArtifactCollectionTagAssignments: mutation("member", aVersion, ({ team, project, collection }) => ({ entityName: team, projectName: project, artifactCollectionName: collection, tags: [{ tagName: "new" }] })),
};

const trigger = { enabled: true, triggeringEventType: "ADD_ARTIFACT_ALIAS", eventFilter: "{}", triggeredActionType: "NO_OP", triggeredActionConfig: { noOpActionInput: { noOp: true } } };

const automations: Record<string, FieldRow> = {
  createFilterTrigger: mutation("admin", aProject, ({ projectId }) => ({ ...trigger, name: fresh("trigger"), scopeType: "PROJECT", scopeID: encodeId("Project", projectId) })),
  updateFilterTrigger: mutation("admin", anAutomation, ({ automationId }) => ({ id: automationId, enabled: false })),
  deleteTrigger: mutation("admin", anAutomation, ({ automationId }) => ({ triggerID: automationId })),
  createGenericWebhookIntegration: mutation("admin", ofTeam, ({ team }) => ({ entityName: team, name: fresh("hook"), urlEndpoint: "https://hooks.example.com/in" })),
};

export const mutationRows: Record<string, FieldRow> = { ...people, ...runs, ...versions, ...collections, ...automations };

/** What a stranger does within their own team, with an object of ours: it must be as if that object did not exist. */
export const foreignReferences: Record<string, { field: string; ids: Row["ids"]; args: FieldRow["args"] }> = {
  "a trigger of one's own that calls a foreign webhook": { field: "createFilterTrigger", ...mutation("member", async (scene) => ({ webhookId: (await aWebhook(scene)).webhookId, ownTeamId: scene.otherTeamId }), ({ webhookId, ownTeamId }) => ({
    ...trigger, name: fresh("trigger"), scopeType: "ENTITY", scopeID: encodeId("Entity", ownTeamId), triggeredActionType: "GENERIC_WEBHOOK", triggeredActionConfig: { genericWebhookActionInput: { integrationID: webhookId } },
  })) },
  "a version of one's own that builds on a foreign one": { field: "createArtifactManifest", ...mutation("member", async (scene) => ({ artifactId: (await aVersion(scene)).artifactId }), ({ artifactId }) => ({ artifactID: artifactID(artifactId), baseArtifactID: artifactID(artifactId), name: "wandb_manifest.json", digest: "eA==" })) },
  "a foreign version linked into a collection of one's own": { field: "linkArtifact", ...mutation("member", async (scene) => ({ artifactId: (await aVersion(scene)).artifactId }), ({ artifactId }) => ({ artifactID: artifactID(artifactId), entityName: "other-team", projectName: "p", artifactPortfolioName: "taken" })) },
  "a foreign version, by its client's id": { field: "linkArtifact", ...mutation("member", async (scene) => ({ clientId: (await aVersion(scene)).clientId }), ({ clientId }) => ({ clientID: clientId, entityName: "other-team", projectName: "p", artifactPortfolioName: "taken" })) },
  "a foreign version used by a run of one's own": { field: "useArtifact", ...mutation("member", async (scene) => ({ artifactId: (await aVersion(scene)).artifactId }), ({ artifactId }) => ({ artifactID: artifactID(artifactId), entityName: "other-team", projectName: "p", runName: "r" })) },
  "a registry of ours, with oneself as a member": { field: "createProjectMembers", ...mutation("member", async (scene) => ({ projectId: (await aRegistry(scene)).projectId, ownId: scene.stranger.userId }), ({ projectId, ownId }) => ({ projectId: encodeId("Project", projectId), userIds: [encodeId("User", ownId)] })) },
};

