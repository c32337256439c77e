import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Querier } from "../db/database.ts";
import { sql } from "../db/database.ts";
import { freeLanes } from "../db/queries/free-lanes.ts";
import type { TakenJob } from "../db/queries/lease-jobs.ts";
import { recountLanes, takeDueJobs } from "../db/queries/lease-jobs.ts";
import type { HeldJob, Settlement } from "../db/queries/settle-attempts.ts";
import { storeSettlements } from "../db/queries/settle-attempts.ts";
import { systemClock } from "../kit/clock.ts";
import { createTestDatabase } from "../testing/database.ts";
import { insertTeam } from "../testing/people.ts";
import type { TestPipeline, TestPipelineOptions } from "../testing/pipeline.ts";
import { exampleChange, executions, insertAutomation, insertWebhook, newId, startTestPipeline } from "../testing/pipeline.ts";
import type { Receiver } from "../testing/receiver.ts";
import { startReceiver } from "../testing/receiver.ts";
import { defaultBreaker, makePipeline } from "./index.ts";
import { until } from "../testing/until.ts";

describe("lanes", async () => {
  const database = await createTestDatabase();
  const { db } = database;
  const ours = (await insertTeam(db, "acme", "ours")).teamEntityId;
  const theirs = (await insertTeam(db, "globex", "theirs")).teamEntityId;
  let receiver: Receiver;
  let workers: TestPipeline[] = [];
  let collections = 0;
  const planner = makePipeline({ ids: newId, jobsAdded: () => workers.forEach(({ worker }) => worker.wake()), observe: () => undefined });

  beforeEach(async () => {
    await db.query(sql("test_clear", "truncate events, executions, execution_outcomes, execution_reports, attempts, delivery_jobs, delivery_lanes, automations, automation_revisions, webhooks"), []);
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await receiver.close();
    for (const worker of workers) await worker.stop();
    workers = [];
  });
  afterAll(() => database.drop());

  const work = (options: TestPipelineOptions = {}): TestPipeline => {
    const started = startTestPipeline(db, options);
    workers.push(started);
    return started;
  };
  /** A webhook at a path of its own, with an automation in a collection of its own; plans so many deliveries to it. */
  const hook = async (path: string, options: { entityId?: number; concurrency?: number } = {}): Promise<(count: number) => Promise<void>> => {
    const entityId = options.entityId ?? ours;
    const collectionId = ++collections;
    const webhookId = await insertWebhook(db, { url: receiver.url.replace("/hook", path), entityId, ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }) });
    await insertAutomation(db, { entityId, scope: ["collection", collectionId], webhookId });
    return (count) => db.transaction((tx) => planner.captureChange(tx, ...Array.from({ length: count }, () => exampleChange({ subject: { entityId, collectionId } }))));
  };
  const paths = (): string[] => receiver.received.map(({ url }) => url);
  const finished = (count: number): Promise<boolean> => until(`${count} executions are finished`, async () => (await executions(db)).filter(({ status }) => status === "finished").length === count);

  test("a webhook never gets more requests at once than its concurrency, from several workers together", async () => {
    const ring = await hook("/three", { concurrency: 3 });
    let now = 0;
    let most = 0;
    receiver.answer(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      return { status: 200 };
    });
    for (let index = 0; index < 3; index += 1) work();
    await ring(60);
    await finished(60);
    expect(most).toBe(3);
    expect(await db.query(sql("test_lanes", "select in_flight, active, crowded, ready_at::text as ready_at from delivery_lanes"), [])).toEqual([{ in_flight: 0, active: false, crowded: false, ready_at: "infinity" }]);
  });

  test("a receiver that never answers delays no other: it holds its own lane's places and no more", async () => {
    const [dead, alive] = [await hook("/dead", { concurrency: 4 }), await hook("/alive")];
    receiver.answer(({ url }) => (url === "/dead" ? new Promise(() => undefined) : { status: 200 }));
    work({ concurrency: 8 });
    await dead(100);
    await until("its four places are taken", () => paths().length === 4);
    await alive(30);
    await finished(30);
    expect(paths().filter((path) => path === "/dead")).toHaveLength(4);
  });

  test("teams take turns, however much one of them has waiting, and so do the webhooks of a team", async () => {
    await (await hook("/flood"))(300);
    await (await hook("/few", { entityId: theirs }))(4);
    await (await hook("/beside"))(4);
    // One place in the whole worker: the order of arrival is the order of turns.
    work({ concurrency: 1 });
    await until("enough have arrived", () => paths().length >= 24);
    expect(paths().slice(0, 8).filter((path) => path === "/few")).toHaveLength(4);
    expect(paths().slice(0, 16).filter((path) => path === "/beside").length).toBeGreaterThanOrEqual(3);
  });

  test("fresh events go ahead of a webhook's retries, but not of one that was due an hour ago", async () => {
    const ring = await hook("/only", { concurrency: 1 });
    await ring(3);
    const retry = sql("test_retry", `update delivery_jobs set failures = 1, fresh = true, due_at = now() - $2 * interval '1 minute', rank = now() - $2 * interval '1 minute' + interval '1 hour' where execution_id = $1`);
    const [waiting, overdue, another] = await executions(db);
    for (const [id, minutes] of [[waiting?.id, 10], [overdue?.id, 90], [another?.id, 20]] as const) await db.query(retry, [id ?? "", minutes]);
    await ring(2);
    const fresh = (await executions(db)).slice(3).map(({ id }) => id);
    work({ concurrency: 1 });
    await finished(5);
    const order = receiver.received.map(({ headers }) => String(headers["webhook-id"]).slice("msg_".length));
    expect(order[0]).toBe(overdue?.id);
    expect(order.slice(1, 3).sort()).toEqual(fresh.sort());
    expect(order.slice(3)).toEqual([another?.id, waiting?.id]);
  });

  test("the place of a worker that died is free again when its lease ends", async () => {
    const ring = await hook("/one", { concurrency: 1 });
    await ring(2);
    const died = await takeDueJobs(db, { limit: 10, leaseMs: 100, laneConcurrency: 16, afterEntity: 0, freshSince: null });
    expect(died.jobs).toHaveLength(1);
    work();
    await finished(2);
    expect(await db.query(sql("test_outcomes", "select outcome, count(*) as count from attempts group by outcome order by outcome"), [])).toEqual([{ outcome: "delivered", count: 2 }, { outcome: "interrupted", count: 1 }]);
  });

  test("what a worker says of a job whose lease ended is refused, also before another has taken it", async () => {
    await (await hook("/ended", { concurrency: 1 }))(1);
    const [job] = (await takeDueJobs(db, { limit: 1, leaseMs: 1, laneConcurrency: 16, afterEntity: 0, freshSince: null })).jobs;
    if (job === undefined) throw new Error("one job was expected");
    // Its circuit breaker is open: nobody takes it.
    await db.query(sql("test_open", "update delivery_lanes set opened_at = now(), held_until = now() + interval '1 hour'"), []);
    await until("its lease has ended", async () => {
      await takeDueJobs(db, { limit: 1, leaseMs: 1, laneConcurrency: 16, afterEntity: 0, freshSince: null });
      return (await inFlight()) === 0;
    });
    expect(await storeSettlements(db, [delivered(job)])).toEqual([]);
    await db.query(sql("test_close", "update delivery_lanes set opened_at = null, held_until = '-infinity', ready_at = now()"), []);
    work();
    await finished(1);
    expect(await db.query(sql("test_outcomes_of", "select number, outcome from attempts order by number"), [])).toEqual([{ number: 1, outcome: "interrupted" }, { number: 2, outcome: "delivered" }]);
  });

  test("places of jobs that were deleted while a worker held them are found again", async () => {
    const ring = await hook("/one", { concurrency: 2 });
    await ring(3);
    expect((await takeDueJobs(db, { limit: 10, leaseMs: 60_000, laneConcurrency: 16, afterEntity: 0, freshSince: null })).jobs).toHaveLength(2);
    await db.query(sql("test_delete_leased", "delete from executions where id in (select execution_id from delivery_jobs where leased)"), []);
    expect((await takeDueJobs(db, { limit: 10, leaseMs: 60_000, laneConcurrency: 16, afterEntity: 0, freshSince: null })).jobs).toEqual([]);
    await recountLanes(db);
    expect((await takeDueJobs(db, { limit: 10, leaseMs: 60_000, laneConcurrency: 16, afterEntity: 0, freshSince: null })).jobs).toHaveLength(1);
  });

  test("outcomes are stored while somebody holds their lane, and its room is given back afterwards", async () => {
    const ring = await hook("/held", { concurrency: 4 });
    await ring(3);
    let taken = 0;
    receiver.answer(async () => {
      taken += 1;
      await until("all three are under way", () => taken === 3);
      await holding;
      return { status: 200 };
    });
    let hold = (): void => undefined;
    const holding = new Promise<void>((resolve) => (hold = resolve));
    work();
    await until("all three are under way", () => taken === 3);
    await db.transaction(async (tx) => {
      await tx.query(sql("test_hold", "select from delivery_lanes for update"), []);
      hold();
      await finished(3);
    });
    await until("their room is there again", async () => (await inFlight()) === 0);
  });

  test("room is given back once, also where the lanes are counted anew before", async () => {
    const ring = await hook("/twice", { concurrency: 8 });
    await ring(5);
    const { jobs } = await takeDueJobs(db, { limit: 5, leaseMs: 60_000, laneConcurrency: 16, afterEntity: 0, freshSince: null });
    const settle = (from: number, to: number, by: Querier = db): Promise<HeldJob[]> => storeSettlements(by, jobs.slice(from, to).map(delivered));
    const free = (held: readonly HeldJob[]): Promise<unknown> => freeLanes(db, held.map((job) => ({ ...job, healthy: true, fault: null })), { breaker: defaultBreaker, mayClose: false, forgettable: true });
    const two = await settle(0, 2);
    await recountLanes(db);
    expect(await inFlight()).toBe(3);
    await free(two);
    expect(await inFlight()).toBe(3);
    await free(await settle(2, 4));
    expect(await inFlight()).toBe(1);
    // A count that did not see it settled leaves its room to be given back.
    await ring(2);
    await takeDueJobs(db, { limit: 5, leaseMs: 60_000, laneConcurrency: 16, afterEntity: 0, freshSince: null });
    const last = await db.transaction(async (tx) => {
      const held = await settle(4, 5, tx);
      await db.query(sql("test_delete_one", "delete from executions where id = (select execution_id from delivery_jobs where leased and execution_id <> $1 limit 1)"), [jobs[4]?.execution_id ?? ""]);
      await recountLanes(db);
      expect(await inFlight()).toBe(2);
      return held;
    });
    await free(last);
    expect(await inFlight()).toBe(1);
  });

  test("room that could not be given back is found at once by counting, not at the next count of every minute", async () => {
    const ring = await hook("/lost", { concurrency: 2 });
    let failures = 2;
    const unsteady: typeof db = { ...db, query: (statement, values) => ((statement.name === "free_lanes" || statement.name === "lease_jobs_recount") && failures-- > 0 ? Promise.reject(new Error("connection lost")) : db.query(statement, values)) };
    // The count at the start is the first failure, giving back the room the second.
    workers.push(startTestPipeline(unsteady, {}));
    await until("the first count has failed", () => failures === 1);
    await ring(6);
    await finished(6);
    await until("their room is there again", async () => (await inFlight()) === 0);
    expect(failures).toBeLessThan(0);
  });

  test("a lease passes by lanes that another holds, and neither waits for the other", async () => {
    const [theirs, ours] = [await hook("/theirs"), await hook("/ours")];
    await theirs(2);
    await takeDueJobs(db, { limit: 1, leaseMs: 60_000, laneConcurrency: 16, afterEntity: 0, freshSince: null });
    await ours(2);
    const take = { limit: 10, leaseMs: 60_000, laneConcurrency: 16, afterEntity: 0, freshSince: null };
    await db.transaction(async (tx) => {
      await tx.query(sql("test_hold_theirs", "select from delivery_lanes for update"), []);
      const passing = await takeDueJobs(db, take);
      expect([passing.jobs.length, passing.more]).toEqual([2, true]);
    });
    expect((await takeDueJobs(db, take)).jobs).toHaveLength(1);
  });

  test("a lease reads nothing of what was taken before, also while a long transaction keeps that from being cleared away", async () => {
    const ring = await hook("/long", { concurrency: 1_000 });
    const entriesRead = async (): Promise<number> => {
      await db.query(sql("test_flush", "select pg_stat_force_next_flush()"), []);
      return Number((await db.query<{ read: string }>(sql("test_read", "select sum(idx_tup_read) as read from pg_stat_user_indexes where indexrelname in ('delivery_jobs_queue', 'delivery_jobs_fresh', 'delivery_jobs_leased')"), []))[0]?.read);
    };
    await db.transaction(async (tx) => {
      await tx.query(sql("test_snapshot", "set transaction isolation level repeatable read"), []);
      await tx.query(sql("test_look", "select count(*) from delivery_jobs"), []);
      await ring(500);
      await takeDueJobs(db, { limit: 500, leaseMs: 60_000, laneConcurrency: 1_000, afterEntity: 0, freshSince: null });
      await db.query(sql("test_done", "delete from delivery_jobs"), []);
      const since = systemClock.now();
      await ring(1);
      const before = await entriesRead();
      expect((await takeDueJobs(db, { limit: 500, leaseMs: 60_000, laneConcurrency: 1_000, afterEntity: 0, freshSince: since })).jobs).toHaveLength(1);
      expect((await entriesRead()) - before).toBeLessThan(20);
    });
  });

  const delivered = (job: TakenJob): Settlement => ({
    executionId: job.execution_id, leaseToken: job.lease_token, attemptNumber: job.attempt, startedAt: new Date(0), rendered: null, status: "finished", reason: null, retryInMs: null, healthy: true,
    attempt: { outcome: "delivered", reason: null, request: null, response: null, timing: null, retryAfterMs: null, final: false },
  });
  const inFlight = async (): Promise<number> => (await db.query<{ in_flight: number }>(sql("test_in_flight", "select in_flight from delivery_lanes"), []))[0]?.in_flight ?? Number.NaN;

  test("a lease reads a few rows by index, whatever waits: 10,000 lanes and 100,000 jobs", async () => {
    await (await hook("/any"))(1);
    // 100 teams' worth of lanes: half of them ready now, half with retries of tomorrow only.
    await db.query(sql("test_many", `
      with lane as (insert into delivery_lanes (id, entity_id, webhook_id, active, ready_at)
          select gen_random_uuid(), n % 100, null, n % 2 = 0, case when n % 2 = 0 then now() else now() + interval '1 day' end from generate_series(1, 10000) as n returning id, active),
        job as (select gen_random_uuid() as id, lane.id as lane_id, active from lane, generate_series(1, 10)),
        stored as (insert into executions (id, entity_id, automation_id, revision, event_id, action_type, webhook_id, status)
          select job.id, one.entity_id, one.automation_id, 1, one.event_id, 'GENERIC_WEBHOOK', job.lane_id, 'pending' from job, executions as one)
      insert into delivery_jobs (execution_id, entity_id, webhook_id, fresh, rank) select id, 1, lane_id, false, case when active then now() else now() + interval '25 hours' end from job`), []);
    await db.query(sql("test_analyze", "analyze delivery_jobs, delivery_lanes"), []);
    const read = sql("test_reads", `
      select sum(seq_scan) as scans, sum(seq_tup_read + idx_tup_fetch) as rows from pg_stat_xact_user_tables where relname in ('delivery_jobs', 'delivery_lanes')`);
    const seen = await db.transaction(async (tx) => {
      await tx.query(sql("test_generic", "set local plan_cache_mode = force_generic_plan"), []);
      const [before] = await tx.query<{ scans: number; rows: number }>(read, []);
      const taken = await takeDueJobs(tx, { limit: 100, leaseMs: 60_000, laneConcurrency: 16, afterEntity: 0, freshSince: null });
      const [after] = await tx.query<{ scans: number; rows: number }>(read, []);
      return { taken, scans: (after?.scans ?? 0) - (before?.scans ?? 0), rows: (after?.rows ?? 0) - (before?.rows ?? 0) };
    });
    expect(seen.taken.jobs).toHaveLength(100);
    expect(seen.taken.more).toBe(true);
    expect(new Set(seen.taken.jobs.map(({ webhook_id: id }) => id)).size, "of each lane one").toBeGreaterThanOrEqual(50);
    expect(seen.scans).toBe(0);
    expect(seen.rows).toBeLessThan(6_000);
  });
});
