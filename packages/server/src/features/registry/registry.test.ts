import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import { createOrganization, setOrganizationMember } from "../teams/index.ts";
import { createRegistry, deleteRegistry, listRegistries, readRegistry, removeRegistryMember, setRegistryMember, updateRegistry } from "./index.ts";

let database: TestDatabase;
let services: { db: TestDatabase["db"] };
let owner: Viewer;
let member: Viewer;
let stranger: Viewer;
beforeAll(async () => {
  database = await createTestDatabase();
  services = { db: database.db };
  owner = await insertUser(database.db, "owner");
  member = await insertUser(database.db, "member");
  stranger = await insertUser(database.db, "stranger");
  await createOrganization(services, owner, { name: "Acme" });
  await setOrganizationMember(services, owner, { organization: "Acme", username: "member", role: "member" });
});
afterAll(() => database.drop());

const organization = "Acme";
const open = (name: string): Parameters<typeof createRegistry>[2] => ({ organization, name, visibility: "organization", description: null, artifactTypes: null });

describe("registries", () => {
  test("only an administrator of the organization creates one; its name is taken then", async () => {
    await expect(createRegistry(services, member, open("mine"))).rejects.toMatchObject({ code: "forbidden" });
    await expect(createRegistry(services, stranger, open("mine"))).rejects.toMatchObject({ code: "not_found" });
    expect(await createRegistry(services, owner, open("jobs"))).toMatchObject({ name: "jobs", projectName: "wandb-registry-jobs", visibility: "organization", artifactTypes: null, role: "admin" });
    await expect(createRegistry(services, owner, open("jobs"))).rejects.toMatchObject({ code: "conflict" });
  });

  test.each(["", "a/b", "a:b", "x".repeat(114), " a"])("refuses the name %j", async (name) => {
    await expect(createRegistry(services, owner, open(name))).rejects.toMatchObject({ code: "invalid" });
  });

  test("a restricted one is missing for members of the organization until they are its members too", async () => {
    await createRegistry(services, owner, { ...open("secret"), visibility: "restricted" });
    const names = async (viewer: Viewer): Promise<string[]> => (await listRegistries(services, viewer, { organization, after: null, limit: 100 })).map(({ name }) => name);
    await expect(readRegistry(services, member, { organization, registry: "secret" })).rejects.toMatchObject({ code: "not_found" });
    expect(await names(member)).not.toContain("secret");
    await setRegistryMember(services, owner, { organization, registry: "secret", username: "member", role: "member" });
    expect(await readRegistry(services, member, { organization, registry: "wandb-registry-secret" })).toMatchObject({ name: "secret", role: "member" });
    expect(await names(member)).toContain("secret");
    await expect(setRegistryMember(services, owner, { organization, registry: "secret", username: "stranger", role: "member" })).rejects.toMatchObject({ code: "invalid" });
    await removeRegistryMember(services, owner, { organization, registry: "secret", username: "member" });
    await expect(readRegistry(services, member, { organization, registry: "secret" })).rejects.toMatchObject({ code: "not_found" });
  });

  test("types are added, never taken away; what is left out stays", async () => {
    await createRegistry(services, owner, { ...open("typed"), description: "first", artifactTypes: ["model"] });
    const change = { organization, registry: "typed" };
    expect(await updateRegistry(services, owner, { ...change, artifactTypes: ["model", "dataset"] })).toMatchObject({ artifactTypes: ["dataset", "model"], description: "first" });
    await expect(updateRegistry(services, owner, { ...change, artifactTypes: ["dataset"] })).rejects.toThrow('artifactTypes: types can be added, not taken away: "model" is missing');
    expect(await updateRegistry(services, owner, { ...change, addTypes: ["code"], visibility: "restricted", description: null })).toMatchObject({ artifactTypes: ["code", "dataset", "model"], visibility: "restricted", description: null });
    expect(await updateRegistry(services, owner, { ...change, artifactTypes: null })).toMatchObject({ artifactTypes: null });
    await expect(updateRegistry(services, member, { organization, registry: "jobs", description: "x" })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("core registries are neither deleted nor renamed; others are, with their automations", async () => {
    await expect(deleteRegistry(services, owner, { organization, registry: "model" })).rejects.toMatchObject({ code: "conflict" });
    await expect(updateRegistry(services, owner, { organization, registry: "dataset", name: "data" })).rejects.toMatchObject({ code: "conflict" });
    const made = await createRegistry(services, owner, open("old"));
    await database.db.query(sql("test_automation", `
      insert into automations (id, entity_id, name, enabled, scope_kind, scope_id, event_type, event_filter, action_type, action)
      select gen_random_uuid(), entity_id, 'watch', true, 'project', id, 'LINK_MODEL', '{}', 'NO_OP', '{}' from projects where id = $1`), [made.projectId]);
    expect(await updateRegistry(services, owner, { organization, registry: "old", name: "new" })).toMatchObject({ name: "new", projectId: made.projectId });
    await expect(updateRegistry(services, owner, { organization, registry: "new", name: "jobs" })).rejects.toMatchObject({ code: "conflict" });
    await deleteRegistry(services, owner, { organization, registry: "new" });
    await expect(readRegistry(services, owner, { organization, registry: "new" })).rejects.toMatchObject({ code: "not_found" });
    const [automation] = await database.db.query<{ deleted: boolean }>(sql("test_automation_deleted", "select deleted_at is not null as deleted from automations where scope_id = $1"), [made.projectId]);
    expect(automation?.deleted).toBe(true);
  });
});
