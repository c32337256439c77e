import type { Database, Transaction } from "../../db/database.ts";
import type { BreakerPolicy, Settlement, Stored, Turn } from "../../db/queries/settle-attempts.ts";
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
};

/** Who makes the changes that nobody made. */
const server = "bellhop";

/**
 * Stores outcomes: one statement where all is well, and a transaction where a circuit breaker may move or a webhook be
 * disabled, since that raises events.
 */
export async function settle(context: SettleContext, outcomes: readonly Outcome[]): Promise<Settled> {
  const uneventful = outcomes.every(({ healthy, probe, gone }) => healthy !== false && !probe && gone === null);
  const stored = uneventful
    ? await storeSettlements(context.db, outcomes, { ...context.breaker, mayClose: false })
    : await context.db.transaction((tx) => storeAndTell(context, tx, outcomes));
  return { lost: outcomes.map(({ executionId }) => executionId).filter((id) => !stored.held.has(id)), more: stored.more };
}

async function storeAndTell(context: SettleContext, tx: Transaction, outcomes: readonly Outcome[]): Promise<Stored> {
  const stored = await storeSettlements(tx, outcomes, { ...context.breaker, mayClose: true });
  const gone = outcomes.flatMap((outcome) => (outcome.gone !== null && stored.held.has(outcome.executionId) ? [outcome.gone] : []));
  const states = [...breakerStates(stored.turns), ...(await disable(tx, gone, "gone")), ...(await disable(tx, stored.turns.flatMap(({ webhookId, hopeless }) => (hopeless ? [webhookId] : [])), "webhook_failing"))];
  if (states.length > 0) await context.captureChange(tx, ...(await changesOf(tx, states)));
  return stored;
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
