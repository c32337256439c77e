import { afterAll, beforeAll, expect, test } from "vitest";
import { createAutomation } from "../../features/automations/index.ts";
import type { World } from "../../features/automations/testing/automation-world.ts";
import { makeWorld } from "../../features/automations/testing/automation-world.ts";
import { readableBy } from "./readable-triggers.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.drop());

test("no release of the SDK is shown an automation over webhooks, which it could not read; every other client is", async () => {
  const make = (name: string, type: string) =>
    createAutomation(world.services, world.admin, { name, description: null, enabled: true, scope: { kind: "entity", id: world.teamId }, event: { type, filter: "{}" }, action: { type: "NO_OP" } });
  const automations = [await make("one", "ADD_ARTIFACT_ALIAS"), await make("two", "WEBHOOK_FAILING"), await make("three", "WEBHOOK_DISABLED"), await make("four", "WEBHOOK_RECOVERED")];
  const shownTo = (userAgent: string | undefined) => readableBy({ services: world.services, viewer: world.admin, userAgent }, automations).map(({ name }) => name);
  expect(shownTo("W&B Public Client 0.31.0")).toEqual(["one"]);
  expect(shownTo("W&B Public Client 99.0.0")).toEqual(["one"]);
  expect(shownTo("curl/8")).toEqual(["one", "two", "three", "four"]);
  expect(shownTo(undefined)).toHaveLength(4);
});
