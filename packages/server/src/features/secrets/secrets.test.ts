import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../../db/database.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { makeWorld, refusal } from "../automations/testing/automation-world.ts";
import { createWebhook } from "../webhooks/index.ts";
import { deleteSecret, listSecrets, putSecret } from "./index.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.drop());

const put = (name: string, value: string, viewer = world.admin, team = "vision-team") => putSecret(world.services, viewer, { team, name, value });
const list = (viewer = world.admin, team = "vision-team") => listSecrets(world.services, viewer, { team, after: null, limit: 100 });
const remove = (name: string, viewer = world.admin) => deleteSecret(world.services, viewer, { team: "vision-team", name });

describe("secrets", () => {
  it("are created, counted up when replaced, and never given back", async () => {
    const first = await put("DEPLOY_TOKEN", "canary-one-value");
    expect(first).toMatchObject({ name: "DEPLOY_TOKEN", version: 1, updatedBy: "ada", usedBy: 0 });
    const second = await put("DEPLOY_TOKEN", "canary-two-value");
    expect(second).toMatchObject({ version: 2, createdAt: first.createdAt });
    const listed = await list();
    expect(listed).toEqual([second]);
    expect(JSON.stringify([first, second, listed])).not.toContain("canary");
    const rows = await world.services.db.query(sql("test_secret_rows", "select secret::text as text from secrets as secret"), []);
    expect(JSON.stringify(rows)).not.toContain("canary");
  });

  it("open again for exactly their team, id and version", async () => {
    await put("OPENS", "canary-opens");
    const [row] = await world.services.db.query<{ id: string; version: number; key_id: string; wrap_nonce: Buffer; wrapped_key: Buffer; nonce: Buffer; ciphertext: Buffer }>(
      sql("test_sealed", "select id, version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext from secrets where name = 'OPENS'"), []);
    if (row === undefined) throw new Error("no secret");
    const sealed = { keyId: row.key_id, wrapNonce: row.wrap_nonce, wrappedKey: row.wrapped_key, nonce: row.nonce, ciphertext: row.ciphertext };
    await expect(world.services.secretStore.open(sealed, { entityId: String(world.teamId), secretId: row.id, version: row.version })).resolves.toBe("canary-opens");
  });

  it.each<[string, { name: string; value: string }, string, string]>([
    ["an empty name", { name: "", value: "long enough" }, "name", "must not be empty"],
    ["a name that begins with a digit", { name: "1TOKEN", value: "long enough" }, "name", "is not a valid name"],
    ["a name with a hyphen", { name: "A-B", value: "long enough" }, "name", "is not a valid name"],
    ["the name ACCESS_TOKEN", { name: "ACCESS_TOKEN", value: "long enough" }, "name", "is a variable of payloads"],
    ["the name of another variable", { name: "project_name", value: "long enough" }, "name", "is a variable of payloads"],
    ["an empty value", { name: "TOKEN", value: "" }, "value", "must not be empty"],
    ["a value too short to mask", { name: "TOKEN", value: "qwertz7" }, "value", "at least 8 characters"],
    ["a value that is too long", { name: "TOKEN", value: "x".repeat(65_537) }, "value", "at most 65536 bytes"],
    ["a value that is no text", { name: "TOKEN", value: "half a pair \ud800" }, "value", "well-formed"],
  ])("refuse %s", async (_what, { name, value }, path, message) => {
    const refused = await refusal(put(name, value));
    expect(refused).toMatchObject({ code: "invalid", details: [{ path, message: expect.stringContaining(message) }] });
    if (value !== "") expect(JSON.stringify(refused)).not.toContain(value);
  });

  it("can't be deleted while a webhook names them, and the refusal names the webhooks", async () => {
    await put("USED", "used-secret-value");
    await createWebhook(world.services, world.admin, { team: "vision-team", name: "hook one", url: "https://hooks.example.com/a", accessToken: "USED" });
    await createWebhook(world.services, world.admin, { team: "vision-team", name: "hook two", url: "https://hooks.example.com/a", secrets: ["USED"] });
    expect(await refusal(remove("USED"))).toMatchObject({ code: "conflict", message: expect.stringContaining('webhooks "hook one", "hook two"') });
    expect((await list()).find(({ name }) => name === "USED")?.usedBy).toBe(2);
  });

  it("take no value that does not fit a webhook whose access token they are", async () => {
    expect(await refusal(put("USED", "with a line\nbreak"))).toMatchObject({ code: "invalid", details: [{ path: "value", message: expect.stringContaining('the access token of "hook one"') }] });
  });

  it("are deleted, and are then missing", async () => {
    await put("GONE", "gone-secret-value");
    await remove("GONE");
    expect((await list()).map(({ name }) => name)).not.toContain("GONE");
    expect(await refusal(remove("GONE"))).toMatchObject({ code: "not_found" });
  });

  it("are for admins of the team; strangers meet a missing team", async () => {
    for (const viewer of [world.member, world.viewer]) {
      expect(await refusal(put("TOKEN", "long enough", viewer))).toMatchObject({ code: "forbidden" });
      expect(await refusal(list(viewer))).toMatchObject({ code: "forbidden" });
      expect(await refusal(remove("USED", viewer))).toMatchObject({ code: "forbidden" });
    }
    const missing = await refusal(list(world.admin, "no-such-team"));
    const foreign = await refusal(list(world.stranger));
    expect({ ...foreign, message: foreign.message.replace("vision-team", "no-such-team") }).toEqual(missing);
    expect(await refusal(put("TOKEN", "long enough", world.stranger))).toMatchObject({ code: "not_found" });
  });

  it("belong to users too, but not to organizations", async () => {
    await expect(put("MINE", "my-own-value", world.member, "mia")).resolves.toMatchObject({ version: 1 });
    expect(await refusal(put("MINE", "my-own-value", world.admin, "mia"))).toMatchObject({ code: "not_found" });
    const root = { ...world.admin };
    await world.services.db.query(sql("test_make_root", "update users set is_admin = true where id = $1"), [root.userId]);
    expect(await refusal(put("OURS", "an-org-value", root, "acme"))).toMatchObject({ code: "invalid", details: [{ path: "team" }] });
    await world.services.db.query(sql("test_unmake_root", "update users set is_admin = false where id = $1"), [root.userId]);
  });
});
