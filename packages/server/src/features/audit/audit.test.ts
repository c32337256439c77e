import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/database.ts";
import { sql } from "../../db/database.ts";
import { disableWebhooks } from "../../db/queries/settle-attempts.ts";
import { auditActions, briefDetails, changedDetails } from "../../domain/audit.ts";
import type { Selection } from "../../domain/redelivery.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import { testServices } from "../../testing/services.ts";
import * as automations from "../automations/index.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { insertProject, makeWorld } from "../automations/testing/automation-world.ts";
import * as outcomes from "../outcomes/index.ts";
import * as projects from "../projects/index.ts";
import * as redeliveries from "../redeliveries/index.ts";
import * as registry from "../registry/index.ts";
import * as secrets from "../secrets/index.ts";
import type { Services } from "../services.ts";
import * as sessions from "../sessions/index.ts";
import * as teams from "../teams/index.ts";
import * as tokens from "../tokens/index.ts";
import * as webhooks from "../webhooks/index.ts";

const nouns = { automations, outcomes, projects, redeliveries, registry, secrets, sessions, teams, tokens, webhooks };

const canary = "canary-value-of-a-secret";
const team = "vision-team";
const organization = "acme";

let world: World;
let root: Viewer;
let ada: Viewer;
beforeAll(async () => {
  world = await makeWorld({ resolve: (host) => (host === "inside.example.com" ? ["10.0.0.7"] : ["93.184.216.34"]) });
  root = await insertUser(world.services.db, "root", { isAdmin: true });
  ada = { ...world.admin, origin: { credential: { kind: "api_key", id: "00000000-0000-7000-8000-000000000001", name: "laptop" }, address: "192.0.2.9", userAgent: "wandb-core" } };
});
afterAll(() => world.drop());

let count = 0;
const fresh = (prefix: string): string => `${prefix}-${(count += 1)}`;
const webhook = (services: Services, name = fresh("hook")): ReturnType<typeof webhooks.createWebhook> =>
  webhooks.createWebhook(services, ada, { team, name, url: `https://hooks.example.com/in?token=${canary}`, headers: { authorization: canary } });
const automation = (services: Services): ReturnType<typeof automations.createAutomation> => automations.createAutomation(services, root, {
  name: fresh("automation"), description: null, enabled: true, scope: { organization, registry: "model" }, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" }, action: { type: "NO_OP" },
});

const allFailedOf = async (services: Services): Promise<Selection> => ({ by: "automation", id: (await automation(services)).id, since: null });

type Verb = (services: Services) => Promise<unknown>;
/** What a verb writes, and how it is brought to do it: `ready` prepares, and gives the deed itself. */
type Case = { writes: readonly string[]; ready(services: Services): Promise<Verb> };

const now = (verb: Verb): (() => Promise<Verb>) => () => Promise.resolve(verb);

/** Every verb that changes one of the nouns. */
const changes: Record<string, Case> = {
  "secrets.putSecret": { writes: ["secret.create"], ready: () => { const name = fresh("S").replace("-", "_"); return Promise.resolve((services) => secrets.putSecret(services, ada, { team, name, value: canary })); } },
  "secrets.deleteSecret": { writes: ["secret.delete"], ready: async (services) => { await secrets.putSecret(services, ada, { team, name: "GONE", value: canary }); return (s) => secrets.deleteSecret(s, ada, { team, name: "GONE" }); } },
  "secrets.rotateSecret": { writes: ["secret.rotate"], ready: async (services) => { await secrets.putSecret(services, ada, { team, name: "TURNED", value: canary }); return (s) => secrets.rotateSecret(s, ada, { team, name: "TURNED", value: `${canary} 2`, overlapSeconds: 60 }); } },
  "secrets.endRotation": { writes: ["secret.end_rotation"], ready: async (services) => {
    await secrets.putSecret(services, ada, { team, name: "ENDED", value: canary });
    await secrets.rotateSecret(services, ada, { team, name: "ENDED", value: `${canary} 2`, overlapSeconds: 60 });
    return (s) => secrets.endRotation(s, ada, { team, name: "ENDED" });
  } },
  "webhooks.createWebhook": { writes: ["webhook.create"], ready: now((services) => webhook(services, "created hook")) },
  "webhooks.updateWebhook": { writes: ["webhook.update"], ready: async (services) => { const { id } = await webhook(services); return (s) => webhooks.updateWebhook(s, ada, { team, id, enabled: false }); } },
  "webhooks.enableWebhook": { writes: ["webhook.update"], ready: async (services) => { const { id } = await webhook(services); await disableWebhooks(services.db, [id], "gone"); return (s) => webhooks.enableWebhook(s, ada, { team, id }); } },
  "webhooks.deleteWebhook": { writes: ["webhook.delete"], ready: async (services) => { const { id } = await webhook(services); return (s) => webhooks.deleteWebhook(s, ada, { team, id, force: false }); } },
  "automations.createAutomation": { writes: ["automation.create"], ready: now((services) => automation(services)) },
  "automations.updateAutomation": { writes: ["automation.update"], ready: async (services) => { const { id } = await automation(services); return (s) => automations.updateAutomation(s, root, { id, enabled: false }); } },
  "automations.deleteAutomation": { writes: ["automation.delete"], ready: async (services) => { const { id } = await automation(services); return (s) => automations.deleteAutomation(s, root, { id }); } },
  "redeliveries.startRedelivery": { writes: ["redelivery.start"], ready: async (services) => { const selection = await allFailedOf(services); return (s) => redeliveries.startRedelivery(s, root, { selection, mode: "same_bytes" }); } },
  "redeliveries.cancelRedelivery": { writes: ["redelivery.cancel"], ready: async (services) => {
    const { id } = await redeliveries.startRedelivery(services, root, { selection: await allFailedOf(services), mode: "same_bytes" });
    return (s) => redeliveries.cancelRedelivery(s, root, { id });
  } },
  "teams.createOrganization": { writes: ["organization.create"], ready: now((services) => teams.createOrganization(services, ada, { name: "new org" })) },
  "teams.deleteOrganization": { writes: ["organization.delete"], ready: async (services) => { await teams.createOrganization(services, ada, { name: "short" }); return (s) => teams.deleteOrganization(s, ada, { organization: "short" }); } },
  "teams.createTeam": { writes: ["team.create", "member.set"], ready: now((services) => teams.createTeam(services, root, { organization, name: "new-team" })) },
  "teams.deleteTeam": { writes: ["team.delete"], ready: async (services) => { await teams.createTeam(services, root, { organization, name: "short-team" }); return (s) => teams.deleteTeam(s, root, { team: "short-team" }); } },
  "teams.createUser": { writes: ["user.create", "api_key.create"], ready: now((services) => teams.createUser(services, root, { username: "grace", password: canary })) },
  "teams.deleteUser": { writes: ["user.delete"], ready: async (services) => { await teams.createUser(services, root, { username: "leaver" }); return (s) => teams.deleteUser(s, root, { username: "leaver" }); } },
  "teams.setTeamMember": { writes: ["member.set", "member.set"], ready: async (services) => { await insertUser(services.db, "new-member"); return (s) => teams.setTeamMember(s, ada, { team, username: "new-member", role: "viewer" }); } },
  "teams.removeTeamMember": { writes: ["member.remove"], ready: now((services) => teams.removeTeamMember(services, ada, { team, username: "vic" })) },
  "teams.setOrganizationMember": { writes: ["member.set"], ready: now((services) => teams.setOrganizationMember(services, root, { organization, username: "mia", role: "admin" })) },
  "teams.removeOrganizationMember": { writes: ["member.remove"], ready: now((services) => teams.removeOrganizationMember(services, root, { organization, username: "vic" })) },
  "registry.createRegistry": { writes: ["registry.create"], ready: now((services) => registry.createRegistry(services, root, { organization, name: "new", visibility: "organization", description: null, artifactTypes: null })) },
  "registry.updateRegistry": { writes: ["registry.update"], ready: now((services) => registry.updateRegistry(services, root, { organization, registry: "model", description: "of ours" })) },
  "registry.deleteRegistry": { writes: ["registry.delete"], ready: async (services) => { await registry.createRegistry(services, root, { organization, name: "short", visibility: "restricted", description: null, artifactTypes: ["model"] }); return (s) => registry.deleteRegistry(s, root, { organization, registry: "short" }); } },
  "registry.setRegistryMember": { writes: ["member.set"], ready: now((services) => registry.setRegistryMember(services, root, { organization, registry: "model", username: "ada", role: "admin" })) },
  "registry.removeRegistryMember": { writes: ["member.remove"], ready: async (services) => { await registry.setRegistryMember(services, root, { organization, registry: "dataset", username: "ada", role: "admin" }); return (s) => registry.removeRegistryMember(s, root, { organization, registry: "dataset", username: "ada" }); } },
  "tokens.createApiKey": { writes: ["api_key.create"], ready: now((services) => tokens.createApiKey(services, ada, { description: "notebook" })) },
  "tokens.deleteApiKey": { writes: ["api_key.delete"], ready: async (services) => { const { id } = await tokens.createApiKey(services, ada, { description: null }); return (s) => tokens.deleteApiKey(s, ada, { id }); } },
  "sessions.createSession": { writes: ["session.create"], ready: async (services) => { await teams.createUser(services, root, { username: "signer", password: canary }); return (s) => sessions.createSession(s, { address: "192.0.2.1", userAgent: null }, { username: "signer", password: canary }); } },
  "sessions.endSession": { writes: ["session.delete"], ready: async (services) => {
    const { user } = await teams.createUser(services, root, { username: "ender", password: canary });
    const { id } = await sessions.createSession(services, { address: "192.0.2.1", userAgent: null }, { username: "ender", password: canary });
    return (s) => sessions.endSession(s, { userId: user.id, username: "ender", entityId: user.entityId, isAdmin: false }, { id });
  } },
  "sessions.changePassword": { writes: ["user.change_password"], ready: async (services) => {
    const { user } = await teams.createUser(services, root, { username: "changer", password: canary });
    return (s) => sessions.changePassword(s, { userId: user.id, username: "changer", entityId: user.entityId, isAdmin: false }, { currentPassword: canary, newPassword: `${canary} 2` });
  } },
  "sessions.setPassword": { writes: ["user.set_password"], ready: async (services) => { await teams.createUser(services, root, { username: "forgetter" }); return (s) => sessions.setPassword(s, root, { username: "forgetter", password: canary }); } },
  "projects.renameProject": { writes: ["project.rename"], ready: async (services) => { await insertProject(services.db, world.teamId, "old-name"); return (s) => projects.renameProject(s, ada, { entity: team, name: "old-name", newName: "new-name" }); } },
  "projects.deleteProject": { writes: ["project.delete"], ready: async (services) => { const id = await insertProject(services.db, world.teamId, "short"); return (s) => projects.deleteProject(s, ada, { id }); } },
};

/** What changes none of them: it reads, checks, or is called by a verb that writes the entry. */
const changeNothing = new Set([
  "secrets.accessTokenProblem", "secrets.listSecrets", "secrets.requireTeam",
  "secrets.forgetPreviousSecrets", // what it deletes signed no longer
  "secrets.rewrapSecrets", // the values stay as they are
  "outcomes.listOutcomes", "outcomes.callbackLinks", "outcomes.executionOfToken", "outcomes.shownCallbackUrl",
  "outcomes.reportOutcome", // nobody signs in for it; its entry is tested with the callbacks
  "webhooks.checkSignatures", "webhooks.listEntityWebhooks", "webhooks.listWebhooks", "webhooks.readBacklog", "webhooks.readWebhook", "webhooks.testWebhook",
  "redeliveries.countRedelivery", "redeliveries.readRedelivery", "redeliveries.compareRedelivery",
  "redeliveries.advanceRedeliveries", // what was asked for, and written down then
  "automations.listAutomations", "automations.listProjectAutomations", "automations.readAutomation", "automations.editorRole", "automations.requireVisibleScope", "automations.watchesMetrics", "automations.checkDraft",
  "teams.requireOrganization", "teams.requireUser", "teams.findEntityOrganization", "teams.findVisibleOrganization", "teams.listOrganizations", "teams.readOrganization", "teams.listTeams",
  "teams.readStorage", "teams.readTeam", "teams.findUser", "teams.listUserOrganizations", "teams.listUserTeams", "teams.listUsers", "teams.readCurrentUser", "teams.readUser",
  "teams.listTeamMembers", "teams.listOrganizationMembers",
  "registry.listRegistries", "registry.readRegistry", "registry.listRegistryMembers",
  "tokens.makeCredentials", "tokens.auditedKey", "tokens.listApiKeys",
  "tokens.issueApiKey", // a part of createApiKey and createUser
  "sessions.currentSession", "sessions.listSessions",
  "sessions.verifyLogin", "sessions.recordRefusedKeys", // nobody gets in: an entry without a change, in features/sessions/refused-sign-ins.test.ts
  "sessions.forgetExpired", // what it deletes worked no longer
  "projects.findProject", "projects.listOwnProjects", "projects.readProject", "projects.searchProjects",
  "projects.ensureProject", "projects.upsertProject", // logging makes projects; they are data
  "teams.createFirstAdministrator", // below, on a database of its own
]);

type Entry = Record<string, unknown> & { action: string };
const entries = async (db: Database): Promise<Entry[]> => db.query<Entry>(sql("test_entries", "select * from audit_entries order by id"), []);

/** Services whose transactions fail when all of their work is done. */
const failing = (services: Services): Services => ({
  ...services,
  db: { ...services.db, transaction: (work) => services.db.transaction(async (tx) => { await work(tx); throw new Error("rolled back"); }) },
});

describe("every verb", () => {
  test("of the audited nouns is known either to change something or to change nothing", () => {
    const verbs = Object.entries(nouns).flatMap(([noun, exported]) => Object.entries(exported).flatMap(([name, value]) => (typeof value === "function" ? [`${noun}.${name}`] : [])));
    expect(verbs.filter((verb) => !(verb in changes) && !changeNothing.has(verb)), "say in this file what it writes").toEqual([]);
    expect([...Object.keys(changes), ...changeNothing].filter((verb) => !verbs.includes(verb)), "no longer there").toEqual([]);
  });

  test.each(Object.entries(changes))("%s writes an entry in its own transaction, and none when that fails", async (_verb, { writes, ready }) => {
    const deed = await ready(world.services);
    const before = await entries(world.services.db);
    await expect(deed(failing(world.services))).rejects.toThrow("rolled back");
    expect(await entries(world.services.db)).toHaveLength(before.length);
    await deed(world.services);
    const written = (await entries(world.services.db)).slice(before.length);
    expect(written.map(({ action }) => action).sort()).toEqual([...writes].sort());
    for (const entry of written) {
      expect(Object.keys(auditActions)).toContain(entry.action);
      expect(entry).toMatchObject({ actor_name: expect.any(String), entity_id: expect.any(Number), entity_name: expect.any(String), object_name: expect.stringMatching(/./) });
    }
  });

  test("keeps no secret in the log: neither values, nor passwords, nor keys, nor what stands in headers and queries", async () => {
    expect(JSON.stringify(await entries(world.services.db))).not.toContain("canary");
  });
});

describe("an entry", () => {
  const last = async (): Promise<Entry | undefined> => (await entries(world.services.db)).at(-1);

  test("says who, with what, from where, and of a change only what differs", async () => {
    const { id } = await webhook(world.services);
    await webhooks.updateWebhook(world.services, ada, { team, id, timeoutSeconds: 20, headers: { authorization: "another value" } });
    expect(await last()).toMatchObject({
      entity_name: team, actor_name: "ada", credential_kind: "api_key", credential_name: "laptop", address: "192.0.2.9", user_agent: "wandb-core",
      action: "webhook.update", object_type: "webhook", object_id: id, before: { timeoutSeconds: 15 }, after: { timeoutSeconds: 20, changed: ["headers"] },
    });
  });

  test("is not written where nothing changes", async () => {
    await secrets.putSecret(world.services, ada, { team, name: "STEADY", value: canary });
    const before = (await entries(world.services.db)).length;
    await teams.setTeamMember(world.services, ada, { team, username: "ada", role: "admin" });
    await registry.updateRegistry(world.services, root, { organization, registry: "model" });
    await secrets.endRotation(world.services, ada, { team, name: "STEADY" });
    expect((await entries(world.services.db)).slice(before)).toEqual([]);
  });

  test("of a rotation says for how long the earlier value signs, and which ones ended to", async () => {
    await secrets.putSecret(world.services, ada, { team, name: "TURNING", value: canary });
    await secrets.rotateSecret(world.services, ada, { team, name: "TURNING", value: `${canary} 2`, overlapSeconds: 60 });
    expect(await last()).toMatchObject({ action: "secret.rotate", object_name: "TURNING", before: { version: 1 }, after: { version: 2, overlapSeconds: 60 } });
    await secrets.endRotation(world.services, ada, { team, name: "TURNING" });
    expect(await last()).toMatchObject({ action: "secret.end_rotation", before: { previous: [1] } });
  });

  test("of a refused endpoint has the exact code, and stands in the server's part of the log", async () => {
    await expect(webhooks.createWebhook(world.services, ada, { team, name: "inside", url: "https://inside.example.com/" })).rejects.toMatchObject({ code: "endpoint_not_allowed" });
    expect(await last()).toMatchObject({ entity_id: null, action: "endpoint.refuse", actor_name: "ada", after: { code: "address_not_public", team } });
  });

  test("of what the server does has no actor", async () => {
    const { id } = await webhook(world.services);
    await disableWebhooks(world.services.db, [id], "gone");
    expect(await last()).toMatchObject({ actor_name: null, entity_name: team, action: "webhook.disable", object_id: id, after: { enabled: false, reason: "gone" } });
    await disableWebhooks(world.services.db, [id], "gone");
    expect(await last(), "once").toMatchObject({ object_id: id });
    const empty = await createTestDatabase();
    try {
      await teams.createFirstAdministrator(testServices(empty.db), { username: "root", password: canary, apiKey: null });
      expect(await entries(empty.db)).toMatchObject([{ action: "user.create", actor_name: null }, { action: "api_key.create", actor_name: null }]);
    } finally {
      await empty.drop();
    }
  });

  test("cuts long texts short", () => {
    expect(briefDetails({ payload: "x".repeat(3_000), name: "deploy" })).toEqual({ payload: `${"x".repeat(2_000)}… (3000 characters)`, name: "deploy" });
    expect(changedDetails({ a: 1, b: [1] }, { a: 1, b: [2], c: null })).toEqual({ before: { b: [1] }, after: { b: [2], c: null } });
  });
});
