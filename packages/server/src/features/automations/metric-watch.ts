import type { Problem } from "@bellhop/contract";
import type { Transaction } from "../../db/database.ts";
import type { AutomationRow, AutomationWrite } from "../../db/queries/automations.ts";
import { bumpMetricScope } from "../../db/queries/metric-scopes.ts";
import type { ScopeKind } from "../../domain/event.ts";
import { metricEventTypes } from "../../domain/metrics/index.ts";
import type { CheckedEvent } from "./check-event.ts";
import { checkEvent } from "./check-event.ts";
import type { VisibleScope } from "./permissions.ts";

/** A year: what is to fire once and never again says so better by being disabled. */
const longestCooldown = 31_536_000;

export const watchesMetrics = (eventType: string): boolean => metricEventTypes.some((type) => type === eventType);

export function cooldownProblems(cooldownSeconds: number | null, event: CheckedEvent): Problem[] {
  if (cooldownSeconds === null) return [];
  if (!Number.isInteger(cooldownSeconds) || cooldownSeconds < 0 || cooldownSeconds > longestCooldown) return [{ path: "cooldownSeconds", message: `must be a whole number from 0 to ${longestCooldown}` }];
  if (event.ok && !watchesMetrics(event.type)) return [{ path: "cooldownSeconds", message: `belongs to the events of metrics; ${event.type} fires each time` }];
  return [];
}

/** What is checked of an automation that is not saved: event, condition and cooldown. */
export function checkDraft(event: { type: string; filter: string }, scope: VisibleScope, cooldownSeconds: number | null): CheckedEvent {
  const checked = checkEvent(event, scope);
  const problems = cooldownProblems(cooldownSeconds, checked);
  if (problems.length === 0) return checked;
  return { ok: false, problems: [...(checked.ok ? [] : checked.problems), ...problems] };
}

type Watch = Omit<AutomationWrite, "conditionVersion">;

/**
 * Tells the scopes of an automation over metrics that their lists change, so that the runs in them read them anew. Gives
 * the version that its condition is of: a new one where what it watches changes, for that starts anew.
 */
export async function noteWatchChange(tx: Transaction, before: AutomationWrite | null, after: Watch): Promise<number> {
  const old = before !== null && watchesMetrics(before.eventType) ? before : null;
  const listed = watchesMetrics(after.eventType);
  if (old !== null && listed && sameText(listingOf(old), listingOf(after))) return old.conditionVersion;
  const moved = old !== null && !(listed && sameText(scopeOf(old), scopeOf(after)));
  if (moved) await bump(tx, old);
  if (!listed) return 0;
  const version = await bump(tx, after);
  return old !== null && sameText(conditionOf(old), conditionOf(after)) ? old.conditionVersion : version;
}

export async function noteWatchGone(tx: Transaction, row: AutomationRow): Promise<void> {
  if (watchesMetrics(row.event_type)) await bump(tx, { scopeKind: row.scope_kind, scopeId: row.scope_id, entityId: row.entity_id });
}

async function bump(tx: Transaction, { scopeKind, scopeId, entityId }: { scopeKind: ScopeKind; scopeId: number; entityId: number }): Promise<number> {
  if (scopeKind === "collection") throw new Error("No run is in a collection.");
  return await bumpMetricScope(tx, { kind: scopeKind, id: scopeId, entityId });
}

const scopeOf = ({ scopeKind, scopeId }: Watch): object => ({ scopeKind, scopeId });
const conditionOf = (watch: Watch): object => ({ ...scopeOf(watch), enabled: watch.enabled, eventType: watch.eventType, eventFilter: watch.eventFilter });
/** What the lists hold of it. */
const listingOf = (watch: Watch): object => ({ ...conditionOf(watch), cooldownSeconds: watch.cooldownSeconds });

const sameText = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);
