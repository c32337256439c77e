import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { introduce } from "../e2e/support/people.ts";
import { adminKey, freePort, root, startServer } from "../e2e/support/server.ts";
import { startBareReceiver } from "./bare-receiver.ts";
import type { BareReceiver } from "./bare-receiver.ts";
import { unlimited } from "./unlimited.ts";

/** A server with a database that the bench can write to, and a receiver; deliveries are planned by SQL, so that only delivering is measured. */
export type Scene = {
  receiver: BareReceiver;
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Makes so many webhooks that call the path; gives their ids. */
  webhooks(count: number, path: string): Promise<string[]>;
  /** Plans one delivery with that mark for a webhook, as a change would. */
  plan(webhookId: string, mark: string): Promise<void>;
  /** Plans so many deliveries for each of the webhooks, which are due at that time (SQL); gives how many. */
  planMany(webhookIds: readonly string[], each: number, dueAt: string): Promise<number>;
  /** Memory of the server's process, in MB. */
  memory(): number;
  stop(): Promise<void>;
};

const subject = {
  kind: "artifact", artifactId: 1, versionIndex: 0, collectionId: 1, collectionName: "model", collectionKind: "sequence", artifactType: "model",
  projectId: 1, projectName: "bench", entityId: 1, entityName: "bench", alias: "bench", tag: null, metadata: {},
};

export async function openScene(dataDir: string): Promise<Scene> {
  const database = spawn(process.execPath, [join(root, "packages/server/src/adapters/database-embedded/testing/run-database.ts"), dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(database.stdout, "data");
  const { url } = JSON.parse(String(line));
  const receiver = await startBareReceiver();
  const server = await startServer({ dataDir: join(dataDir, "server"), port: await freePort(), databaseUrl: url, env: { ...unlimited, BELLHOP_WEBHOOK_CONCURRENCY: "8" } });
  await introduce({ url: server.url, adminKey, tag: "bench", receiverUrl: `${receiver.origin}/first` });
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  pool.on("error", () => undefined);
  const query = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> => (await pool.query<Row>(text, values)).rows;
  const [{ id: entity } = { id: 0 }] = await query<{ id: number }>("select entity_id as id from webhooks limit 1");
  await prepare(query, entity);
  return {
    receiver, query,
    webhooks: async (count, path) => {
      const rows = await query<{ id: string }>(`
        insert into webhooks (id, entity_id, name, url, timeout_ms) select gen_random_uuid(), $1, 'hook ' || gen_random_uuid(), $2 || $3 || n, 30000 from generate_series(1, $4::integer) as n returning id`,
      [entity, receiver.origin, path, count]);
      return rows.map(({ id }) => id);
    },
    plan: async (webhookId, mark) => {
      await pool.query({ name: "plan", text: planOne, values: [webhookId, entity, JSON.stringify({ ...subject, alias: mark })] });
    },
    planMany: async (ids, each, dueAt) => {
      const [row] = await query<{ count: string }>(planMany(dueAt), [ids, each, entity]);
      await query("analyze delivery_jobs, executions");
      return Number(row?.count ?? 0);
    },
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1_024,
    stop: async () => {
      await pool.end();
      await server.stop();
      await receiver.stop();
      database.kill("SIGTERM");
      await once(database, "exit");
    },
  };
}

async function prepare(query: Scene["query"], entity: number): Promise<void> {
  const action = JSON.stringify({ type: "GENERIC_WEBHOOK", webhookId: "00000000-0000-4000-8000-000000000000", payload: '{"alias":"${alias}"}' });
  await query("insert into automations (id, entity_id, name, enabled, scope_kind, scope_id, event_type, event_filter, action_type, action) values ('00000000-0000-4000-8000-000000000001', $1, 'bench', false, 'entity', $1, 'ADD_ARTIFACT_ALIAS', '{}', 'GENERIC_WEBHOOK', $2)", [entity, action]);
  await query("insert into automation_revisions (automation_id, revision, entity_id, name, event_type, event_filter, action_type, action) select id, 1, entity_id, name, event_type, event_filter, action_type, action from automations where name = 'bench'");
  await query("insert into events (id, entity_id, type, author, subject) values ('00000000-0000-4000-8000-000000000002', $1, 'ADD_ARTIFACT_ALIAS', 'bench', $2)", [entity, JSON.stringify(subject)]);
}

const execution = "id, entity_id, automation_id, revision, event_id, action_type, webhook_id, status";

/** An id of version 7, as the server makes them: workers look for what is new by it. */
const idOfNow = "(lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid";

const planOne = `
  with event as (insert into events (id, entity_id, type, author, subject) values (gen_random_uuid(), $2, 'ADD_ARTIFACT_ALIAS', 'bench', $3) returning id),
    stored as (insert into executions (${execution}) select ${idOfNow}, $2, '00000000-0000-4000-8000-000000000001', 1, event.id, 'GENERIC_WEBHOOK', $1, 'pending' from event returning id),
    job as (insert into delivery_jobs (execution_id, entity_id, webhook_id) select id, $2, $1 from stored)
  select pg_notify('bellhop_jobs', '')`;

const planMany = (dueAt: string): string => `
  with stored as (insert into executions (${execution}) select ${idOfNow}, $3, '00000000-0000-4000-8000-000000000001', 1, '00000000-0000-4000-8000-000000000002', 'GENERIC_WEBHOOK', hook, 'retrying'
      from unnest($1::uuid[]) as hook, generate_series(1, $2::integer) returning id, webhook_id),
    job as (insert into delivery_jobs (execution_id, entity_id, webhook_id, failures, attempt, due_at, rank) select id, $3, webhook_id, 1, 1, ${dueAt}, ${dueAt} + interval '1 hour' from stored returning 1)
  select count(*) as count from job`;
