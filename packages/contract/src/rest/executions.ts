import { z } from "zod";
import { nameSchema, pageQuery, timeSchema } from "./common.ts";

export const reasonSchema = z.object({ code: z.string().describe("Never changes its meaning"), text: z.string() });

export const executionStatusSchema = z.enum(["pending", "running", "retrying", "finished", "failed", "skipped", "cancelled"]);

export const redeliveryModeSchema = z.enum(["same_bytes", "rendered_anew"]);

const headersSchema = z.record(z.string(), z.string());

export const requestRecordSchema = z
  .object({ method: z.string(), url: z.string(), headers: headersSchema, body: z.string().nullable() })
  .describe("As it was sent; in place of each secret stands [secret NAME]");

export const responseRecordSchema = z
  .object({ status: z.number().int(), headers: headersSchema, body: z.string(), bodyTruncated: z.boolean().describe("The body went on, or broke off") })
  .describe("Secrets that the receiver echoed are masked");

const milliseconds = z.number().nullable();

export const timingRecordSchema = z
  .object({ dnsMs: milliseconds, connectMs: milliseconds, tlsMs: milliseconds, firstByteMs: milliseconds, totalMs: z.number() })
  .describe("Milliseconds; null for what did not happen, as on a connection that was kept");

export const executionSchema = z.object({
  id: z.uuid(),
  entity: z.string().describe("Owner of the automation's scope"),
  automation: z.object({ id: z.uuid(), name: z.string().describe("As it was called when it fired"), revision: z.number().int() }),
  event: z.object({
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
  }),
  action: z.enum(["webhook", "no_op"]),
  webhookId: z.uuid().nullable(),
  status: executionStatusSchema,
  reason: reasonSchema.nullable(),
  redeliveryOf: z.uuid().nullable().describe("The execution that this one delivers again"),
  redeliveryMode: redeliveryModeSchema.nullable().describe("same_bytes: as it was sent, under the message's id; rendered_anew: with the configuration of that day, as a message of its own"),
  redeliveryId: z.uuid().nullable().describe("The redelivery of many that it is part of"),
  messageId: z.uuid().describe("What the receiver sees as webhook-id, behind msg_: the same over all attempts, and over redeliveries of the same bytes"),
  attemptCount: z.number().int(),
  nextAttemptAt: timeSchema.nullable(),
  createdAt: timeSchema,
  finishedAt: timeSchema.nullable(),
});

export const attemptSchema = z.object({
  number: z.number().int(),
  outcome: z.enum(["delivered", "failed", "refused", "interrupted"]),
  reason: reasonSchema.nullable(),
  request: requestRecordSchema.nullable(),
  response: responseRecordSchema.nullable(),
  timing: timingRecordSchema.nullable(),
  startedAt: timeSchema,
  finishedAt: timeSchema,
  nextAttemptAt: timeSchema.nullable().describe("When the next attempt was to start, once this one had failed; null where none was to follow"),
});

export const executionWithAttemptsSchema = executionSchema.extend({ attempts: z.array(attemptSchema) });

export const listExecutionsQuerySchema = z.strictObject({
  ...pageQuery,
  automation: nameSchema.exactOptional().describe("Id of an automation"),
  team: nameSchema.exactOptional().describe("Name of a team, a user or an organization's entity"),
  status: executionStatusSchema.exactOptional(),
  since: z.iso.datetime({ offset: true }).exactOptional().describe("Only executions from this time on; ISO 8601"),
});
