import { z } from "zod";
import { nameSchema, pageQuery, timeSchema } from "./common.ts";
import { executionStatusSchema } from "./executions.ts";
import { metricConditionSchema } from "./metrics.ts";

const jsonObject = z.record(z.string(), z.unknown());
const scopeType = z.enum(["collection", "project", "registry", "team", "organization"]);

const scopeInput = z
  .strictObject({
    type: scopeType,
    id: z.number().int().positive().exactOptional(),
    entity: nameSchema.exactOptional(),
    project: nameSchema.exactOptional(),
    collection: nameSchema.exactOptional(),
    organization: nameSchema.exactOptional(),
    registry: nameSchema.exactOptional(),
    team: nameSchema.exactOptional(),
  })
  .describe("By id, or by names: collection {entity, project, collection} or {organization, registry, collection}, project {entity, project}, registry {organization, registry}, team {team}, organization {organization}");

const eventType = z.string().min(1).max(64).describe("CREATE_ARTIFACT, LINK_ARTIFACT, UNLINK_ARTIFACT, ADD_ARTIFACT_ALIAS, ADD_ARTIFACT_TAG, REMOVE_ARTIFACT_TAG, ADD_COLLECTION_TAG, REMOVE_COLLECTION_TAG, RUN_METRIC, RUN_METRIC_CHANGE, RUN_METRIC_ZSCORE, RUN_STATE, WEBHOOK_FAILING, WEBHOOK_DISABLED or WEBHOOK_RECOVERED");
const filter = jsonObject.describe('Mongo-like, over alias, tag, artifact_type, artifact_collection_name and user: {"alias": "production"}; for the events of runs over display_name, user, state, tags, config.<key> and summary.<key>; for events of webhooks over webhook_name, webhook_status and webhook_reason');
const states = z.array(z.string()).describe("For RUN_STATE: which of RUNNING, FINISHED and FAILED to watch");

const conditions = z.array(metricConditionSchema).min(1).max(20)
  .describe("For the events of metrics: the conditions, all of which have to hold at the latest value of their metric. The first one's type is the event's: threshold for RUN_METRIC, change for RUN_METRIC_CHANGE, zscore for RUN_METRIC_ZSCORE");
const cooldownSeconds = z.number().int().min(0).max(31_536_000).nullable()
  .describe("For the events of metrics: for how long it stays silent about a run after it fired for that run; 0: it fires each time that its conditions come to hold; null: 24 hours");

const actionInput = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("webhook"),
    webhook: nameSchema.describe("Id or name of the webhook"),
    team: nameSchema.exactOptional().describe("Team that owns the webhook, beside its name; the scope's own when left out"),
    payload: jsonObject.nullable().exactOptional().describe("JSON object whose strings may hold ${variable}; {} when left out"),
  }),
  z.strictObject({ type: z.literal("no_op") }),
]);

const description = z.string().max(4_096).nullable();

export const createAutomationSchema = z.strictObject({
  name: nameSchema,
  description: description.default(null),
  enabled: z.boolean().default(true),
  scope: scopeInput,
  event: z.strictObject({ type: eventType, filter: filter.default({}), states: states.exactOptional(), metrics: conditions.exactOptional() }),
  cooldownSeconds: cooldownSeconds.default(null),
  action: actionInput,
});

/** An automation that is not saved: what counts of it is where it watches and for what. */
export const automationDraftSchema = createAutomationSchema.partial({ name: true, action: true });

export const updateAutomationSchema = z.strictObject({
  name: nameSchema.exactOptional(),
  description: description.exactOptional(),
  enabled: z.boolean().exactOptional(),
  scope: scopeInput.exactOptional(),
  event: z.strictObject({ type: eventType.exactOptional(), filter: filter.exactOptional(), states: states.exactOptional(), metrics: conditions.exactOptional() }).exactOptional(),
  cooldownSeconds: cooldownSeconds.exactOptional(),
  action: actionInput.exactOptional(),
});

export const automationSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string().nullable(),
  enabled: z.boolean(),
  scope: z.object({
    type: scopeType,
    id: z.number().int(),
    entity: z.string(),
    organization: z.string().nullable(),
    project: z.string().nullable(),
    registry: z.string().nullable(),
    collection: z.string().nullable(),
  }),
  event: z.object({ type: z.string(), filter: jsonObject, states: states.exactOptional(), metrics: conditions.exactOptional() }),
  cooldownSeconds,
  action: z.discriminatedUnion("type", [
    z.object({
      type: z.literal("webhook"),
      webhook: z.object({
        id: z.uuid(),
        name: z.string().nullable().describe("Null when the webhook was deleted"),
        team: z.string().nullable(),
        url: z.string().nullable().describe("Null when the webhook was deleted, or is of a team in which you have no role"),
      }),
      payload: jsonObject.nullable(),
    }),
    z.object({ type: z.literal("no_op") }),
  ]),
  revision: z.number().int().describe("Counts the edits of what fires and what is done"),
  createdBy: z.string().nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema.nullable().describe("Null until the first edit"),
  lastExecution: z.object({ id: z.uuid(), status: executionStatusSchema, createdAt: timeSchema }).nullable(),
});

export const listAutomationsQuerySchema = z.strictObject({
  ...pageQuery,
  team: nameSchema.exactOptional().describe("Only those of this team and its projects"),
  entity: nameSchema.exactOptional().describe("Only those of this entity and its projects"),
  project: nameSchema.exactOptional().describe("Beside entity: only those of this project and its collections"),
  organization: nameSchema.exactOptional().describe("Only those of this organization and its registries"),
  registry: nameSchema.exactOptional().describe("Beside organization: only those of this registry and its collections"),
  collection: nameSchema.exactOptional().describe("Beside project or registry: only those of this collection"),
  name: nameSchema.exactOptional(),
});

export type ScopeInput = z.output<typeof scopeInput>;
export type AutomationActionInput = z.output<typeof actionInput>;
