import { noOpAction } from "../actions/no-op/index.ts";
import { runHookAction } from "../actions/run-hook/index.ts";
import { webhookAction } from "../actions/webhook/index.ts";
import { makeUndiciOutboundHttp } from "../adapters/outbound-http-undici/undici-outbound-http.ts";
import { makeMinijinjaTemplates } from "../adapters/templates-minijinja/minijinja-templates.ts";
import type { Database } from "../db/database.ts";
import { sql } from "../db/database.ts";
import type { BreakerPolicy } from "../db/queries/free-lanes.ts";
import type { ArtifactSubject, Change } from "../domain/event.ts";
import { callbackLinks } from "../features/outcomes/index.ts";
import { systemClock } from "../kit/clock.ts";
import { uuidv7Maker } from "../kit/ids.ts";
import { silentLog } from "../kit/log.ts";
import { systemRandom } from "../kit/random.ts";
import type { Pipeline, Stages, Worker } from "../pipeline/index.ts";
import { defaultBreaker, makePipeline, stages as ordinaryStages, startWorker } from "../pipeline/index.ts";
import type { SecretStore } from "../ports/secret-store/port.ts";
import { passOnTraces } from "../ports/tracing/pass-on.ts";
import { memorySecretStore } from "../ports/secret-store/memory.ts";

export const newId = uuidv7Maker(systemClock, systemRandom);

export type TestPipeline = { pipeline: Pipeline; worker: Worker; secretStore: SecretStore; stop(): Promise<void> };

export type TestPipelineOptions = { scheduleMs?: readonly number[]; maxRetryAfterMs?: number; concurrency?: number; laneConcurrency?: number; breaker?: Partial<BreakerPolicy>; stages?: Stages; leaseMs?: number; secretStore?: SecretStore; publicUrl?: string };

/** The whole pipeline on a real database, calling loopback. */
export function startTestPipeline(db: Database, options: TestPipelineOptions = {}): TestPipeline {
  const outbound = makeUndiciOutboundHttp({ allowLoopback: true, allowedNetworks: [], clock: systemClock });
  const secretStore = options.secretStore ?? memorySecretStore();
  const stages = options.stages ?? ordinaryStages;
  const templates = makeMinijinjaTemplates({ watchdogMs: 5_000 });
  const actions = [webhookAction({ outbound, clock: systemClock, random: systemRandom, version: "test", refused: () => undefined }), noOpAction, runHookAction({ outbound, templates, clock: systemClock, random: systemRandom, version: "test", refused: () => undefined })];
  const pipeline = makePipeline({ ids: newId, stages, jobsAdded: () => worker.wake(), observe: () => undefined });
  const worker: Worker = startWorker({
    db, stages, secretStore, clock: systemClock, random: systemRandom, log: silentLog, concurrency: options.concurrency ?? 16, laneConcurrency: options.laneConcurrency ?? 16, leaseMs: options.leaseMs ?? 30_000,
    actions: new Map(actions.map((action) => [action.type, action])),
    retry: { scheduleMs: options.scheduleMs ?? [0, 20, 20], jitter: 0.2, maxRetryAfterMs: options.maxRetryAfterMs ?? 1_000 },
    breaker: { ...defaultBreaker, ...options.breaker },
    captureChange: pipeline.captureChange,
    callbackUrl: callbackLinks({ secretStore, publicUrl: options.publicUrl ?? "http://bellhop.test" }),
    tracing: passOnTraces(systemRandom),
    observe: () => undefined,
  });
  return {
    pipeline, worker, secretStore,
    stop: async () => {
      await worker.stop(5_000);
      await outbound.close();
      await templates.close();
    },
  };
}

export const exampleChange = (change: Partial<Omit<Change, "subject">> & { subject?: Partial<Omit<ArtifactSubject, "kind">> } = {}): Change => ({
  type: change.type ?? "ADD_ARTIFACT_ALIAS",
  author: change.author ?? "ada",
  subject: {
    kind: "artifact", artifactId: 517889887, versionIndex: 3, collectionId: 1, collectionName: "llm-models", collectionKind: "portfolio", artifactType: "model",
    projectId: 2, projectName: "model-registry", entityId: 3, entityName: "my-team", alias: "production", tag: null, metadata: { model_type: "resnet" },
    ...change.subject,
  },
});

export type InsertedWebhook = { url: string; entityId: number; retrySchedule?: readonly number[]; concurrency?: number; signingSecret?: string; accessToken?: string; secretNames?: string[] };

export async function insertWebhook(db: Database, webhook: InsertedWebhook): Promise<string> {
  const id = newId();
  await db.query(sql("test_webhook", `
    insert into webhooks (id, entity_id, name, url, signing_secret, access_token, secret_names, retry_schedule, concurrency, timeout_ms) values ($1, $2, 'hook ' || md5(random()::text), $3, $4, $5, $6, $7, $8, 2000)`),
  [id, webhook.entityId, webhook.url, webhook.signingSecret ?? null, webhook.accessToken ?? null, webhook.secretNames ?? [], webhook.retrySchedule ?? null, webhook.concurrency ?? null]);
  return id;
}

export type InsertedAutomation = { entityId: number; scope: ["collection" | "project" | "entity", number]; eventType?: string; filter?: string; webhookId?: string; payload?: string | null; enabled?: boolean };

export async function insertAutomation(db: Database, automation: InsertedAutomation): Promise<string> {
  const id = newId();
  const action = automation.webhookId === undefined ? { type: "NO_OP" } : { type: "GENERIC_WEBHOOK", webhookId: automation.webhookId, payload: automation.payload ?? null };
  await db.query(sql("test_automation", `
    with automation as (
      insert into automations (id, entity_id, name, enabled, scope_kind, scope_id, event_type, event_filter, action_type, action, webhook_id)
      values ($1, $2, 'automation ' || md5(random()::text), $3, $4, $5, $6, $7, $8, $9, $10) returning *
    )
    insert into automation_revisions (automation_id, revision, entity_id, name, event_type, event_filter, action_type, action)
    select id, 1, entity_id, name, event_type, event_filter, action_type, action from automation`),
  [id, automation.entityId, automation.enabled ?? true, automation.scope[0], automation.scope[1], automation.eventType ?? "ADD_ARTIFACT_ALIAS",
    automation.filter ?? '{"$or":[{"$and":[]}]}', action.type, JSON.stringify(action), automation.webhookId ?? null]);
  return id;
}

export type StoredExecution = { id: string; status: string; reason: string | null; attempt_count: number; automation_id: string };
export type StoredAttempt = { number: number; outcome: string; reason: string | null; request: { body: string; headers: Record<string, string> } | null; response: { status: number; body: string } | null };

export const executions = (db: Database): Promise<StoredExecution[]> =>
  db.query<StoredExecution>(sql("test_executions", "select id, status, reason, attempt_count, automation_id from executions order by id"), []);

export const attempts = (db: Database, executionId: string): Promise<StoredAttempt[]> =>
  db.query<StoredAttempt>(sql("test_attempts", "select number, outcome, reason, request, response from attempts where execution_id = $1 order by number"), [executionId]);
