import type { ActionType } from "../../domain/automation.ts";
import type { ExecutionStatus } from "../../domain/execution.ts";
import type { ScopeKind } from "../../domain/event.ts";
import { matchKeyOf } from "../../domain/match-key.ts";
import type { Role } from "../../domain/viewer.ts";
import { firstId } from "../../kit/id-range.ts";
import type { Querier, Transaction } from "../database.ts";
import { sql } from "../database.ts";

export type AutomationRow = {
  id: string;
  entity_id: number;
  entity_name: string;
  entity_kind: "user" | "team" | "organization";
  /** Name of the organization whose entity owns the scope; null for a team's or a user's. */
  organization_name: string | null;
  name: string;
  description: string | null;
  enabled: boolean;
  scope_kind: ScopeKind;
  scope_id: number;
  project_id: number | null;
  project_name: string | null;
  collection_name: string | null;
  collection_kind: "sequence" | "portfolio" | null;
  revision: number;
  event_type: string;
  event_filter: string;
  cooldown_seconds: number | null;
  condition_version: number;
  action: unknown;
  webhook_id: string | null;
  /** Null when the webhook was deleted. */
  webhook_name: string | null;
  webhook_team: string | null;
  /** Null where the user has no role in the webhook's team: an address may hold a password. */
  webhook_url: string | null;
  created_by: string | null;
  created_at: Date;
  updated_at: Date | null;
  last_execution_id: string | null;
  last_execution_status: ExecutionStatus | null;
  last_execution_at: Date | null;
  /** The user's role in the scope. */
  role: Role | null;
};

const shown = `
  select automation.id, automation.entity_id, owner.name as entity_name, owner.kind as entity_kind, organization.name as organization_name,
    automation.name, automation.description, automation.enabled, automation.scope_kind, automation.scope_id, automation.project_id,
    project.name as project_name, collection.name as collection_name, collection.kind as collection_kind, automation.revision,
    automation.event_type, automation.event_filter, automation.cooldown_seconds, automation.condition_version, automation.action, automation.webhook_id, webhook.name as webhook_name, webhook_owner.name as webhook_team,
    case when role_in_entity($1, webhook.entity_id) is not null then webhook.url end as webhook_url,
    creator.username as created_by, automation.created_at, automation.updated_at,
    last.id as last_execution_id, last.status as last_execution_status, last.created_at as last_execution_at,
    case when automation.project_id is null then role_in_entity($1, automation.entity_id) else role_in_project($1, automation.project_id) end as role
  from automations as automation join entities as owner on owner.id = automation.entity_id
  left join organizations as organization on organization.entity_id = owner.id
  left join projects as project on project.id = automation.project_id
  left join artifact_collections as collection on automation.scope_kind = 'collection' and collection.id = automation.scope_id
  left join webhooks as webhook on webhook.id = automation.webhook_id
  left join entities as webhook_owner on webhook_owner.id = webhook.entity_id
  left join users as creator on creator.id = automation.created_by
  left join lateral (
    select execution.id, execution.status, execution.created_at from executions as execution
    where execution.automation_id = automation.id order by execution.id desc limit 1
  ) as last on true`;

// An automation whose scope was deleted is as good as deleted. The hooks of runs are no automations to those who list them.
const alive = `automation.scope_kind <> 'run' and automation.deleted_at is null and (case automation.scope_kind when 'collection' then collection.id is not null when 'project' then project.id is not null else true end)`;

// A restricted registry hides its automations from other members of the organization; only there the role is asked for.
const visible = `(case when project.access = 'RESTRICTED' then role_in_project($1, project.id) is not null else true end)`;

const readAutomation = sql("automations_read", `${shown} where automation.id = $2 and ${alive}`);

export async function findAutomation(db: Querier, userId: number, id: string): Promise<AutomationRow | null> {
  const [row] = await db.query<AutomationRow>(readAutomation, [userId, id]);
  return row ?? null;
}

const ofProject = sql("automations_of_project", `${shown}
  where automation.project_id = $2 and ${alive} and (select role_in_project($1, $2)) is not null order by automation.id limit $3`);

/** The automations of a project and of its collections, in the order of their creation; none where the user has no role. */
export const findAutomationsOfProject = (db: Querier, userId: number, projectId: number, limit: number): Promise<AutomationRow[]> =>
  db.query<AutomationRow>(ofProject, [userId, projectId, limit]);

export type AutomationFilter = {
  /** Owners; the user has to have a role in each. */
  entityIds: readonly number[];
  projectId: number | null;
  scopeKind: ScopeKind | null;
  scopeId: number | null;
  name: string | null;
};

const list = sql("automations_list", `${shown}
  where automation.entity_id = any ($2) and ($3::bigint is null or automation.project_id = $3) and ($4::text is null or automation.scope_kind = $4)
    and ($5::bigint is null or automation.scope_id = $5) and ($6::text is null or automation.name = $6) and automation.id > $7
    and ${alive} and ${visible}
  order by automation.id limit $8 offset $9`);

/** In the order of their creation, beginning behind the id `after`. */
export const findAutomations = (db: Querier, userId: number, filter: AutomationFilter, page: { after: string | null; limit: number; offset: number }): Promise<AutomationRow[]> =>
  db.query<AutomationRow>(list, [userId, filter.entityIds, filter.projectId, filter.scopeKind, filter.scopeId, filter.name, page.after ?? firstId, page.limit, page.offset]);

const visibleEntities = sql("automations_visible_entities", `
  select entity_id as id from users where id = $1
  union select entity_id from team_members where user_id = $1
  union select teams.entity_id from teams join organization_members as member using (organization_id) where member.user_id = $1 and member.role = 'admin'
  union select organization.entity_id from organizations as organization join organization_members as member on member.organization_id = organization.id where member.user_id = $1
  union select id from entities where exists (select from users where id = $1 and is_admin)`);

/** Every entity in which the user has a role. */
export async function findVisibleEntityIds(db: Querier, userId: number): Promise<number[]> {
  const rows = await db.query<{ id: number }>(visibleEntities, [userId]);
  return rows.map((row) => row.id);
}

const lock = sql("automations_lock", "select id from automations where id = $1 and deleted_at is null for update");

/** Holds the automation until the transaction ends, so that two edits do not undo each other. */
export async function lockAutomationForChange(tx: Transaction, id: string): Promise<void> {
  await tx.query(lock, [id]);
}

/** What is stored of an automation. */
export type AutomationWrite = {
  id: string;
  entityId: number;
  projectId: number | null;
  scopeKind: ScopeKind;
  scopeId: number;
  name: string;
  description: string | null;
  enabled: boolean;
  revision: number;
  eventType: string;
  eventFilter: string;
  /** Of automations over metrics; null: the server's default. */
  cooldownSeconds: number | null;
  /** The version of its scope's list at which what it watches was last changed; 0 for those that do not watch metrics. */
  conditionVersion: number;
  actionType: ActionType;
  /** JSON. */
  action: string;
  webhookId: string | null;
  /** Who makes the change. */
  userId: number;
};

const valuesOf = (write: AutomationWrite): (string | number | boolean | null)[] => [
  write.id, write.entityId, write.projectId, write.scopeKind, write.scopeId, write.name, write.description, write.enabled, write.revision,
  write.eventType, write.eventFilter, write.actionType, write.action, write.webhookId, write.cooldownSeconds, write.conditionVersion, matchKeyOf(write.eventType, write.eventFilter),
];

const insert = sql("automations_insert", `
  insert into automations (id, entity_id, project_id, scope_kind, scope_id, name, description, enabled, revision, event_type, event_filter, action_type, action, webhook_id, cooldown_seconds, condition_version, match_key, created_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`);

const update = sql("automations_update", `
  update automations set entity_id = $2, project_id = $3, scope_kind = $4, scope_id = $5, name = $6, description = $7, enabled = $8, revision = $9,
    event_type = $10, event_filter = $11, action_type = $12, action = $13, webhook_id = $14, cooldown_seconds = $15, condition_version = $16, match_key = $17, updated_at = now()
  where id = $1`);

const insertRevision = sql("automations_insert_revision", `
  insert into automation_revisions (automation_id, revision, entity_id, name, event_type, event_filter, action_type, action, created_by, scope_kind, scope_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`);

export async function insertAutomation(tx: Transaction, write: AutomationWrite): Promise<void> {
  await tx.query(insert, [...valuesOf(write), write.userId]);
}

export async function storeAutomation(tx: Transaction, write: AutomationWrite): Promise<void> {
  await tx.query(update, valuesOf(write));
}

/** Keeps what the automation says at this revision: executions go on with it, whatever is edited later. */
export async function insertAutomationRevision(tx: Transaction, write: AutomationWrite): Promise<void> {
  await tx.query(insertRevision, [write.id, write.revision, write.entityId, write.name, write.eventType, write.eventFilter, write.actionType, write.action, write.userId, write.scopeKind, write.scopeId]);
}

const remove = sql("automations_delete", "update automations set deleted_at = now(), enabled = false where id = $1");

/** Deletes it in name: the row stays for the history, the name is free. */
export async function deleteAutomationById(tx: Transaction, id: string): Promise<void> {
  await tx.query(remove, [id]);
}
