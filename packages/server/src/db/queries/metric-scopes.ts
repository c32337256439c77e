import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

export type MetricScope = { kind: "project" | "entity"; id: number };

const bump = sql("metric_scopes_bump", `
  insert into metric_scopes (scope_kind, scope_id, entity_id, version) values ($1, $2, $3, 1)
  on conflict (scope_kind, scope_id) do update set version = metric_scopes.version + 1
  returning version`);

/** Counts a change of the automations over metrics of a scope; gives the new version of its list. */
export async function bumpMetricScope(tx: Transaction, scope: MetricScope & { entityId: number }): Promise<number> {
  const [row] = await tx.query<{ version: number }>(bump, [scope.kind, scope.id, scope.entityId]);
  if (row === undefined) throw new Error("The version of a scope was not stored.");
  return row.version;
}

// A run is in the scope of its project, of the entity that owns it, and of that team's organization.
const versions = sql("metric_scopes_of_run", `
  select listed.scope_kind as kind, listed.scope_id as id, listed.version from (values
    ('project', $1::bigint), ('entity', $2::bigint),
    ('entity', (select organization.entity_id from teams join organizations as organization on organization.id = teams.organization_id where teams.entity_id = $2))
  ) as scope (kind, id) join metric_scopes as listed on listed.scope_kind = scope.kind and listed.scope_id = scope.id`);

/** The scopes of a project's runs that have, or had, automations over metrics. */
export const findMetricScopes = (db: Querier, projectId: number, entityId: number): Promise<(MetricScope & { version: number })[]> => db.query(versions, [projectId, entityId]);

export type MetricAutomationRow = { id: string; event_type: string; event_filter: string; cooldown_seconds: number | null; condition_version: number };

const ofScope = sql("metric_scopes_automations", `
  select id, event_type, event_filter, cooldown_seconds, condition_version from automations
  where event_type = any ('{RUN_METRIC,RUN_METRIC_CHANGE,RUN_METRIC_ZSCORE}') and scope_kind = $1 and scope_id = $2 and enabled and deleted_at is null
  order by id`);

export const findMetricAutomations = (db: Querier, scope: MetricScope): Promise<MetricAutomationRow[]> => db.query(ofScope, [scope.kind, scope.id]);
