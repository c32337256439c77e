import type { Transaction } from "../../../db/database.ts";
import type { MetricAutomationRow, MetricScope } from "../../../db/queries/metric-scopes.ts";
import { findMetricAutomations } from "../../../db/queries/metric-scopes.ts";
import type { Filter } from "../../../domain/filter/index.ts";
import { parseEventFilter } from "../../../domain/filter/index.ts";
import type { MetricWatch, WatchBook } from "../../../domain/metrics/index.ts";
import { defaultCooldownSeconds, metricEventTypes, watchBook } from "../../../domain/metrics/index.ts";
import type { Services } from "../../services.ts";

type Needs = Pick<Services, "watchLists" | "watchBooks">;
export type ListedScope = MetricScope & { version: number };

/** The automations over metrics that watch from these scopes. They are read and compiled once for each version of a scope's list. */
export async function openWatchBook(services: Needs, tx: Transaction, scopes: readonly ListedScope[]): Promise<WatchBook> {
  const key = scopes.map((scope) => `${scopeKey(scope)}@${scope.version}`).sort().join(" ");
  const known = services.watchBooks.get(key);
  if (known !== undefined) return known;
  const lists: MetricWatch[] = [];
  for (const scope of scopes) lists.push(...(await watchList(services, tx, scope)));
  const book = watchBook(new Map(scopes.map((scope) => [scopeKey(scope), scope.version])), lists);
  services.watchBooks.set(key, book);
  return book;
}

async function watchList(services: Needs, tx: Transaction, scope: ListedScope): Promise<readonly MetricWatch[]> {
  const key = scopeKey(scope);
  const known = services.watchLists.get(key);
  if (known?.version === scope.version) return known.watches;
  const before = new Map(known?.watches.map((watch) => [watch.automationId, watch]));
  const watches = (await findMetricAutomations(tx, scope)).map((row) => unchanged(before.get(row.id), row) ?? metricWatch(row, key)).filter((watch) => watch !== null);
  services.watchLists.set(key, { version: scope.version, watches });
  return watches;
}

/** One edit in a scope with thousands must not compile them all anew. */
function unchanged(watch: MetricWatch | undefined, row: MetricAutomationRow): MetricWatch | null {
  return watch?.since === row.condition_version && watch.cooldownMs === cooldownOf(row) ? watch : null;
}

const cooldownOf = ({ cooldown_seconds: seconds }: MetricAutomationRow): number => (seconds ?? defaultCooldownSeconds) * 1_000;

const scopeKey = ({ kind, id }: MetricScope): string => `${kind}:${id}`;

/** One whose filter cannot be read, which an older version may have stored, watches nothing. */
export function metricWatch(row: MetricAutomationRow, scope: string): MetricWatch | null {
  const eventType = metricEventTypes.find((type) => type === row.event_type);
  const parsed = parseEventFilter(row.event_type, row.event_filter);
  if (eventType === undefined || !parsed.ok || parsed.eventFilter.family !== "run_metric") return null;
  const { conditions, run } = parsed.eventFilter;
  return { automationId: row.id, eventType, scope, since: row.condition_version, cooldownMs: cooldownOf(row), conditions, run: isEveryRun(run) ? null : run };
}

const isEveryRun = ({ root }: Filter): boolean => root.kind === "every" && root.parts.length === 0;
