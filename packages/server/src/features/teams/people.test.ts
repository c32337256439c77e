import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "../../domain/viewer.ts";
import { hashApiKey } from "../../kit/api-key.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { insertUser } from "../../testing/people.ts";
import { listRegistries } from "../registry/index.ts";
import { verifyLogin } from "../sessions/index.ts";
import type { Services } from "../services.ts";
import { testServices } from "../../testing/services.ts";
import {
  createFirstAdministrator, createOrganization, createTeam, createUser, deleteOrganization, deleteTeam, deleteUser, listOrganizationMembers, listTeamMembers, listTeams, readTeam,
  readUser, removeOrganizationMember, removeTeamMember, setOrganizationMember, setTeamMember,
} from "./index.ts";

let database: TestDatabase;
let services: Services;
let admin: Viewer;
beforeAll(async () => {
  database = await createTestDatabase();
  services = testServices(database.db);
  admin = await insertUser(database.db, "root", { isAdmin: true });
});
afterAll(() => database.drop());

const viewerOf = async ({ credentials }: Services, apiKey: string): Promise<Viewer | null> => (await credentials.find("api_key", hashApiKey(apiKey)))?.viewer ?? null;

const all = { after: null, limit: 100 };

describe("users", () => {
  test("a new user has a key that works, a personal entity of the same name, and only what was asked for", async () => {
    const { user, apiKey } = await createUser(services, admin, { username: "Grace", email: "grace@example.com" });
    expect(await viewerOf(services, apiKey)).toEqual({ userId: user.id, username: "Grace", entityId: user.entityId, isAdmin: false });
    expect(await readTeam(services, { userId: user.id, username: "Grace", entityId: user.entityId, isAdmin: false }, { team: "grace" })).toMatchObject({ name: "Grace", kind: "user", organization: null, role: "admin" });
  });

  test("an imported W&B key goes on working, and belongs to one user only", async () => {
    const apiKey = "0123456789abcdef0123456789abcdef01234567";
    const { user } = await createUser(services, admin, { username: "importer", apiKey });
    expect(await viewerOf(services, apiKey)).toMatchObject({ userId: user.id });
    await expect(createUser(services, admin, { username: "importer2", apiKey })).rejects.toMatchObject({ code: "conflict" });
    await expect(createUser(services, admin, { username: "importer2", apiKey: `${"x".repeat(39)}!` })).rejects.toMatchObject({ code: "invalid" });
    // Nothing of the failed ones is left.
    await createUser(services, admin, { username: "importer2" });
  });

  test("names are taken whatever their case, and across users, teams and organizations", async () => {
    await createUser(services, admin, { username: "taken" });
    await createOrganization(services, admin, { name: "Taken Org" });
    await expect(createUser(services, admin, { username: "TAKEN" })).rejects.toMatchObject({ code: "conflict", status: 409 });
    await expect(createUser(services, admin, { username: "taken-org" })).rejects.toMatchObject({ code: "conflict" });
    await expect(createTeam(services, admin, { organization: "Taken Org", name: "taken" })).rejects.toMatchObject({ code: "conflict" });
    await expect(createOrganization(services, admin, { name: "taken org" })).rejects.toMatchObject({ code: "conflict" });
  });

  test.each([["", "empty"], ["-x", "starts with a dash"], ["a/b", "slash"], ["me", "reserved"], ["a".repeat(65), "too long"]])("refuses the name %j: %s", async (username) => {
    await expect(createUser(services, admin, { username })).rejects.toMatchObject({ code: "invalid", status: 422 });
  });

  test("only an administrator of the server creates and deletes users", async () => {
    const plain = await insertUser(database.db, "plain");
    await expect(createUser(services, plain, { username: "other" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(deleteUser(services, plain, { username: "plain" })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("a user sees those of their organizations; all others are missing", async () => {
    const [one, other, stranger] = [await insertUser(database.db, "see-one"), await insertUser(database.db, "see-other"), await insertUser(database.db, "see-stranger")];
    await createOrganization(services, one, { name: "see" });
    await setOrganizationMember(services, one, { organization: "see", username: "see-other", role: "viewer" });
    expect(await readUser(services, other, { username: "see-one" })).toMatchObject({ username: "see-one" });
    await expect(readUser(services, stranger, { username: "see-one" })).rejects.toThrow('User "see-one" not found.');
    await expect(readUser(services, stranger, { username: "no-such" })).rejects.toThrow('User "no-such" not found.');
  });

  test("a user goes with keys and memberships, but not while others depend on them", async () => {
    const { apiKey } = await createUser(services, admin, { username: "leaver" });
    const leaver = await viewerOf(services, apiKey);
    if (leaver === null) throw new Error("no user");
    await createOrganization(services, leaver, { name: "left" });
    await expect(deleteUser(services, admin, { username: "leaver" })).rejects.toMatchObject({ code: "conflict" });
    await setOrganizationMember(services, admin, { organization: "left", username: "root", role: "admin" });
    await deleteUser(services, admin, { username: "leaver" });
    expect(await viewerOf(services, apiKey)).toBeNull();
    await createUser(services, admin, { username: "leaver" });
    await expect(deleteUser(services, admin, { username: "root" })).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("organizations and teams", () => {
  test("an organization is born with the core registries, and its creator administers it", async () => {
    const owner = await insertUser(database.db, "owner");
    expect(await createOrganization(services, owner, { name: "Acme Labs" })).toMatchObject({ name: "Acme Labs", entityName: "Acme-Labs", role: "admin" });
    const registries = await listRegistries(services, owner, { organization: "acme-labs", ...all });
    expect(registries.map(({ name, artifactTypes }) => [name, artifactTypes])).toEqual([["dataset", ["dataset"]], ["model", ["model"]]]);
  });

  test("who is added to a team is in its organization too; who leaves the organization leaves its teams", async () => {
    const owner = await insertUser(database.db, "owner2");
    await insertUser(database.db, "joiner");
    await createOrganization(services, owner, { name: "joined" });
    await createTeam(services, owner, { organization: "joined", name: "joined-team" });
    await setTeamMember(services, owner, { team: "joined-team", username: "joiner", role: "viewer" });
    expect((await listOrganizationMembers(services, owner, { organization: "joined", ...all })).map(({ username, role }) => [username, role])).toEqual([["joiner", "member"], ["owner2", "admin"]]);
    await removeOrganizationMember(services, owner, { organization: "joined", username: "joiner" });
    expect((await listTeamMembers(services, owner, { team: "joined-team", ...all })).map(({ username }) => username)).toEqual(["owner2"]);
  });

  test("a team keeps an administrator: the last one is neither removed nor demoted, not even two at once", async () => {
    const owner = await insertUser(database.db, "owner3");
    await insertUser(database.db, "second");
    await createOrganization(services, owner, { name: "kept" });
    await createTeam(services, owner, { organization: "kept", name: "kept-team" });
    await expect(removeTeamMember(services, owner, { team: "kept-team", username: "owner3" })).rejects.toMatchObject({ code: "conflict" });
    await expect(setTeamMember(services, owner, { team: "kept-team", username: "owner3", role: "member" })).rejects.toMatchObject({ code: "conflict" });
    await expect(removeOrganizationMember(services, owner, { organization: "kept", username: "owner3" })).rejects.toMatchObject({ code: "conflict" });
    await setTeamMember(services, owner, { team: "kept-team", username: "second", role: "admin" });
    const both = ["owner3", "second"].map((username) => setTeamMember(services, admin, { team: "kept-team", username, role: "viewer" }));
    expect((await Promise.allSettled(both)).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("a foreign team is as missing as one that does not exist; a colleague without the role is forbidden", async () => {
    const [owner, colleague, stranger] = [await insertUser(database.db, "owner4"), await insertUser(database.db, "colleague"), await insertUser(database.db, "stranger")];
    await createOrganization(services, owner, { name: "closed" });
    await createTeam(services, owner, { organization: "closed", name: "closed-team" });
    await setTeamMember(services, owner, { team: "closed-team", username: "colleague", role: "member" });
    await expect(setTeamMember(services, colleague, { team: "closed-team", username: "stranger", role: "member" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(createTeam(services, colleague, { organization: "closed", name: "mine" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(readTeam(services, stranger, { team: "closed-team" })).rejects.toThrow('Team "closed-team" not found.');
    await expect(readTeam(services, stranger, { team: "no-such-team" })).rejects.toThrow('Team "no-such-team" not found.');
    await expect(listTeams(services, stranger, { organization: "closed", ...all })).rejects.toMatchObject({ code: "not_found" });
  });

  test("an organization's member sees only their own teams; its administrator sees and manages all", async () => {
    const [owner, lead, member] = [await insertUser(database.db, "owner5"), await insertUser(database.db, "lead"), await insertUser(database.db, "member5")];
    await createOrganization(services, owner, { name: "many" });
    for (const name of ["many-a", "many-b"]) await createTeam(services, owner, { organization: "many", name });
    await setTeamMember(services, owner, { team: "many-a", username: "member5", role: "member" });
    await setOrganizationMember(services, owner, { organization: "many", username: "lead", role: "admin" });
    expect((await listTeams(services, member, { organization: "many", ...all })).map(({ name }) => name)).toEqual(["many-a"]);
    expect((await listTeams(services, lead, { organization: "many", ...all })).map(({ name, role }) => [name, role])).toEqual([["many-a", "admin"], ["many-b", "admin"]]);
    await setTeamMember(services, lead, { team: "many-b", username: "member5", role: "viewer" });
  });

  test("everyone may leave; a personal entity has no members", async () => {
    const [owner, member] = [await insertUser(database.db, "owner6"), await insertUser(database.db, "member6")];
    await createOrganization(services, owner, { name: "leave" });
    await createTeam(services, owner, { organization: "leave", name: "leave-team" });
    await setTeamMember(services, owner, { team: "leave-team", username: "member6", role: "viewer" });
    await removeTeamMember(services, member, { team: "leave-team", username: "member6" });
    await expect(setTeamMember(services, owner, { team: "owner6", username: "member6", role: "viewer" })).rejects.toMatchObject({ code: "invalid" });
  });

  test("what is empty can be deleted, and its name is free again", async () => {
    const owner = await insertUser(database.db, "owner7");
    await createOrganization(services, owner, { name: "short" });
    await createTeam(services, owner, { organization: "short", name: "short-team" });
    await expect(deleteOrganization(services, owner, { organization: "short" })).rejects.toMatchObject({ code: "conflict" });
    await deleteTeam(services, owner, { team: "short-team" });
    await deleteOrganization(services, owner, { organization: "short" });
    await createOrganization(services, owner, { name: "short" });
    await createTeam(services, owner, { organization: "short", name: "short-team" });
  });
});

describe("the first administrator", () => {
  test("is created once, though two servers start at once, and what was generated is told once", async () => {
    const fresh = await createTestDatabase();
    try {
      const own = testServices(fresh.db);
      const input = { username: "admin", password: null, apiKey: null };
      const results = await Promise.all([createFirstAdministrator(own, input), createFirstAdministrator(own, input)]);
      const [made] = results.filter(({ created }) => created);
      expect(results.filter(({ created }) => created)).toHaveLength(1);
      expect(await viewerOf(own, made?.apiKey ?? "")).toMatchObject({ username: "admin", isAdmin: true });
      expect(await verifyLogin(own, { address: "a", userAgent: null }, { username: "admin", password: made?.password ?? "" })).toMatchObject({ isAdmin: true });
      expect(await createFirstAdministrator(own, input)).toEqual({ created: false });
    } finally {
      await fresh.drop();
    }
  });

  test("takes the configured password and key, and does not repeat them", async () => {
    const fresh = await createTestDatabase();
    try {
      const own = testServices(fresh.db);
      const apiKey = "local-".concat("a".repeat(40));
      expect(await createFirstAdministrator(own, { username: "boss", password: "long enough", apiKey })).toEqual({ created: true });
      expect(await viewerOf(own, apiKey)).toMatchObject({ username: "boss", isAdmin: true });
    } finally {
      await fresh.drop();
    }
  });
});
