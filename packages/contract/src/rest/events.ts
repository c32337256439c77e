import { z } from "zod";
import { nameSchema, pageQuery, timeSchema } from "./common.ts";

/** What came to hold of a run's metrics; of several conditions the texts are joined. */
export const metricEventSchema = z.object({
  condition: z.string().describe("As in avg(val_loss, 3) < 0.3"),
  status: z.string().describe("As in avg(val_loss, 3) = 0.29"),
  step: z.number().nullable().describe("At which it came to hold"),
  loggedAt: timeSchema.describe("By the clock of the run"),
});

/** A change that was stored, as lists and executions show it. */
export const eventSchema = z.object({
  id: z.uuid(),
  type: z.string(),
  author: z.string(),
  at: timeSchema,
  entity: z.string(),
  project: z.string().nullable().describe("Null for events of webhooks"),
  collection: z.string().nullable().describe("Null for events of runs and webhooks"),
  version: z.string().nullable().describe("v0, v1, …; null for events of the collection itself"),
  alias: z.string().nullable(),
  tag: z.string().nullable(),
  run: z.object({ id: z.string(), name: z.string(), state: z.string() }).nullable(),
  webhook: z.object({ id: z.string(), name: z.string(), state: z.string() }).nullable().describe("For WEBHOOK_FAILING, WEBHOOK_DISABLED and WEBHOOK_RECOVERED"),
  metric: metricEventSchema.nullable().describe("For the events of metrics"),
});

const values = z.record(z.string(), z.unknown()).nullable();

export const eventDetailsSchema = eventSchema.extend({
  artifactType: z.string().nullable(),
  metadata: values.describe("Of the version, as it was then; null for other events"),
  runDetails: z
    .object({ user: z.string(), state: z.string().describe("In the server's own words: crashed is told apart from failed"), tags: z.array(z.string()), config: z.record(z.string(), z.unknown()), summary: z.record(z.string(), z.unknown()) })
    .nullable()
    .describe("The run as it was then; null for other events"),
});

export const listEventsQuerySchema = z.strictObject({
  ...pageQuery,
  entity: nameSchema.exactOptional().describe("With project: whose project it is"),
  project: nameSchema.exactOptional().describe("Events of this project. Either entity and project, or organization and registry, are required"),
  organization: nameSchema.exactOptional().describe("With registry: whose registry it is"),
  registry: nameSchema.exactOptional().describe("Events of this registry"),
  type: z.string().min(1).max(64).exactOptional().describe("Only events of this type, such as ADD_ARTIFACT_ALIAS"),
  since: z.iso.datetime({ offset: true }).exactOptional().describe("Only events from this time on; ISO 8601"),
});
