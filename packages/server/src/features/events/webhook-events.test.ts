import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { Change, WebhookSubject } from "../../domain/event.ts";
import { newId } from "../../testing/pipeline.ts";
import type { ScopeAddress } from "../automations/index.ts";
import { createAutomation } from "../automations/index.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { makeWorld, refusal } from "../automations/testing/automation-world.ts";
import { backtest } from "../backtest/index.ts";
import { explainAutomation } from "../explanations/index.ts";
import { listExecutions, readExecution } from "../history/index.ts";
import { readEvent } from "./index.ts";

// An event about a webhook lies in a team and in no project. Whatever is asked of events is asked of it too.

let world: World;
let automations: { team: string; organization: string; others: string };
let webhookId: string;
let team: ScopeAddress;

const filters = { team: '{"webhook_name":"deploy","webhook_status":{"$in":["failing"]}}', organization: "{}", others: '{"webhook_name":"another"}' };
const everything = { before: null, limit: 100 };
const always = { since: new Date(0), until: new Date("2100-01-01T00:00:00Z"), cooldownSeconds: null };

beforeAll(async () => {
  world = await makeWorld();
  webhookId = newId();
  team = { kind: "entity", id: world.teamId };
  await world.services.db.query(sql("test_org_admin", "update organization_members set role = 'admin' where user_id = $1"), [world.admin.userId]);
  // Sam is of the same organization, and of no team in it.
  await world.services.db.query(sql("test_join", "insert into organization_members (organization_id, user_id, entity_id, role) select id, $1, entity_id, 'member' from organizations where name = 'acme'"), [world.stranger.userId]);
  const create = async (name: keyof typeof filters, scope: ScopeAddress): Promise<string> =>
    (await createAutomation(world.services, world.admin, { name, description: null, enabled: true, scope, event: { type: "WEBHOOK_FAILING", filter: filters[name] }, action: { type: "NO_OP" } })).id;
  automations = { team: await create("team", team), organization: await create("organization", { organization: "acme" }), others: await create("others", team) };
  const subject: WebhookSubject = { kind: "webhook", webhookId, webhookName: "deploy", state: "failing", reason: "timeout", entityId: world.teamId, entityName: "vision-team", projectId: null, projectName: "" };
  const change: Change = { type: "WEBHOOK_FAILING", author: "bellhop", subject };
  await world.services.db.transaction((tx) => world.services.pipeline.captureChange(tx, change));
});
afterAll(() => world.drop());

const execution = async (automation: string) => (await listExecutions(world.services, world.viewer, { ...everything, automation }))[0];

describe("an event about a webhook", () => {
  test("fires for the automations of its team and its organization that ask for that webhook, and no others", async () => {
    expect(await execution(automations.team)).toMatchObject({ event: { type: "WEBHOOK_FAILING", entity: "vision-team", project: null, collection: null, run: null, webhook: { id: webhookId, name: "deploy", state: "failing" } } });
    expect(await execution(automations.organization)).toBeDefined();
    expect(await execution(automations.others)).toBeUndefined();
  });

  test("is read and explained by who is of its team", async () => {
    const id = (await execution(automations.team))?.event.id ?? "";
    expect(await readEvent(world.services, world.viewer, { id })).toMatchObject({ project: null, webhook: { name: "deploy" }, artifactType: null, metadata: null, runDetails: null });
    const explain = async (automation: string) => (await explainAutomation(world.services, world.viewer, { id: automation, target: { event: id } })).explanations[0];
    expect(await explain(automations.team)).toMatchObject({ verdict: "fired", matches: true, scope: { held: true, saw: "vision-team" }, clauses: [{ field: "webhook_name", saw: "deploy", held: true }, { field: "webhook_status", saw: "failing", held: true }] });
    expect(await explain(automations.others)).toMatchObject({ verdict: "condition_false", clauses: [{ field: "webhook_name", operand: "another", saw: "deploy", held: false }] });
  });

  test("is not there for who is of the organization and not of the team; nor is what it made the organization's automation do", async () => {
    const found = await execution(automations.organization);
    expect(await refusal(readEvent(world.services, world.stranger, { id: found?.event.id ?? "" }))).toMatchObject({ code: "not_found" });
    expect(await listExecutions(world.services, world.stranger, { ...everything, automation: automations.organization })).toEqual([]);
    expect(await refusal(readExecution(world.services, world.stranger, { id: found?.id ?? "" }))).toMatchObject({ code: "not_found" });
  });

  test("counts in a backtest of its team and its organization, for who may see it", async () => {
    const ask = (viewer = world.viewer, scope: ScopeAddress = { organization: "acme" }, filter = filters.team) =>
      backtest(world.services, viewer, { ...always, scope, event: { type: "WEBHOOK_FAILING", filter } });
    for (const scope of [team, { organization: "acme" }]) expect(await ask(world.viewer, scope)).toMatchObject({ data: { events: 1 }, firings: [{ outcome: "fires", event: { webhook: { name: "deploy" } } }] });
    expect(await ask(world.viewer, team, filters.others)).toMatchObject({ data: { events: 1 }, firings: [] });
    expect(await ask(world.stranger)).toMatchObject({ data: { events: 0 }, firings: [] });
  });
});
