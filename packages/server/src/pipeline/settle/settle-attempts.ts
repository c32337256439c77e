import type { Database, Transaction } from "../../db/database.ts";
import type { BreakerPolicy, FreedJob, Turn } from "../../db/queries/free-lanes.ts";
import { freeLanes } from "../../db/queries/free-lanes.ts";
import type { HeldJob, Settlement } from "../../db/queries/settle-attempts.ts";
import { disableWebhooks, findWebhookSubjects, storeSettlements } from "../../db/queries/settle-attempts.ts";
import type { Change, WebhookSubject } from "../../domain/event.ts";
import type { Reason } from "../../domain/reason.ts";

/** A settlement, with what it means for the webhook that was called. */
export type Outcome = Settlement & {
  /** It was the one attempt that a half-open circuit breaker lets through. */
  probe: boolean;
  /** The webhook whose receiver said that it is gone for good; null for every other outcome. */
  gone: string | null;
};

export type SettleContext = {
  db: Database;
  breaker: BreakerPolicy;
  /** Events about webhooks are stored in the transaction that stores the outcomes. */
  captureChange(tx: Transaction, ...changes: readonly Change[]): Promise<void>;
};

export type Settled = {
  /** Executions whose lease no longer held: another worker has taken them over, and nothing was stored. */
  lost: readonly string[];
  /** In one of the lanes that have room now, something waits. */
  more: boolean;
  /** Jobs whose room in their lanes is still to be given back. */
  toFree: readonly FreedJob[];
};

/** Who makes the changes that nobody made. */
const server = "bellhop";

/**
 * Stores outcomes: one statement where all is well, so that no lane is locked while the disk writes; a transaction where a
 * circuit breaker may move, a webhook be disabled or a lane has to hear of a retry, since those raise events or must not
 * be forgotten.
 */
export async function settle(context: SettleContext, outcomes: readonly Outcome[]): Promise<Settled> {
  const uneventful = outcomes.every(({ healthy, probe, gone, retryInMs }) => healthy !== false && !probe && gone === null && retryInMs === null);
  if (!uneventful) return await context.db.transaction((tx) => storeAndTell(context, tx, outcomes));
  const held = await storeSettlements(context.db, outcomes);
  return { lost: lostOf(outcomes, held), more: false, toFree: freedBy(outcomes, held) };
}

async function storeAndTell(context: SettleContext, tx: Transaction, outcomes: readonly Outcome[]): Promise<Settled> {
  const held = await storeSettlements(tx, outcomes);
  const freed = await freeLanes(tx, freedBy(outcomes, held), { breaker: context.breaker, mayClose: true, forgettable: false });
  const kept = new Set(held.map(({ execution_id: id }) => id));
  const gone = outcomes.flatMap((outcome) => (outcome.gone !== null && kept.has(outcome.executionId) ? [outcome.gone] : []));
  const states = [...breakerStates(freed.turns), ...(await disable(tx, gone, "gone")), ...(await disable(tx, freed.turns.flatMap(({ webhookId, hopeless }) => (hopeless ? [webhookId] : [])), "webhook_failing"))];
  if (states.length > 0) await context.captureChange(tx, ...(await changesOf(tx, states)));
  return { lost: lostOf(outcomes, held), more: freed.more, toFree: [] };
}

function lostOf(outcomes: readonly Outcome[], held: readonly HeldJob[]): string[] {
  const kept = new Set(held.map(({ execution_id: id }) => id));
  return outcomes.map(({ executionId }) => executionId).filter((id) => !kept.has(id));
}

function freedBy(outcomes: readonly Outcome[], held: readonly HeldJob[]): FreedJob[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.executionId, outcome]));
  return held.map((job) => {
    const outcome = byId.get(job.execution_id);
    return { ...job, healthy: outcome?.healthy ?? null, fault: outcome?.attempt.reason ?? null };
  });
}

type NewState = { webhookId: string; state: WebhookSubject["state"]; reason: Reason | null };

const breakerStates = (turns: readonly Turn[]): NewState[] =>
  turns.flatMap(({ webhookId, opens, recovers, fault }): NewState[] =>
    opens ? [{ webhookId, state: "failing", reason: fault }] : recovers ? [{ webhookId, state: "working", reason: null }] : []);

async function disable(tx: Transaction, ids: readonly string[], reason: Reason): Promise<NewState[]> {
  if (ids.length === 0) return [];
  return (await disableWebhooks(tx, ids, reason)).map((webhookId) => ({ webhookId, state: "disabled", reason }));
}

const types = { failing: "WEBHOOK_FAILING", disabled: "WEBHOOK_DISABLED", working: "WEBHOOK_RECOVERED" } as const satisfies Record<WebhookSubject["state"], string>;

async function changesOf(tx: Transaction, states: readonly NewState[]): Promise<Change[]> {
  const rows = new Map((await findWebhookSubjects(tx, states.map(({ webhookId }) => webhookId))).map((row) => [row.id, row]));
  return states.flatMap(({ webhookId, state, reason }): Change[] => {
    const row = rows.get(webhookId);
    if (row === undefined) return [];
    const subject: WebhookSubject = { kind: "webhook", webhookId, webhookName: row.name, state, reason, entityId: row.entity_id, entityName: row.entity_name, projectId: null, projectName: "" };
    return [{ type: types[state], author: server, subject }];
  });
}
