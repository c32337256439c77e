import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { planOf } from "../../testing/explain.ts";
import { insertTeam } from "../../testing/people.ts";
import { exampleChange, insertAutomation, newId } from "../../testing/pipeline.ts";
import { sql } from "../database.ts";
import { openBreakers, readOpenBreakers, readQueueDepth } from "./queue-depth.ts";

let database: TestDatabase;
let entityId: number;
let automationId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  entityId = (await insertTeam(database.db, "org", "team")).teamEntityId;
  automationId = await insertAutomation(database.db, { entityId, scope: ["project", 2] });
});
afterAll(() => database.drop());

const insert = sql("test_depth_jobs", `
  with event as (
    insert into events (id, entity_id, type, author, subject) values ($1, $2, 'ADD_ARTIFACT_ALIAS', 'ada', $3) returning id
  ), execution as (
    insert into executions (id, entity_id, automation_id, revision, event_id, action_type, status) select gen_random_uuid(), $2, $4, 1, event.id, 'NO_OP', 'pending' from event, generate_series(1, $5::integer) returning id
  )
  insert into delivery_jobs (execution_id, entity_id, attempt, leased) select id, $2, $6, $7 from execution`);
const wait = (count: number, { attempt = 0, leased = false } = {}): Promise<unknown> =>
  database.db.query(insert, [newId(), entityId, JSON.stringify(exampleChange().subject), automationId, count, attempt, leased]);

describe("circuit breakers", () => {
  test("that are not closed are told by state, found by an index", async () => {
    await database.db.query(sql("test_lanes", `
      insert into delivery_lanes (id, entity_id, opened_at, held_until)
      select gen_random_uuid(), $1, case when number <= 3 then now() end, now() + case when number = 1 then -1 else 1 end * interval '1 hour' from generate_series(1, 5000) as number`), [entityId]);
    await database.db.query(sql("", "analyze delivery_lanes"), []);
    expect(await readOpenBreakers(database.db)).toEqual({ open: 2, half_open: 1 });
    expect(await planOf(database.db, openBreakers)).toContain("delivery_lanes_open");
  });
});

describe("the depth of the queue", () => {
  test("is told by state, and 0 where nothing waits", async () => {
    expect(await readQueueDepth(database.db)).toEqual({ pending: 0, retrying: 0, running: 0 });
    await wait(3);
    await wait(2, { attempt: 4 });
    await wait(1, { attempt: 1, leased: true });
    expect(await readQueueDepth(database.db)).toEqual({ pending: 3, retrying: 2, running: 1 });
  });

  test("of a queue longer than what is counted is estimated, and is not less than what was seen", async () => {
    await wait(120_000);
    expect((await readQueueDepth(database.db)).pending).toBeGreaterThan(99_000);
    await database.db.query(sql("", "analyze delivery_jobs"), []);
    const { pending, retrying, running } = await readQueueDepth(database.db);
    expect(pending + retrying + running).toBeGreaterThan(110_000);
    expect(pending + retrying + running).toBeLessThan(130_000);
  });
});
