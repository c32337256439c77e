import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../db/database.ts";
import type { Selection } from "../../domain/redelivery.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import { startTestPipeline } from "../../testing/pipeline.ts";
import type { Receiver } from "../../testing/receiver.ts";
import { startReceiver } from "../../testing/receiver.ts";
import { until } from "../../testing/until.ts";
import { createAutomation } from "../automations/index.ts";
import { refusal } from "../automations/testing/automation-world.ts";
import { listExecutions } from "../history/index.ts";
import { listHooks, noChanges, upsertRun } from "../runs/index.ts";
import { runServices } from "../runs/testing/run-services.ts";
import { advanceRedeliveries, countRedelivery, readRedelivery, startRedelivery } from "./index.ts";

const database = await createTestDatabase();
const [mia, vic, sam] = [await insertUser(database.db, "mia"), await insertUser(database.db, "vic"), await insertUser(database.db, "sam")];
const team = await insertTeam(database.db, "org", "team");
await addMember(database.db, team.teamEntityId, mia, "admin");
await addMember(database.db, team.teamEntityId, vic, "viewer");
afterAll(() => database.drop());

const idle = startTestPipeline(database.db);
await idle.stop();
const services = runServices(database.db, {}, { pipeline: idle.pipeline });
let receiver: Receiver;
beforeEach(async () => {
  await database.db.query(sql("test_hook_clear", "truncate events, executions, execution_outcomes, execution_reports, attempts, delivery_jobs, delivery_lanes, redeliveries, automations, automation_revisions, runs cascade"), []);
  receiver = await startReceiver();
  return () => receiver.close();
});

const path = { entity: "team", project: "p" };
const hooks = (...bodies: string[]): string => JSON.stringify({ _hooks: { value: bodies.map((body) => ({ run_state: "running", url: receiver.url, body })) } });
/** Each time that the script starts, its run is running anew. */
const start = (name: string, ...bodies: string[]): Promise<unknown> => upsertRun(services, mia, { ...path, name, state: null }, { ...noChanges, config: hooks(...bodies) });
async function deliverAll(): Promise<void> {
  const running = startTestPipeline(database.db, { scheduleMs: [0], breaker: { failures: 10_000 } });
  await until("every job is done", async () => (await database.db.query(sql("test_hook_jobs", "select execution_id from delivery_jobs"), [])).length === 0);
  await running.stop();
}
/** Two runs, of which the first had another hook before; nothing that they sent was taken. */
async function failAll(): Promise<void> {
  receiver.answer(() => ({ status: 500 }));
  await start("r1", "before");
  await database.db.query(sql("test_hook_end", "update runs set state = 'finished' where name = 'r1'"), []);
  await start("r1", "one", "two");
  await start("r2", "another");
  await deliverAll();
  receiver.answer(() => ({ status: 200 }));
  receiver.received.length = 0;
}
const hookIdOf = async (body: string): Promise<string> =>
  (await database.db.query<{ id: string }>(sql("test_hook_id", "select id from automations where action ->> 'body' = $1"), [body]))[0]?.id ?? "";
const byHook = (id: string, since: Date | null = null): Selection => ({ by: "hook", id, since });
const byRun = (run: string, since: Date | null = null): Selection => ({ by: "run", path: run, since });
const count = (selection: Selection, viewer = mia): Promise<number> => countRedelivery(services, viewer, { selection, mode: "same_bytes" });
const begin = (selection: Selection, viewer = mia): ReturnType<typeof startRedelivery> => startRedelivery(services, viewer, { selection, mode: "same_bytes" });
const failedIds = async (run: string): Promise<string[]> => (await listExecutions(services, mia, { run, status: "failed", before: null, limit: 100 })).map(({ id }) => id).sort();

describe("a redelivery of what failed of run hooks", () => {
  it("takes those of one hook, under the ids that the receiver has seen, and tells the hook", async () => {
    await failAll();
    const [, two] = await listHooks(services, vic, { ...path, run: "r1" });
    const selection = byHook(two?.id ?? "");
    expect(await count(selection)).toBe(1);
    expect(await count(byHook(two?.id ?? "", new Date(Date.now() + 60_000)))).toBe(0);
    const started = await begin(selection);
    expect(started).toMatchObject({ entity: "team", total: 1, selection });
    await advanceRedeliveries(services);
    await deliverAll();
    expect(receiver.received.map(({ body, headers }) => [body, headers["webhook-id"]])).toEqual([["two", `msg_${two?.lastExecution?.id}`]]);
    expect(await readRedelivery(services, vic, started)).toMatchObject({ status: "done", planned: 1, delivered: 1, selection });
    expect(await count(selection)).toBe(0);
  });

  it("takes those of a hook that its run no longer has", async () => {
    await failAll();
    const started = await begin(byHook(await hookIdOf("before")));
    await advanceRedeliveries(services);
    await deliverAll();
    expect(receiver.received.map(({ body }) => body)).toEqual(["before"]);
    expect(await readRedelivery(services, mia, started)).toMatchObject({ delivered: 1 });
  });

  it("takes those of all hooks that a run has, or had, and of no other run; what it came to is listed, and the audit log names the run", async () => {
    await failAll();
    const ids = await failedIds("team/p/r1");
    expect(ids).toHaveLength(3);
    expect(await count(byRun("team/p/r1"))).toBe(3);
    expect(await count(byRun("team/p/r1", new Date(Date.now() + 60_000)))).toBe(0);
    const started = await begin(byRun("team/p/r1"));
    expect(started).toMatchObject({ total: 3, selection: { by: "executions", ids } });
    const [entry] = await database.db.query<{ object_name: string }>(sql("test_hook_audit", "select object_name from audit_entries where action = 'redelivery.start' order by id desc limit 1"), []);
    expect(entry?.object_name).toBe("run team/p/r1");
    await advanceRedeliveries(services);
    await deliverAll();
    expect(receiver.received.map(({ body }) => body).sort()).toEqual(["before", "one", "two"]);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"]).sort()).toEqual(ids.map((id) => `msg_${id}`));
    expect([await count(byRun("team/p/r1")), await count(byRun("team/p/r2"))]).toEqual([0, 1]);
  });

  it("takes at most a thousand of a run, and says how to take less", async () => {
    await failAll();
    await database.db.query(sql("test_hook_many", `
      insert into executions (id, entity_id, automation_id, revision, event_id, action_type, status, created_at)
      select gen_random_uuid(), entity_id, automation_id, revision, event_id, action_type, 'failed', now() - interval '1 day' from executions, generate_series(1, 1000) where automation_id = $1`), [await hookIdOf("one")]);
    await database.db.query(sql("test_hook_old", "update executions set id = overlay(id::text placing '0180' from 1 for 4)::uuid where created_at < now() - interval '1 hour'"), []);
    const refused = { code: "invalid", details: [{ path: "run", message: expect.stringContaining("more than 1000") }] };
    expect(await refusal(count(byRun("team/p/r1")))).toMatchObject(refused);
    expect(await refusal(begin(byRun("team/p/r1")))).toMatchObject(refused);
    expect(await count(byRun("team/p/r1", new Date(Date.now() - 3_600_000)))).toBe(3);
    expect(await count(byHook(await hookIdOf("one")))).toBe(1_001);
  });

  it("is for members of the run's project; strangers meet what is not there, and neither is a hook an automation nor an automation a hook", async () => {
    await failAll();
    const hook = await hookIdOf("one");
    const { id: automation } = await createAutomation(services, mia, { name: "a", description: null, enabled: true, scope: path, event: { type: "RUN_STATE", filter: '{"run_state_filter":{"states":["FAILED"]}}' }, action: { type: "NO_OP" } });
    for (const selection of [byHook(hook), byRun("team/p/r1")])
      for (const verb of [count, begin]) {
        expect(await refusal(verb(selection, vic))).toMatchObject({ code: "forbidden" });
        expect(await refusal(verb(selection, sam))).toMatchObject({ code: "not_found" });
      }
    const missing: Selection[] = [byHook("01890a5d-ac96-774b-bcce-b302099a8057"), byHook("nonsense"), byHook(automation), { by: "automation", id: hook, since: null }, byRun("team/p/none"), byRun("team/none/r1")];
    for (const selection of missing) expect(await refusal(begin(selection))).toMatchObject({ code: "not_found" });
    expect(await refusal(begin(byRun("team/r1")))).toMatchObject({ code: "invalid", details: [{ path: "run", message: "must be entity/project/run" }] });
  });
});
