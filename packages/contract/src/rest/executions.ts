import { z } from "zod";
import { nameSchema, pageQuery, timeSchema } from "./common.ts";
import { eventSchema } from "./events.ts";
import { outcomeSummarySchema, reportSchema } from "./outcomes.ts";

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
  automation: z.object({ id: z.uuid(), name: z.string().describe("As it was called when it fired"), revision: z.number().int() }).describe("Or the run hook, which is one whose scope is its run"),
  event: eventSchema,
  action: z.enum(["webhook", "no_op", "run_hook"]),
  webhookId: z.uuid().nullable(),
  status: executionStatusSchema,
  reason: reasonSchema.nullable(),
  redeliveryOf: z.uuid().nullable().describe("The execution that this one delivers again"),
  redeliveryMode: redeliveryModeSchema.nullable().describe("same_bytes: as it was sent, under the message's id; rendered_anew: with the configuration of that day, as a message of its own"),
  redeliveryId: z.uuid().nullable().describe("The redelivery of many that it is part of"),
  messageId: z.uuid().describe("What the receiver sees as webhook-id, behind msg_: the same over all attempts, and over redeliveries of the same bytes"),
  causedBy: z.uuid().nullable().describe("The execution whose receiver made the change, where it said so (X-Bellhop-Callback)"),
  depth: z.number().int().describe("How many deliveries lie behind the event"),
  outcome: outcomeSummarySchema.nullable().describe("What the receiver reported to the callback address; null where it did not"),
  attemptCount: z.number().int(),
  nextAttemptAt: timeSchema.nullable(),
  createdAt: timeSchema,
  finishedAt: timeSchema.nullable(),
});

export const attemptSchema = z.object({
  number: z.number().int(),
  outcome: z.enum(["delivered", "failed", "refused", "interrupted"]),
  reason: reasonSchema.nullable(),
  detail: z.string().nullable().describe("What exactly was wrong, where the reason alone does not say it: the line of a template"),
  request: requestRecordSchema.nullable(),
  response: responseRecordSchema.nullable(),
  timing: timingRecordSchema.nullable(),
  startedAt: timeSchema,
  finishedAt: timeSchema,
  nextAttemptAt: timeSchema.nullable().describe("When the next attempt was to start, once this one had failed; null where none was to follow"),
});

export const executionWithAttemptsSchema = executionSchema.extend({
  traceparent: z.string().nullable().describe("W3C Trace Context of the change: version-traceId-spanId-flags. Null where nobody traced it; each attempt's own stands in its request's headers"),
  attempts: z.array(attemptSchema),
  reports: z.array(reportSchema).describe("Every report to the callback address, the first one first"),
  causes: z
    .array(z.object({ id: z.uuid(), automation: z.object({ id: z.uuid(), name: z.string() }), event: z.string(), createdAt: timeSchema }))
    .describe("The chain of executions that led to the event, the latest first"),
});

export const listExecutionsQuerySchema = z.strictObject({
  ...pageQuery,
  automation: nameSchema.exactOptional().describe("Id of an automation, or of a run hook"),
  run: z.string().min(1).max(1_024).exactOptional().describe("entity/project/run: only executions of the hooks that this run has, or had; goes with neither automation nor team"),
  team: nameSchema.exactOptional().describe("Name of a team, a user or an organization's entity"),
  status: executionStatusSchema.exactOptional(),
  since: z.iso.datetime({ offset: true }).exactOptional().describe("Only executions from this time on; ISO 8601"),
});
