import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { Change } from "../../domain/event.ts";
import { addAliases, deleteArtifact, linkArtifact, updateArtifact, updateCollection } from "../artifacts/index.ts";
import { logVersion } from "../artifacts/testing/artifact-bench.ts";
import type { AutomationInput } from "../automations/index.ts";
import { createAutomation, deleteAutomation, updateAutomation } from "../automations/index.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { makeWorld, refusal } from "../automations/testing/automation-world.ts";
import { listEvents, readEvent } from "../events/index.ts";
import { listExecutions, readExecution, redeliverExecution } from "../history/index.ts";
import { moveRunState, noChanges, receiveReport, upsertRun } from "../runs/index.ts";
import { explainAutomation, explainExecution } from "./index.ts";

let world: World;
let artifactId: number;
let count = 0;
const production = '{"$or":[{"$and":[{"alias":{"$eq":"production"}},{"$not":{"artifact_collection_name":{"$regex":"^test-"}}}]}]}';
const team = { entity: "vision-team", project: "mnist" };
const everything = { before: null, limit: 1_000 };

beforeAll(async () => {
  world = await makeWorld();
  artifactId = await log("models", "first");
});
afterAll(() => world.drop());

const log = (collection: string, digest: string): Promise<number> => logVersion(world.services, world.member, { ...team, collection, digest });

const create = (given: Partial<AutomationInput> = {}) =>
  createAutomation(world.services, world.admin, {
    name: `automation ${(count += 1)}`, description: null, enabled: true, scope: team, event: { type: "ADD_ARTIFACT_ALIAS", filter: production }, action: { type: "NO_OP" }, ...given,
  });
const alias = async (name: string, collection = "models"): Promise<string> => {
  await addAliases(world.services, world.member, { artifactId, aliases: [{ ...team, collection, alias: name }] });
  return newestEvent();
};
async function newestEvent(type?: string): Promise<string> {
  const [newest] = await listEvents(world.services, world.viewer, { within: team, ...everything, ...(type === undefined ? {} : { type }) });
  if (newest === undefined) throw new Error("no event");
  return newest.id;
}
const explain = async (id: string, event: string, viewer = world.viewer) => {
  const { explanations: [explanation] } = await explainAutomation(world.services, viewer, { id, target: { event } });
  if (explanation === undefined) throw new Error("no explanation");
  return explanation;
};

describe("why an automation fired for an event, or why not", () => {
  test("each clause tells what it saw and whether it held, in a firing and where the condition is false", async () => {
    const { id } = await create();
    const other = await explain(id, await alias("staging"));
    expect(other).toMatchObject({ fired: false, verdict: "condition_false", matches: false, executionId: null, reason: null, automation: { id, revision: 1 }, eventType: { held: true }, scope: { held: true, saw: "vision-team/mnist/models" } });
    expect(other.clauses).toEqual([
      { path: "$or[0].$and[0].alias.$eq", field: "alias", operator: "$eq", operand: "production", saw: "staging", held: false, negated: false },
      { path: "$or[0].$and[1].$not.artifact_collection_name.$regex", field: "artifact_collection_name", operator: "$regex", operand: "^test-", saw: "models", held: false, negated: true },
    ]);
    const event = await alias("production");
    const [execution] = await listExecutions(world.services, world.viewer, { automation: id, ...everything });
    const fired = await explain(id, event);
    expect(fired).toMatchObject({ fired: true, verdict: "fired", matches: true, executionId: execution?.id, clauses: [{ saw: "production", held: true }, { held: false, negated: true }] });
    expect(await explainExecution(world.services, world.viewer, { id: execution?.id ?? "" })).toEqual(fired);
  });

  test("a firing is explained in the same words after everything about it was changed or deleted", async () => {
    const own = await log("doomed", "doomed");
    const { id } = await create({ scope: { ...team, collection: "doomed" } });
    await addAliases(world.services, world.member, { artifactId: own, aliases: [{ ...team, collection: "doomed", alias: "production" }] });
    const [execution] = await listExecutions(world.services, world.viewer, { automation: id, ...everything });
    if (execution === undefined) throw new Error("did not fire");
    const read = () => explainExecution(world.services, world.viewer, { id: execution.id });
    const before = await read();
    expect(before).toMatchObject({ verdict: "fired", matches: true, automation: { revision: 1 }, scope: { held: true, watches: { kind: "collection", name: "doomed" } } });

    await updateAutomation(world.services, world.admin, { id, name: "renamed", scope: team, event: { type: "LINK_MODEL", filter: '{"tag":"x"}' } });
    expect(await read()).toEqual(before);
    expect(await explain(id, execution.event.id)).toEqual(before);
    await updateArtifact(world.services, world.member, { artifactId: own, description: null, metadata: '{"accuracy":0.1}', ttlSeconds: null, tagsToAdd: [], tagsToDelete: [], aliases: [] });
    await updateCollection(world.services, world.member, { id: before.scope.watches.id, kind: "sequence", name: "other-name", description: null });
    expect(await read()).toEqual(before);
    await deleteArtifact(world.services, world.member, { artifactId: own, deleteAliases: true });
    await deleteAutomation(world.services, world.admin, { id });
    expect(await read()).toEqual(before);
  });

  test("a redelivery is explained by what it repeats", async () => {
    const { id } = await create();
    const event = await alias("production-again");
    expect((await explain(id, event)).verdict).toBe("condition_false");
    await updateAutomation(world.services, world.admin, { id, event: { filter: '{"alias":"twice"}' } });
    await alias("twice");
    const [first] = await listExecutions(world.services, world.viewer, { automation: id, ...everything });
    await world.services.db.query(sql("test_finish", "update executions set status = 'finished' where id = $1"), [first?.id ?? ""]);
    const again = await redeliverExecution(world.services, world.admin, { id: first?.id ?? "", mode: "same_bytes" });
    const explanation = await explainExecution(world.services, world.viewer, { id: again.id });
    expect(explanation).toEqual(await explainExecution(world.services, world.viewer, { id: first?.id ?? "" }));
    expect(explanation).toMatchObject({ verdict: "fired", executionId: first?.id, automation: { revision: 2 } });
  });

  test("a revision of a release that did not keep its scope is taken to have stood where its automation stands", async () => {
    const { id } = await create({ event: { type: "ADD_ARTIFACT_ALIAS", filter: '{"alias":"never"}' } });
    await world.services.db.query(sql("test_forget_scope", "update automation_revisions set scope_kind = null, scope_id = null where automation_id = $1"), [id]);
    expect(await explain(id, await alias("old-release"))).toMatchObject({ verdict: "condition_false", scope: { held: true, watches: { kind: "project", name: "mnist" } } });
  });

  test("a skip is told with its reason", async () => {
    const { id } = await create({ event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" } });
    await world.services.db.query(sql("test_break_filter", "update automations set event_filter = 'broken' where id = $1"), [id]);
    const explanation = await explain(id, await alias("skipped"));
    expect(explanation).toMatchObject({ fired: false, verdict: "skipped", reason: { code: "filter_unreadable" }, executionId: expect.any(String) });
  });

  test("an event is judged by the revision that stood when it happened", async () => {
    const { id } = await create({ event: { type: "ADD_ARTIFACT_ALIAS", filter: '{"alias":"never"}' } });
    const event = await alias("edited");
    await updateAutomation(world.services, world.admin, { id, event: { filter: '{"alias":"edited"}' } });
    expect(await explain(id, event)).toMatchObject({ verdict: "condition_false", automation: { revision: 1 }, clauses: [{ operand: "never", saw: "edited" }] });
  });

  test.each<[string, () => Promise<[string, string]>, object]>([
    ["created_later", async () => { const event = await alias("early"); return [(await create({ event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" } })).id, event]; }, { matches: true }],
    ["other_event_type", async () => [(await create({ event: { type: "LINK_MODEL", filter: "{}" } })).id, await alias("typed")], { matches: false, clauses: [], eventType: { held: false, watches: "LINK_ARTIFACT", saw: "ADD_ARTIFACT_ALIAS" } }],
    ["not_in_scope", async () => { await log("others", "others"); return [(await create({ scope: { ...team, collection: "others" }, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" } })).id, await alias("placed")]; }, { matches: false, scope: { held: false, watches: { kind: "collection", id: expect.any(Number), name: "others" }, saw: "vision-team/mnist/models" } }],
    ["disabled", async () => [(await create({ enabled: false, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" } })).id, await alias("dark")], { matches: true }],
  ])("verdict %s", async (verdict, arrange, rest) => {
    const [id, event] = await arrange();
    expect(await explain(id, event)).toMatchObject({ fired: false, verdict, executionId: null, ...rest });
  });

  test("an automation of the organization is in scope of its teams' events, as it is when they fire", async () => {
    // ada administers the team only: the test makes her the organization's administrator too.
    await world.services.db.query(sql("test_org_admin", "update organization_members set role = 'admin' where user_id = $1"), [world.admin.userId]);
    const { id } = await create({ scope: { organization: "acme" }, event: { type: "ADD_ARTIFACT_ALIAS", filter: '{"alias":"never"}' } });
    expect(await explain(id, await alias("org"))).toMatchObject({ verdict: "condition_false", scope: { held: true, watches: { kind: "entity", name: expect.any(String) } } });
  });
});

describe("why an automation did not fire for a run", () => {
  test("each state that the run entered is judged, newest first", async () => {
    const states = '{"run_filter":"{\\"$and\\":[{\\"config.lr\\":{\\"$gt\\":0.1}}]}","run_state_filter":{"states":["RUNNING"]}}';
    const { id } = await create({ event: { type: "RUN_STATE", filter: states } });
    const run = await upsertRun(world.services, world.member, { entity: "vision-team", project: "mnist", name: "r1", state: null }, { ...noChanges, config: '{"lr":{"value":0.5}}' });
    await world.services.db.query(sql("test_pending", "update runs set state = 'pending' where id = $1"), [run.run.id]);
    await moveRunState(world.services, world.member, run.run.id, "failed");
    const { explanations, metrics } = await explainAutomation(world.services, world.viewer, { id, target: { run: { ...team, run: "r1" } } });
    expect(metrics).toBeNull();
    expect(explanations.map(({ verdict, event }) => [event.run?.state, verdict])).toEqual([["FAILED", "condition_false"], ["RUNNING", "fired"]]);
    expect(explanations[0]?.clauses).toEqual([
      { path: "run_state_filter.states", field: "entered state", operator: "$in", operand: ["RUNNING"], saw: "FAILED", held: false, negated: false },
      { path: "run_filter.$and[0][\"config.lr\"].$gt", field: "config.lr", operator: "$gt", operand: 0.1, saw: 0.5, held: true, negated: false },
    ]);
  });
});

describe("why an automation over metrics fired, or was held back", () => {
  test("what was measured is told with the run filter; what another automation was told is no answer", async () => {
    const over = (threshold: number): string => JSON.stringify({
      run_metric_filter: { threshold_filter: { name: "loss", agg_op: "AVERAGE", window_size: 2, cmp_op: "$gt", threshold } }, run_filter: '{"display_name":{"$contains":"m"}}',
    });
    const { id } = await create({ event: { type: "RUN_METRIC", filter: over(5) } });
    const other = await create({ event: { type: "RUN_METRIC", filter: over(50) } });
    await upsertRun(world.services, world.member, { ...team, name: "metrics", state: null }, { ...noChanges, displayName: "metrics" });
    const lines = [1, 11, 1, 1, 19].map((loss, step) => ({ text: JSON.stringify({ loss, _step: step }), value: { loss, _step: step } }));
    await receiveReport(world.services, world.member, { ...team, run: "metrics" }, { history: { offset: 0, lines }, events: null, output: null, summary: null, ended: null, preempting: false });
    const target = { run: { ...team, run: "metrics" } };
    const { explanations, metrics } = await explainAutomation(world.services, world.viewer, { id, target });
    expect(explanations.map(({ verdict, reason, matches, event }) => [verdict, reason?.code, matches, event.metric?.step])).toEqual([["skipped", "cooldown", true, 4], ["fired", undefined, true, 1]]);
    expect(explanations[1]?.clauses).toEqual([
      { path: "metrics[0]", field: "loss", operator: "holds", operand: "avg(loss, 2) > 5", saw: "avg(loss, 2) = 6", held: true, negated: false },
      { path: "run_filter.display_name.$contains", field: "display_name", operator: "$contains", operand: "m", saw: "metrics", held: true, negated: false },
    ]);
    expect(metrics).toMatchObject({ holds: true, runFilter: { held: true }, conditions: [{ held: true, values: 2, needed: 2 }], cameToHold: [{ step: 1, heldBack: false }, { step: 4, heldBack: true }] });
    // Nothing was told to the other one: how it stands says why.
    expect(await explainAutomation(world.services, world.viewer, { id: other.id, target })).toEqual({
      explanations: [],
      metrics: {
        holds: false, cameToHold: [], runFilter: { held: true, clauses: [expect.objectContaining({ field: "display_name", held: true })] },
        conditions: [{ metric: "loss", condition: "avg(loss, 2) > 50", held: false, status: "avg(loss, 2) = 10", values: 2, needed: 2 }],
      },
    });
    expect(await explain(other.id, explanations[1]?.event.id ?? "")).toMatchObject({ verdict: "other_automation", fired: false, matches: false });
  });
});

describe("what may not be seen", () => {
  test("a foreign automation, event, run or execution answers like a missing one", async () => {
    const { id } = await create();
    const event = await alias("production");
    const [execution] = await listExecutions(world.services, world.viewer, { automation: id, ...everything });
    const missing = "01890a5d-ac96-774b-bcce-b302099a8057";
    expect(await refusal(explain(id, event, world.stranger))).toEqual(await refusal(explain(missing, event)));
    expect(await refusal(explain(id, missing))).toMatchObject({ code: "not_found", message: "Event not found." });
    expect(await refusal(explain(id, "no uuid"))).toEqual(await refusal(explain(id, missing)));
    expect(await refusal(readEvent(world.services, world.stranger, { id: event }))).toEqual(await refusal(readEvent(world.services, world.viewer, { id: missing })));
    expect(await refusal(explainExecution(world.services, world.stranger, { id: execution?.id ?? "" }))).toMatchObject({ code: "not_found" });
    expect(await refusal(explainAutomation(world.services, world.viewer, { id, target: { run: { ...team, run: "none" } } }))).toMatchObject({ code: "not_found" });
    expect(await refusal(listEvents(world.services, world.stranger, { within: team, ...everything }))).toMatchObject({ code: "not_found" });
  });

  test("the events of a restricted registry are there for its members only", async () => {
    await linkArtifact(world.services, world.admin, { artifact: { id: artifactId }, target: { entity: "acme", project: "wandb-registry-model", collection: "llm" }, aliases: [] });
    const within = { organization: "acme", registry: "model" };
    const [event] = await listEvents(world.services, world.viewer, { within, ...everything });
    expect(event).toMatchObject({ project: "wandb-registry-model", collection: "llm" });
    await world.services.db.query(sql("test_restrict", "update projects set access = 'RESTRICTED' where name = 'wandb-registry-model' and entity_id = $1"), [world.orgEntityId]);
    expect(await refusal(listEvents(world.services, world.viewer, { within, ...everything }))).toMatchObject({ code: "not_found" });
    expect(await refusal(readEvent(world.services, world.viewer, { id: event?.id ?? "" }))).toMatchObject({ code: "not_found" });
    const { id } = await create();
    expect(await refusal(explain(id, event?.id ?? ""))).toMatchObject({ code: "not_found" });
  });
});

describe("an automation of the organization", () => {
  test("tells only those of a firing who may see where it happened", async () => {
    await world.services.db.query(sql("test_org_admin_too", "update organization_members set role = 'admin' where user_id = $1"), [world.admin.userId]);
    const { id } = await create({ scope: { organization: "acme" }, event: { type: "ADD_ARTIFACT_ALIAS", filter: '{"alias":"private-matter"}' } });
    await alias("private-matter");
    const [execution] = await listExecutions(world.services, world.admin, { automation: id, ...everything });
    const asked = { id: execution?.id ?? "" };
    expect(await explainExecution(world.services, world.viewer, asked)).toMatchObject({ verdict: "fired" });
    // Sam is of the same organization now, and of no team in it.
    await world.services.db.query(sql("test_join", "insert into organization_members (organization_id, user_id, entity_id, role) select id, $1, entity_id, 'member' from organizations where name = 'acme'"), [world.stranger.userId]);
    expect(await listExecutions(world.services, world.stranger, { automation: id, ...everything })).toEqual([]);
    expect(await refusal(explainExecution(world.services, world.stranger, asked))).toMatchObject({ code: "not_found" });
    expect(await refusal(readExecution(world.services, world.stranger, asked))).toMatchObject({ code: "not_found" });
    expect(await refusal(redeliverExecution(world.services, world.stranger, { ...asked, mode: "same_bytes" }))).toMatchObject({ code: "not_found" });
  });
});

describe("the list of events", () => {
  test("is of one project, newest first, in pages, by type and time", async () => {
    const change = (name: string, type: Change["type"] = "ADD_ARTIFACT_ALIAS"): Change => ({
      type, author: "mia",
      subject: { kind: "artifact", artifactId, versionIndex: 0, alias: name, tag: null, metadata: { accuracy: 0.9 }, collectionId: 1, collectionName: "models", collectionKind: "sequence", artifactType: "model", projectId, projectName: "listed", entityId: world.teamId, entityName: "vision-team" },
    });
    const project = await upsertRun(world.services, world.member, { entity: "vision-team", project: "listed", name: "r", state: "pending" }, noChanges);
    const projectId = project.project.id;
    const within = { entity: "vision-team", project: "listed" };
    const list = (query: { type?: string; since?: Date; before?: string; limit?: number } = {}) => listEvents(world.services, world.viewer, { within, before: null, limit: 100, ...query });
    for (const one of [change("one"), change("two", "LINK_MODEL"), change("three")]) await world.services.db.transaction((tx) => world.services.pipeline.captureChange(tx, one));
    const all = await list();
    expect(all.map((event) => [event.type, event.alias])).toEqual([["ADD_ARTIFACT_ALIAS", "three"], ["LINK_ARTIFACT", "two"], ["ADD_ARTIFACT_ALIAS", "one"]]);
    expect(await list({ limit: 1 })).toEqual(all.slice(0, 1));
    expect(await list({ before: all[0]?.id ?? "" })).toEqual(all.slice(1));
    expect(await list({ type: "LINK_ARTIFACT" })).toEqual(await list({ type: "LINK_MODEL" }));
    expect((await list({ type: "LINK_MODEL" })).map((event) => event.alias)).toEqual(["two"]);
    expect(await list({ since: new Date(Date.now() + 3_600_000) })).toEqual([]);
    expect(await refusal(list({ type: "LINK_ARTEFACT" }))).toMatchObject({ code: "invalid", details: [{ path: "type", message: expect.stringContaining("LINK_ARTIFACT") }] });
    expect(await readEvent(world.services, world.viewer, { id: all[0]?.id ?? "" })).toEqual({ ...all[0], artifactType: "model", metadata: { accuracy: 0.9 }, runDetails: null });
  });
});
