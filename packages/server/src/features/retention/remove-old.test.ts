import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../../db/database.ts";
import { lockEvents, removeAuditEntries as removeAuditEntriesSql, removeEvents as removeEventsSql, removeExecutions as removeExecutionsSql, removeOldEvents, removeOldExecutions } from "../../db/queries/retention.ts";
import { systemClock } from "../../kit/clock.ts";
import { silentLog } from "../../kit/log.ts";
import { memoryObjectStore } from "../../ports/object-store/memory.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { planOf } from "../../testing/explain.ts";
import { insertTeam } from "../../testing/people.ts";
import { insertAutomation } from "../../testing/pipeline.ts";
import { removeAudit, removeEvents, removeExecutions } from "./remove-old.ts";
import { removeWhatIsOld } from "./index.ts";

let database: TestDatabase;
let entityId: number;
let automationId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  entityId = (await insertTeam(database.db, "org", "team")).teamEntityId;
  automationId = await insertAutomation(database.db, { entityId, scope: ["entity", entityId] });
});
afterAll(() => database.drop());

const day = 86_400_000;
const going = new AbortController().signal;
const services = (): { db: TestDatabase["db"]; clock: typeof systemClock } => ({ db: database.db, clock: systemClock });

/** Ids with their time in front, as the server makes them. */
const insert = sql("test_retention_insert", `
  with made as (
    select (lpad(to_hex((extract(epoch from now() - $2 * interval '1 day') * 1000)::bigint), 12, '0') || substr(md5(random()::text), 1, 20))::uuid as id, number
    from generate_series(1, $1::integer) as number
  ), event as (
    insert into events (id, entity_id, type, author, subject, created_at) select id, $3, 'ADD_ARTIFACT_ALIAS', 'ada', '{}', now() - $2 * interval '1 day' from made returning id
  ), execution as (
    insert into executions (id, entity_id, automation_id, revision, event_id, action_type, status, created_at, finished_at)
    select id, $3, $4, 1, id, 'NO_OP', $5, now() - $2 * interval '1 day', case when $5 not in ('pending', 'running', 'retrying') then now() - $2 * interval '1 day' end from made where $6
  ), job as (
    insert into delivery_jobs (execution_id, entity_id) select id, $3 from made where $6 and $5 in ('pending', 'running', 'retrying')
  ), attempt as (
    insert into attempts (execution_id, number, entity_id, outcome, started_at) select id, 1, $3, 'delivered', now() from made where $6
  )
  select id from made order by id`);

type Kind = { days: number; status?: string; planned?: boolean };
const make = async (count: number, { days, status = "finished", planned = true }: Kind): Promise<string[]> =>
  (await database.db.query<{ id: string }>(insert, [count, days, entityId, automationId, status, planned])).map(({ id }) => id);

const there = sql("test_retention_there", `
  select 'event' as what, id from events where id = any($1::uuid[]) union all select 'execution', id from executions where id = any($1::uuid[])
  union all select 'attempt', execution_id from attempts where execution_id = any($1::uuid[])`);
const kept = async (ids: readonly string[]): Promise<Record<string, number>> => {
  const rows = await database.db.query<{ what: string }>(there, [ids]);
  const count = (what: string): number => rows.filter((row) => row.what === what).length;
  return { events: count("event"), executions: count("execution"), attempts: count("attempt") };
};

describe("removing what is old", () => {
  it("takes executions with their attempts and then their events, in as many batches as it needs, and nothing that is younger", async () => {
    const old = await make(1_200, { days: 40 });
    const young = await make(20, { days: 20 });
    expect(await removeExecutions(services(), 30 * day, going)).toBe(1_200);
    expect(await kept(old)).toEqual({ events: 1_200, executions: 0, attempts: 0 });
    expect(await removeEvents(services(), 30 * day, going)).toBe(1_200);
    expect(await kept(old)).toEqual({ events: 0, executions: 0, attempts: 0 });
    expect(await kept(young)).toEqual({ events: 20, executions: 20, attempts: 20 });
  });

  it("never takes what is still to be delivered, nor its event, and passes it by for what lies behind it", async () => {
    const waiting = [...(await make(3, { days: 90, status: "pending" })), ...(await make(3, { days: 90, status: "retrying" })), ...(await make(3, { days: 90, status: "running" }))];
    const behind = await make(5, { days: 80 });
    await removeExecutions(services(), 30 * day, going);
    await removeEvents(services(), 30 * day, going);
    expect(await kept(waiting)).toEqual({ events: 9, executions: 9, attempts: 9 });
    expect(await kept(behind)).toEqual({ events: 0, executions: 0, attempts: 0 });
  });

  it("counts an execution's age from its end: what began long ago and ended now stays", async () => {
    const [id = ""] = await make(1, { days: 60 });
    await database.db.query(sql("test_retention_ended", "update executions set finished_at = now() where id = $1"), [id]);
    await removeExecutions(services(), 30 * day, going);
    expect(await kept([id])).toMatchObject({ executions: 1 });
  });

  it("waits for nobody, and nobody waits for it", async () => {
    const [locked = "", ...others] = await make(4, { days: 50 });
    const [busy = ""] = await make(1, { days: 50, planned: false });
    await database.db.transaction(async (writer) => {
      await writer.query(sql("test_retention_lock", "select id from executions where id = $1 for update"), [locked]);
      // As an execution does that is being planned for it.
      await writer.query(sql("test_retention_share", "select id from events where id = $1 for key share"), [busy]);
      await removeExecutions(services(), 30 * day, going);
      await removeEvents(services(), 30 * day, going);
    });
    expect(await kept([locked])).toMatchObject({ executions: 1, events: 1 });
    expect(await kept(others)).toEqual({ events: 0, executions: 0, attempts: 0 });
    expect(await kept([busy])).toMatchObject({ events: 1 });

    await database.db.transaction(async (sweep) => {
      expect(await removeOldExecutions(sweep, { after: "00000000-0000-0000-0000-000000000000", ageMs: 30 * day })).toMatchObject({ removed: 1 });
      // (that is the one that was locked before). On another connection, while the batch is not committed.
      const fresh = await make(2, { days: 0, status: "pending" });
      await database.db.query(sql("test_retention_write", "update executions set status = 'finished', finished_at = now() where id = any($1::uuid[])"), [fresh]);
      expect(await kept(fresh)).toEqual({ events: 2, executions: 2, attempts: 2 });
    });
  });

  it("keeps the event of an execution that is planned while the event is looked at", async () => {
    const [id = ""] = await make(1, { days: 50, planned: false });
    await database.db.query(sql("test_retention_planned", `
      insert into executions (id, entity_id, automation_id, revision, event_id, action_type, status) values ($1, $2, $3, 1, $1, 'NO_OP', 'pending')`), [id, entityId, automationId]);
    await removeOldEvents(database.db, { after: "00000000-0000-0000-0000-000000000000", ageMs: 30 * day });
    expect(await kept([id])).toMatchObject({ events: 1, executions: 1 });
  });

  it("takes entries of the audit log by their own age", async () => {
    await database.db.query(sql("test_retention_audit", `
      insert into audit_entries (action, object_type, object_id, object_name, created_at)
      select 'test.audit', 'team', '1', 'team', now() - number * interval '1 day' from generate_series(1, 1500) as number`), []);
    expect(await removeAudit(services(), 365 * day, going)).toBe(1_135 + 1);
    expect(await database.db.query(sql("test_retention_audit_left", "select count(*) as count from audit_entries where action = 'test.audit'"), [])).toEqual([{ count: 364 }]);
  });

  it("stops between two batches when it is told to", async () => {
    const old = await make(2, { days: 45 });
    expect(await removeExecutions(services(), 30 * day, AbortSignal.abort())).toBe(0);
    expect(await kept(old)).toMatchObject({ executions: 2 });
  });

  it("finds its rows by an index, however many there are", async () => {
    await make(20_000, { days: 1 });
    await database.db.query(sql("", "analyze events, executions, delivery_jobs, attempts, audit_entries"), []);
    for (const statement of [removeExecutionsSql, lockEvents, removeEventsSql]) {
      const plan = await planOf(database.db, statement);
      expect(plan).not.toMatch(/Seq Scan/);
      // What is sorted is the page of 500 that was read, never the table.
      expect(plan.replaceAll(/Sort Key: page\w*.id DESC/g, "")).not.toMatch(/Sort Key/);
    }
    expect(await planOf(database.db, removeAuditEntriesSql)).toContain("Index Scan Backward using audit_entries_time");
  });
});

describe("the turn to remove", () => {
  it("is one process's at a time", async () => {
    const told: string[] = [];
    const note = (fields: object): void => void told.push(JSON.stringify(fields));
    const log = { ...silentLog, info: note, debug: note };
    const one = { ...services(), objects: memoryObjectStore(), log };
    const ages = { executionsMs: 30 * day, eventsMs: 30 * day, historiesMs: null, auditMs: 30 * day, pendingMs: 7 * day, unusedMs: day };
    await Promise.all([removeWhatIsOld(one, ages, going), removeWhatIsOld(one, ages, going), removeWhatIsOld(one, ages, going)]);
    expect(told.map((line) => JSON.parse(line).sweep).sort()).toEqual(["audit", "events", "executions", "objects", "pending-versions"]);
  });
});
