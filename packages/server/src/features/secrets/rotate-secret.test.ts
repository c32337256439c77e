import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../../db/database.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { makeWorld, refusal } from "../automations/testing/automation-world.ts";
import { createWebhook, testWebhook } from "../webhooks/index.ts";
import { deleteSecret, endRotation, forgetPreviousSecrets, listSecrets, putSecret, rotateSecret } from "./index.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld({ answer: ({ headers }) => ({ kind: "answer", status: 200, headers: {}, body: `I compared with old-signing-value and new-signing-value: ${headers["webhook-signature"]}` }) });
});
afterAll(() => world.drop());

const team = "vision-team";
const put = (name: string, value = "old-signing-value") => putSecret(world.services, world.admin, { team, name, value });
const rotate = (name: string, given: { value?: string; overlapSeconds?: number } = {}, viewer = world.admin) =>
  rotateSecret(world.services, viewer, { team, name, value: "new-signing-value", overlapSeconds: 3_600, ...given });
const shown = async (name: string) => (await listSecrets(world.services, world.admin, { team, after: null, limit: 100 })).find((secret) => secret.name === name);
const expire = (name: string) => world.services.db.query(sql("test_expire", "update previous_secrets set expires_at = now() where secret_id = (select id from secrets where name = $1)"), [name]);
const kept = (name: string) => world.services.db.query(sql("test_previous", "select version from previous_secrets where secret_id = (select id from secrets where name = $1)"), [name]);

describe("the rotation of a secret", () => {
  it("shows which version still signs and until when, and never a value", async () => {
    await put("SHOWN");
    const rotated = await rotate("SHOWN");
    expect(rotated).toMatchObject({ version: 2, previous: [{ version: 1, until: expect.any(Date) }] });
    const until = rotated.previous[0]?.until.getTime() ?? 0;
    expect(Math.abs(until - Date.now() - 3_600_000)).toBeLessThan(600_000);
    expect(await shown("SHOWN")).toEqual(rotated);
    expect(JSON.stringify(rotated)).not.toContain("signing-value");
  });

  it("signs with both values until the overlap ends, by the clock of the database, and then with the new one only", async () => {
    await put("SIGNS");
    const hook = await createWebhook(world.services, world.admin, { team, name: "signs", url: "https://hooks.example.com/in", secret: "SIGNS" });
    const send = () => testWebhook(world.services, world.admin, { team, id: hook.id, payload: null });
    const headers = () => world.outbound.sent.at(-1)?.headers ?? {};
    await send();
    const before = headers()["x-wandb-signature"];
    await rotate("SIGNS");
    const during = await send();
    expect(headers()["x-wandb-signature-previous"]).toBe(before);
    expect(headers()["x-wandb-signature"]).not.toBe(before);
    expect(headers()["webhook-signature"]?.split(" ")).toHaveLength(2);
    expect(JSON.stringify(during)).not.toMatch(/old-signing-value|new-signing-value/);
    await expire("SIGNS");
    await send();
    expect(headers()).not.toHaveProperty("x-wandb-signature-previous");
    expect(headers()["webhook-signature"]?.split(" ")).toHaveLength(1);
  });

  it("is forgotten, not only unused, when its overlap has ended", async () => {
    await put("FORGOTTEN");
    await rotate("FORGOTTEN");
    await forgetPreviousSecrets(world.services);
    expect(await kept("FORGOTTEN")).toEqual([{ version: 1 }]);
    await expire("FORGOTTEN");
    expect((await shown("FORGOTTEN"))?.previous).toEqual([]);
    await forgetPreviousSecrets(world.services);
    expect(await kept("FORGOTTEN")).toEqual([]);
  });

  it.each<[string, (name: string) => Promise<unknown>]>([
    ["a rotation without overlap", (name) => rotate(name, { overlapSeconds: 0 })],
    ["a value that is put in its place", (name) => put(name)],
    ["the end of the rotation", (name) => endRotation(world.services, world.admin, { team, name })],
  ])("forgets every earlier value at once by %s", async (_what, end) => {
    await put("ENDS");
    await rotate("ENDS");
    await rotate("ENDS");
    expect((await shown("ENDS"))?.previous).toHaveLength(2);
    await end("ENDS");
    expect((await shown("ENDS"))?.previous).toEqual([]);
    expect(await kept("ENDS")).toEqual([]);
  });

  it("keeps at most three earlier values, the latest first; a leaked one can still be replaced", async () => {
    await put("OFTEN");
    for (let turn = 0; turn < 3; turn += 1) await rotate("OFTEN");
    expect((await shown("OFTEN"))?.previous.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(await refusal(rotate("OFTEN"))).toMatchObject({ code: "conflict", message: expect.stringContaining("overlapSeconds 0") });
    expect(await rotate("OFTEN", { overlapSeconds: 0 })).toMatchObject({ version: 5, previous: [] });
  });

  it.each<[string, { value?: string; overlapSeconds?: number }, string]>([
    ["a value that is too short", { value: "short" }, "value"],
    ["an overlap of less than nothing", { overlapSeconds: -1 }, "overlapSeconds"],
    ["an overlap of more than 30 days", { overlapSeconds: 2_592_001 }, "overlapSeconds"],
    ["an overlap of half a second", { overlapSeconds: 0.5 }, "overlapSeconds"],
  ])("refuses %s", async (_what, given, path) => {
    await put("REFUSES");
    expect(await refusal(rotate("REFUSES", given))).toMatchObject({ code: "invalid", details: [{ path }] });
  });

  it("refuses a value that the webhooks which send it as their access token could not send", async () => {
    await put("BEARER");
    await createWebhook(world.services, world.admin, { team, name: "bearer", url: "https://hooks.example.com/in", accessToken: "BEARER" });
    expect(await refusal(rotate("BEARER", { value: "with a line\nbreak" }))).toMatchObject({ code: "invalid", details: [{ path: "value" }] });
  });

  it("is for admins of the team; strangers meet a missing team, and a secret that is not there is not found", async () => {
    await put("OURS");
    for (const viewer of [world.member, world.viewer]) {
      expect(await refusal(rotate("OURS", {}, viewer))).toMatchObject({ code: "forbidden" });
      expect(await refusal(endRotation(world.services, viewer, { team, name: "OURS" }))).toMatchObject({ code: "forbidden" });
    }
    expect(await refusal(rotate("OURS", {}, world.stranger))).toMatchObject({ code: "not_found" });
    expect(await refusal(endRotation(world.services, world.stranger, { team, name: "OURS" }))).toMatchObject({ code: "not_found" });
    expect(await refusal(rotate("NOT_THERE"))).toMatchObject({ code: "not_found" });
    expect(await refusal(endRotation(world.services, world.admin, { team, name: "NOT_THERE" }))).toMatchObject({ code: "not_found" });
  });

  it("leaves nothing behind when the secret is deleted", async () => {
    await put("DELETED");
    await rotate("DELETED");
    await deleteSecret(world.services, world.admin, { team, name: "DELETED" });
    expect(await kept("DELETED")).toEqual([]);
  });
});
