import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Transaction } from "../../db/database.ts";
import { sql } from "../../db/database.ts";
import { findDelivered } from "../../db/queries/delivered-bodies.ts";
import { findCauses } from "../../db/queries/execution-causes.ts";
import { findOutcomes, insertReport, lockOutcomeForReport } from "../../db/queries/outcomes.ts";
import { exampleChange, insertAutomation, newId } from "../../testing/pipeline.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { insertProject, makeWorld } from "../automations/testing/automation-world.ts";
import { listExecutions, readExecution } from "./index.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  for (const [entityId, projectId] of [[world.teamId, 1], [world.otherTeamId, 2]] as const) await insertAutomation(world.services.db, { entityId, scope: ["project", projectId] });
});
afterAll(() => world.drop());

/** Fires the automation of one team, on behalf of an execution; gives the new one's id. */
async function ring(team: "ours" | "theirs", causedBy?: string): Promise<string> {
  const subject = team === "ours" ? { entityId: world.teamId, projectId: 1 } : { entityId: world.otherTeamId, projectId: 2 };
  await world.services.db.transaction((tx) => world.services.pipeline.captureChange(tx, { ...exampleChange({ subject }), causedBy }));
  const [newest] = await world.services.db.query<{ id: string }>(sql("test_newest", "select id from executions order by id desc limit 1"), []);
  return newest?.id ?? "";
}

const read = (id: string) => readExecution(world.services, world.viewer, { id });

describe("the chain of causes", () => {
  it("counts the deliveries behind an event, and leads back to what began it", async () => {
    const first = await ring("ours");
    const second = await ring("ours", first);
    const third = await ring("ours", second);
    expect(await read(third)).toMatchObject({ depth: 2, causedBy: second, causes: [{ id: second, event: "ADD_ARTIFACT_ALIAS", createdAt: expect.any(Date) }, { id: first }] });
    expect(await read(first)).toMatchObject({ depth: 0, causedBy: null, causes: [] });
    expect((await listExecutions(world.services, world.viewer, { before: null, limit: 10 })).slice(0, 3).map(({ depth, causedBy }) => [depth, causedBy])).toEqual([[2, second], [1, first], [0, null]]);
  });

  it("leaves out what the viewer may not see, and still counts it", async () => {
    const ours = await ring("ours");
    const last = await ring("ours", await ring("theirs", ours));
    const shown = await read(last);
    expect(shown.depth).toBe(2);
    expect(shown.causes.map(({ id }) => id)).toEqual([ours]);
  });

  it("leaves out what happened where the viewer may not look, although the automation is one that they see; so do the reports on it", async () => {
    const { db, pipeline } = world.services;
    const organization = await insertAutomation(db, { entityId: world.orgEntityId, scope: ["entity", world.orgEntityId], filter: '{"alias":"hidden"}' });
    const registry = await insertProject(db, world.orgEntityId, "wandb-registry-secret");
    const ringRegistry = async (causedBy?: string): Promise<string> => {
      await db.transaction((tx) => pipeline.captureChange(tx, { ...exampleChange({ subject: { entityId: world.orgEntityId, projectId: registry, artifactId: 7, alias: "hidden" } }), causedBy }));
      const [newest] = await db.query<{ id: string }>(sql("test_newest_of", "select id from executions where automation_id = $1 order by id desc limit 1"), [organization]);
      return newest?.id ?? "";
    };
    const ours = await ring("ours");
    const inRegistry = await ringRegistry(ours);
    await db.transaction(async (tx) => {
      await lockOutcomeForReport(tx, inRegistry, 3_600_000);
      await insertReport(tx, inRegistry, 1, { status: "succeeded", message: null, url: null });
    });
    const last = await ring("ours", inRegistry);
    const reported = async (): Promise<string[]> => (await findOutcomes(db, world.viewer.userId, { artifactId: 7 }, { before: null, limit: 10 })).map(({ execution_id: id }) => id);
    expect((await read(last)).causes.map(({ id }) => id)).toEqual([inRegistry, ours]);
    expect(await reported()).toEqual([inRegistry]);
    await db.query(sql("test_restrict", "update projects set access = 'RESTRICTED' where id = $1"), [registry]);
    expect((await read(last)).causes.map(({ id }) => id)).toEqual([ours]);
    expect(await reported()).toEqual([]);
  });

  it("does not begin with an execution that is gone or never was", async () => {
    expect(await read(await ring("ours", newId()))).toMatchObject({ depth: 0, causedBy: null, causes: [] });
  });

  it("holds everything back at the depth, and says why; a change by somebody else fires as ever", async () => {
    let last = await ring("ours");
    for (let turn = 0; turn < 8; turn += 1) last = await ring("ours", last);
    expect(await read(last)).toMatchObject({ depth: 8, status: "skipped", reason: { code: "loop_depth" } });
    expect((await read(last)).causes).toHaveLength(8);
    expect(await read(await ring("ours"))).toMatchObject({ depth: 0, status: "pending" });
  });

  it("is looked up by indexes, however many executions there are", async () => {
    const { db, pipeline } = world.services;
    const last = await ring("ours", await ring("ours"));
    await db.query(sql("test_many_events", "insert into events (id, entity_id, type, author, subject) select gen_random_uuid(), $1, 'ADD_ARTIFACT_ALIAS', 'ada', '{}' from generate_series(1, 20000)"), [world.teamId]);
    await db.query(sql("test_many", "insert into executions (id, entity_id, automation_id, revision, event_id, action_type, status) select gen_random_uuid(), entity_id, gen_random_uuid(), 1, id, 'NO_OP', 'finished' from events where subject = '{}'"), []);
    await db.query(sql("test_many_outcomes", "insert into execution_outcomes (execution_id, entity_id, artifact_id, status) select id, entity_id, row_number() over (), 'running' from executions where action_type = 'NO_OP' and status = 'finished'"), []);
    for (const table of ["events", "executions", "execution_outcomes"]) await db.query(sql(`test_analyze_${table}`, `analyze ${table}`), []);
    const steps: [string, (tx: Transaction) => Promise<unknown>][] = [
      ["capture", (tx) => pipeline.captureChange(tx, { ...exampleChange({ subject: { entityId: world.teamId, projectId: 1 } }), causedBy: last })],
      ["causes", (tx) => findCauses(tx, world.viewer.userId, last)],
      ["outcomes of a version", (tx) => findOutcomes(tx, world.viewer.userId, { artifactId: 517889887 }, { before: null, limit: 10 })],
      ["outcomes of a run", (tx) => findOutcomes(tx, world.viewer.userId, { runId: 7 }, { before: null, limit: 10 })],
      ["what was delivered", (tx) => findDelivered(tx, last, newId())],
      ["a report", (tx) => lockOutcomeForReport(tx, last, 3_600_000)],
    ];
    for (const [name, step] of steps) expect(await scansOf(step), name).toEqual([]);
  });

  /** The tables that were read from end to end. */
  const scansOf = (step: (tx: Transaction) => Promise<unknown>) => world.services.db.transaction(async (tx) => {
    // What this connection planned while the tables were nearly empty is of no interest.
    await tx.query(sql("test_discard", "discard plans"), []);
    const scans = () => tx.query<{ name: string; scans: number }>(sql("test_scans", "select relname as name, seq_scan as scans from pg_stat_xact_user_tables where relname = any ($1) order by 1"), [["events", "executions", "execution_outcomes"]]);
    // What the connection has not reported of earlier transactions is counted too.
    const before = await scans();
    await step(tx);
    return (await scans()).filter((after, index) => after.scans !== before[index]?.scans);
  });
});
