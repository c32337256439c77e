import { sql } from "../../../db/database.ts";
import { createAutomation } from "../../../features/automations/index.ts";
import { createArtifact, createArtifactFiles, createArtifactManifest, findArtifact, linkArtifact } from "../../../features/artifacts/index.ts";
import { base64Md5, hexMd5, insertRun, logVersion, newVersion } from "../../../features/artifacts/testing/artifact-bench.ts";
import { startRedelivery } from "../../../features/redeliveries/index.ts";
import { createRegistry, setRegistryMember } from "../../../features/registry/index.ts";
import { announceRunFiles } from "../../../features/runs/index.ts";
import { putSecret } from "../../../features/secrets/index.ts";
import { createOrganization, createTeam, createUser, setOrganizationMember, setTeamMember } from "../../../features/teams/index.ts";
import { createApiKey } from "../../../features/tokens/index.ts";
import { createWebhook } from "../../../features/webhooks/index.ts";
import { createSession } from "../../../features/sessions/index.ts";
import type { Scene } from "./world.ts";

// Objects of the team, made anew for each call, by those who may.

export const team = "vision-team";
export const org = "acme";

let made = 0;
const fresh = (prefix: string): string => `${prefix}-${(made += 1)}`;

export const ofTeam = (): { team: string } => ({ team });
export const ofOrg = (): { org: string } => ({ org });
export const nothing = (): Record<string, never> => ({});

export async function aTeam(scene: Scene): Promise<{ team: string }> {
  const name = fresh("team");
  await createTeam(scene.services, scene.owner, { organization: org, name, admin: "ada" });
  for (const [username, role] of [["mia", "member"], ["vic", "viewer"]] as const) await setTeamMember(scene.services, scene.admin, { team: name, username, role });
  return { team: name };
}

export async function anOrganization(scene: Scene): Promise<{ org: string }> {
  const name = fresh("org");
  await createOrganization(scene.services, scene.owner, { name });
  for (const username of ["ada", "mia", "vic"]) await setOrganizationMember(scene.services, scene.owner, { organization: name, username, role: "member" });
  return { org: name };
}

/** With a member of its own, whose name it gives. */
export async function aRegistry(scene: Scene): Promise<{ org: string; registry: string; projectId: number; userId: number }> {
  const registry = fresh("registry");
  const { projectId } = await createRegistry(scene.services, scene.owner, { organization: org, name: registry, visibility: "organization", description: null, artifactTypes: null });
  await setRegistryMember(scene.services, scene.owner, { organization: org, registry, username: "vic", role: "viewer" });
  return { org, registry, projectId, userId: scene.viewer.userId };
}

export async function aProject(scene: Scene): Promise<{ team: string; project: string; projectId: number }> {
  const project = fresh("project");
  const [row] = await scene.services.db.query<{ id: number }>(sql("test_project", "insert into projects (entity_id, name) values ($1, $2) returning id"), [scene.teamId, project]);
  return { team, project, projectId: row?.id ?? 0 };
}

export async function aRun(scene: Scene): Promise<{ team: string; project: string; run: string; runId: number }> {
  const { project } = await aProject(scene);
  const run = fresh("run");
  return { team, project, run, runId: await insertRun(scene.services.db, scene.teamId, project, run) };
}

/** One that has logged a metric, `loss`. */
export async function aLoggedRun(scene: Scene): Promise<{ team: string; project: string; run: string }> {
  const { project, run } = await aRun(scene);
  const body = { files: { "wandb-history.jsonl": { offset: 0, content: ['{"_step":0,"loss":0.5}'] } } };
  const { status } = await scene.ask("member", { method: "POST", path: `/files/${team}/${project}/${run}/file_stream`, body });
  if (status !== 200) throw new Error("the run could not log");
  return { team, project, run };
}

export async function aFailedRun(scene: Scene): Promise<{ runId: number }> {
  const { runId } = await aRun(scene);
  await scene.services.db.query(sql("test_failed_run", "update runs set state = 'failed' where id = $1"), [runId]);
  return { runId };
}

export async function aRunFile(scene: Scene): Promise<{ team: string; project: string; run: string; fileId: number }> {
  const { project, run } = await aRun(scene);
  await announceRunFiles(scene.services, scene.member, { entity: team, project, run, names: ["output.log"] });
  const [row] = await scene.services.db.query<{ id: number }>(sql("test_run_file", "select id from run_files order by id desc limit 1"), []);
  return { team, project, run, fileId: row?.id ?? 0 };
}

type Version = { team: string; project: string; collection: string; artifactId: number; collectionId: number };

export async function aVersion(scene: Scene): Promise<Version & { md5: string; clientId: string }> {
  const { project } = await aProject(scene);
  const [collection, digest, clientId] = [fresh("model"), fresh("digest"), fresh("client")];
  const artifactId = await logVersion(scene.services, scene.member, { entity: team, project, collection, digest, clientId, tags: ["checked"], aliases: ["latest", "best"] });
  const row = await findArtifact(scene.services, scene.member, artifactId);
  return { team, project, collection, artifactId, collectionId: row?.sequence_id ?? 0, md5: hexMd5(`content of ${digest}`), clientId };
}

export async function aPendingVersion(scene: Scene): Promise<{ team: string; project: string; artifactId: number; manifestId: number }> {
  const { project } = await aProject(scene);
  const { artifactId } = await createArtifact(scene.services, scene.member, newVersion({ entity: team, project, digest: fresh("digest") }));
  const { manifest } = await createArtifactManifest(scene.services, scene.member, { artifactId, baseArtifactId: null, digest: base64Md5("x"), kind: "FULL" });
  await createArtifactFiles(scene.services, scene.member, [{ artifactId, name: "f", md5Base64: base64Md5("x") }]);
  return { team, project, artifactId, manifestId: manifest.id };
}

/** A version that is linked into another collection of the team. */
export async function aLink(scene: Scene): Promise<Version & { portfolio: string; portfolioId: number }> {
  const version = await aVersion(scene);
  const portfolio = fresh("portfolio");
  const linked = await linkArtifact(scene.services, scene.member, { artifact: { id: version.artifactId }, target: { entity: team, project: version.project, collection: portfolio }, aliases: [] });
  return { ...version, portfolio, portfolioId: linked.collectionId };
}

export async function aSecret(scene: Scene): Promise<{ team: string; name: string }> {
  const name = fresh("SECRET").replace("-", "_");
  await putSecret(scene.services, scene.admin, { team, name, value: "a long enough value" });
  return { team, name };
}

export async function aWebhook(scene: Scene): Promise<{ team: string; webhookId: string }> {
  const { id } = await createWebhook(scene.services, scene.admin, { team, name: fresh("hook"), url: "https://hooks.example.com/in" });
  return { team, webhookId: id };
}

export async function anAutomation(scene: Scene): Promise<{ team: string; project: string; projectId: number; automationId: string; webhookId: string }> {
  const place = await aProject(scene);
  const { webhookId } = await aWebhook(scene);
  const { id } = await createAutomation(scene.services, scene.admin, {
    name: fresh("automation"), description: null, enabled: true, scope: { kind: "project", id: place.projectId }, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" },
    action: { type: "GENERIC_WEBHOOK", webhook: { id: webhookId }, payload: null },
  });
  return { ...place, automationId: id, webhookId };
}

export async function anExecution(scene: Scene): Promise<{ team: string; project: string; executionId: string; automationId: string; eventId: string }> {
  const { automationId, project, projectId, webhookId } = await anAutomation(scene);
  const [executionId, eventId] = [scene.services.ids(), scene.services.ids()];
  const subject = { kind: "artifact", artifactId: 1, versionIndex: 0, collectionId: 1, collectionName: "c", collectionKind: "sequence", artifactType: "model", projectId, projectName: "p", entityId: scene.teamId, entityName: team, alias: "best", tag: null, metadata: {} };
  await scene.services.db.query(sql("test_event", "insert into events (id, entity_id, project_id, type, author, subject) values ($1, $2, $3, 'ADD_ARTIFACT_ALIAS', 'ada', $4)"), [eventId, scene.teamId, projectId, JSON.stringify(subject)]);
  await scene.services.db.query(sql("test_execution", `
    insert into executions (id, entity_id, automation_id, revision, event_id, action_type, webhook_id, status, rendered, finished_at)
    values ($1, $2, $3, 1, $4, 'GENERIC_WEBHOOK', $5, 'failed', '{"body": null}', now())`), [executionId, scene.teamId, automationId, eventId, webhookId]);
  return { team, project, executionId, automationId, eventId };
}

export async function aRedelivery(scene: Scene): Promise<{ redeliveryId: string }> {
  const { automationId } = await anExecution(scene);
  return { redeliveryId: (await startRedelivery(scene.services, scene.admin, { selection: { by: "automation", id: automationId, since: null }, mode: "same_bytes" })).id };
}

/** Of the team's administrator. */
export async function aKey(scene: Scene): Promise<{ username: string; keyId: string }> {
  return { username: "ada", keyId: (await createApiKey(scene.services, scene.admin, { description: null })).id };
}

export async function aKeyOfAnother(scene: Scene): Promise<{ username: string; keyId: string }> {
  const { username } = await aUser(scene);
  return { username, keyId: (await createApiKey(scene.services, scene.root, { description: null, username })).id };
}

/** Everybody's. */
export const password = "correct horse";
let havePassword = false;

/** Gives everybody who has none a password. */
export async function passwords(scene: Scene): Promise<Record<string, never>> {
  if (havePassword) return {};
  const { user } = await createUser(scene.services, scene.root, { username: fresh("signer"), password });
  await scene.services.db.query(sql("test_passwords", "update users set password_hash = (select password_hash from users where id = $1) where password_hash is null"), [user.id]);
  havePassword = true;
  return {};
}

/** Of the team's administrator. */
export async function aSession(scene: Scene): Promise<{ sessionId: string }> {
  await passwords(scene);
  return { sessionId: (await createSession(scene.services, { address: "192.0.2.1", userAgent: null }, { username: "ada", password })).id };
}

export async function aUser(scene: Scene): Promise<{ username: string }> {
  const username = fresh("user");
  await createUser(scene.services, scene.root, { username });
  return { username };
}

/** A user of the organization and the team. */
export async function aMember(scene: Scene): Promise<{ team: string; username: string }> {
  const { username } = await aUser(scene);
  await setTeamMember(scene.services, scene.admin, { team, username, role: "viewer" });
  return { team, username };
}
