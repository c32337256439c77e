import { afterAll, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { RunReport } from "../../domain/run.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { makePipeline } from "../../pipeline/index.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import { newId } from "../../testing/pipeline.ts";
import { createAutomation } from "../automations/index.ts";
import { noChanges, receiveReport, upsertRun } from "./index.ts";
import { runServices } from "./testing/run-services.ts";

const database = await createTestDatabase();
const mia = await insertUser(database.db, "mia");
const team = await insertTeam(database.db, "org", "team");
await addMember(database.db, team.teamEntityId, mia, "admin");
afterAll(() => database.drop());

const pipeline = makePipeline({ ids: newId, jobsAdded: () => undefined, observe: () => undefined });
const services = runServices(database.db, {}, { pipeline });
const silence: RunReport = { history: null, events: null, output: null, summary: null, ended: null, preempting: false };
const path = { entity: "team", project: "p" };
const hooks = JSON.stringify({ _hooks: { value: ["created", "running", "finished"].map((run_state) => ({ run_state, url: "https://example.com" })) } });

const start = (by: Viewer, name: string): Promise<unknown> => upsertRun(services, by, { ...path, name, state: null }, { ...noChanges, config: hooks });
const report = (by: Viewer, run: string, parts: Partial<RunReport>): Promise<unknown> => receiveReport(services, by, { ...path, run }, { ...silence, ...parts });
const log = (value: Record<string, unknown>): Partial<RunReport> => ({ history: { offset: 0, lines: [{ text: JSON.stringify(value), value }] } });

async function whole(by: Viewer, name: string): Promise<void> {
  await start(by, name);
  await report(by, name, log({ _step: 0, _timestamp: 1_000, loss: 0.1 }));
  await report(by, name, { ended: { exitCode: 0 } });
}

type Told = { type: string; caused_by: string | null; depth: number };
const eventsOf = (name: string): Promise<Told[]> => database.db.query<Told>(sql("test_run_causes", "select type, caused_by, depth from events where subject ->> 'runName' = $1 order by id"), [name]);
const firstExecution = async (name: string): Promise<string> =>
  (await database.db.query<{ id: string }>(sql("test_run_cause", "select execution.id from executions as execution join events as event on event.id = execution.event_id where event.subject ->> 'runName' = $1 order by execution.id limit 1"), [name]))[0]?.id ?? "";

describe("what a receiver does with a run", () => {
  test("carries its cause through states, hooks and metrics alike; what nobody caused begins at 0", async () => {
    await start(mia, "first");
    await createAutomation(services, mia, {
      name: "loss", description: null, enabled: true, scope: path, cooldownSeconds: 0, action: { type: "NO_OP" },
      event: { type: "RUN_METRIC", filter: JSON.stringify({ run_filter: "{}", run_metric_filter: { threshold_filter: { name: "loss", agg_op: null, window_size: 1, cmp_op: "$lt", threshold: 0.3 } }, metric_filter: null }) },
    });
    await whole(mia, "plain");
    const types = (await eventsOf("plain")).map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(["RUN_STATE", "RUN_METRIC", "RUN_CREATED", "RUN_RUNNING", "RUN_FINISHED"]));
    expect((await eventsOf("plain")).map(({ caused_by, depth }) => [caused_by, depth])).toEqual(types.map(() => [null, 0]));

    const cause = await firstExecution("plain");
    await whole({ ...mia, causedBy: cause }, "caused");
    expect(await eventsOf("caused")).toEqual(types.map((type) => ({ type, caused_by: cause, depth: 1 })));
  });

  test("is held back at the depth: neither a hook nor an automation over metrics goes on for ever", async () => {
    let name = "turn 0";
    await whole(mia, name);
    for (let turn = 1; turn <= 8; turn += 1) {
      const causedBy = await firstExecution(name);
      name = `turn ${turn}`;
      await whole({ ...mia, causedBy }, name);
    }
    const became = await database.db.query<{ status: string; reason: string | null }>(sql("test_run_depth", "select distinct execution.status, execution.reason from executions as execution join events as event on event.id = execution.event_id where event.subject ->> 'runName' = $1"), [name]);
    expect(became).toEqual([{ status: "skipped", reason: "loop_depth" }]);
  });
});
