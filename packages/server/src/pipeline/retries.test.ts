import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../db/database.ts";
import { createTestDatabase } from "../testing/database.ts";
import { insertTeam } from "../testing/people.ts";
import type { TestPipeline, TestPipelineOptions } from "../testing/pipeline.ts";
import { exampleChange, insertAutomation, insertWebhook, startTestPipeline } from "../testing/pipeline.ts";
import type { Receiver } from "../testing/receiver.ts";
import { startReceiver } from "../testing/receiver.ts";
import { until } from "../testing/until.ts";
import { dayMs } from "./settle/decide.ts";

type Kept = { number: number; outcome: string; reason: string | null; timing: Record<string, number | null> | null; wait_ms: number | null; due_ms: number | null };

describe("a retry", async () => {
  const database = await createTestDatabase();
  const { db } = database;
  const { teamEntityId: entityId } = await insertTeam(db, "acme", "my-team");
  let receiver: Receiver;
  let running: TestPipeline;

  beforeEach(async () => {
    await db.query(sql("test_clear", "truncate events, executions, execution_outcomes, execution_reports, attempts, delivery_jobs, automations, automation_revisions, webhooks"), []);
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await running.stop();
    await receiver.close();
  });
  afterAll(() => database.drop());

  const start = async (options: TestPipelineOptions, webhook: { retrySchedule?: readonly number[] } = {}): Promise<void> => {
    running = startTestPipeline(db, { maxRetryAfterMs: dayMs, ...options });
    await insertAutomation(db, { entityId, scope: ["collection", 1], webhookId: await insertWebhook(db, { url: receiver.url, entityId, ...webhook }) });
    await db.transaction((tx) => running.pipeline.captureChange(tx, exampleChange({ subject: { entityId } })));
  };
  /** The attempts, once there are so many: how long the wait after each was to be, and how long the job still waits. */
  const attempted = (count: number): Promise<Kept[]> =>
    until(`there are ${count} attempts`, async () => {
      const kept = await db.query<Kept>(sql("test_kept", `
        select number, outcome, reason, timing, (extract(epoch from next_attempt_at - finished_at) * 1000)::float8 as wait_ms,
          (extract(epoch from job.due_at - now()) * 1000)::float8 as due_ms
        from attempts left join delivery_jobs as job using (execution_id) order by number`), []);
      return kept.length >= count ? kept : null;
    });
  const within = (ms: number | null | undefined, least: number, most: number): void => {
    expect(ms).toBeGreaterThanOrEqual(least);
    expect(ms).toBeLessThanOrEqual(most);
  };

  test.each([429, 503])("after %i waits as long as the receiver asks, and both the attempt and the job say so", async (status) => {
    receiver.answer(() => ({ status, headers: { "retry-after": "3600" } }));
    await start({ scheduleMs: [0, 5_000] });
    const [first] = await attempted(1);
    within(first?.wait_ms, 3_599_000, 3_600_000);
    within(first?.due_ms, 3_500_000, 3_600_000);
  });

  test("waits until a date as well", async () => {
    receiver.answer(() => ({ status: 429, headers: { "retry-after": new Date(Date.now() + 7_200_000).toUTCString() } }));
    await start({ scheduleMs: [0, 5_000] });
    within((await attempted(1))[0]?.wait_ms, 7_100_000, 7_200_000);
  });

  test.each(["99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])("waits a day at most, even when %s is asked for", async (retryAfter) => {
    receiver.answer(() => ({ status: 503, headers: { "retry-after": retryAfter } }));
    await start({ scheduleMs: [0, 5_000] });
    within((await attempted(1))[0]?.wait_ms, dayMs - 1_000, dayMs);
  });

  test.each([500, 404])("after %i does not hear of Retry-After: the schedule holds, give or take a fifth", async (status) => {
    receiver.answer(() => ({ status, headers: { "retry-after": "3600" } }));
    await start({ scheduleMs: [0, 100_000] });
    within((await attempted(1))[0]?.wait_ms, 79_000, 120_000);
  });

  test("keeps to the webhook's own schedule, and the last attempt names no next one", async () => {
    receiver.answer(() => ({ status: 500 }));
    await start({ scheduleMs: [0] }, { retrySchedule: [0, 0, 0] });
    const kept = await attempted(3);
    expect(kept.map(({ wait_ms }) => wait_ms === null)).toEqual([false, false, true]);
    expect(kept[2]?.due_ms).toBeNull();
  });

  test("is made after a receiver that does not answer for as long as the whole attempt may take", async () => {
    receiver.answer((_request, count) => (count > 1 ? { status: 200 } : new Promise(() => undefined)));
    await start({ scheduleMs: [0, 0] });
    const [first, second] = await attempted(2);
    expect(first).toMatchObject({ outcome: "failed", reason: "timeout" });
    within(first?.timing?.["totalMs"], 1_990, 4_000);
    expect(second).toMatchObject({ outcome: "delivered", timing: { totalMs: expect.any(Number), firstByteMs: expect.any(Number), connectMs: expect.any(Number), tlsMs: null, dnsMs: null } });
  });
});
