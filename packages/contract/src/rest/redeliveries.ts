import { z } from "zod";
import { nameSchema, timeSchema } from "./common.ts";
import { reasonSchema, redeliveryModeSchema } from "./executions.ts";

const mode = redeliveryModeSchema.describe("same_bytes: what was sent, or would have been, under the same webhook-id; rendered_anew: the event with today's configuration, as a message of its own");
const since = z.iso.datetime({ offset: true }).exactOptional().describe("Only executions from this time on; ISO 8601");

const selection = z
  .union([
    z.strictObject({ executions: z.array(z.uuid()).min(1).max(1_000).describe("Ids of executions that finished or failed, all of one entity's automations") }),
    z.strictObject({ automation: nameSchema.describe("Id of an automation: all of its executions that failed"), since }),
    z.strictObject({ hook: nameSchema.describe("Id of a run hook, also of one that its run no longer has: all of its executions that failed"), since }),
    z.strictObject({ run: z.string().min(1).max(1_024).describe("entity/project/run: all executions that failed of the hooks that this run has, or had, at most 1,000; the redelivery then tells them one by one"), since }),
    z.strictObject({ webhook: nameSchema.describe("Id of a webhook: all executions that failed to call it"), since }),
  ])
  .describe("Executions that were delivered again already count by the last of their line");

export const startRedeliverySchema = z.strictObject({
  selection,
  mode: mode.default("same_bytes"),
  dryRun: z.boolean().default(false).describe("true counts, and does nothing"),
});

export const redeliverySchema = z.object({
  id: z.uuid(),
  entity: z.string(),
  requestedBy: z.string().nullable(),
  mode,
  selection: z.object({ executions: z.array(z.uuid()).exactOptional(), automation: z.uuid().exactOptional(), hook: z.uuid().exactOptional(), webhook: z.uuid().exactOptional(), since: timeSchema.nullable().exactOptional() }),
  status: z.enum(["running", "done", "cancelling", "cancelled"]).describe("done: everything is planned; it is delivered in its turn"),
  total: z.number().int().describe("How many executions it was counted to hold"),
  planned: z.number().int().describe("New executions so far"),
  delivered: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  createdAt: timeSchema,
  finishedAt: timeSchema.nullable(),
});

export const startedRedeliverySchema = z.object({
  dryRun: z.boolean(),
  count: z.number().int().describe("How many executions are, or would be, delivered again"),
  redelivery: redeliverySchema.nullable().describe("Null for a dry run"),
});

export const redeliverQuerySchema = z.strictObject({ mode: mode.default("same_bytes") });

const proposal = z.object({
  webhookId: z.uuid().nullable(),
  body: z.string().nullable().describe("In place of each secret stands ${NAME}"),
  reason: reasonSchema.nullable().describe("Why nothing would be sent"),
});

export const comparisonSchema = z.object({
  sameBytes: proposal,
  renderedAnew: proposal.describe("${execution_id}, which is not known yet, stands as zeros"),
  same: z.boolean(),
  differences: z.array(z.object({ path: z.string().describe("In the body; empty for all of it"), before: z.unknown(), after: z.unknown() })).describe("A side that lacks the place is left out"),
});

export type StartRedelivery = z.output<typeof startRedeliverySchema>;
