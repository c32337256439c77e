import { z } from "zod";
import { automationDraftSchema } from "./automations.ts";
import { timeSchema } from "./common.ts";
import { eventSchema } from "./events.ts";
import { reasonSchema } from "./executions.ts";

export const backtestRequestSchema = z.strictObject({
  automation: automationDraftSchema.describe("As for POST /automations; what it would do is not looked at"),
  since: timeSchema,
  until: timeSchema.exactOptional().describe("Now when left out"),
});

export const backtestSchema = z.object({
  data: z.object({
    events: z.number().int().describe("Stored events of the type in the scope and the range"),
    runs: z.number().int().describe("For metrics: runs in the scope that were alive in the range"),
    values: z.number().int().describe("For metrics: values that those runs have logged of them"),
    from: timeSchema.nullable().describe("Of the first event, or the first value"),
    to: timeSchema.nullable(),
    more: z.boolean().describe("There was more than is judged at once: only the newest were"),
  }).describe("What there was to judge by"),
  firings: z.array(z.object({
    at: timeSchema.describe("When the event was stored; for metrics when the value was logged, by the clock of the run"),
    outcome: z.enum(["fires", "skipped"]),
    reason: reasonSchema.nullable(),
    event: eventSchema.nullable(),
    metric: z.object({
      run: z.object({ entity: z.string(), project: z.string(), id: z.string(), name: z.string() }),
      condition: z.string(),
      status: z.string(),
      step: z.number().nullable(),
    }).nullable(),
  })).describe("Oldest first"),
  more: z.boolean().describe("There are more firings than are shown: these are the newest"),
});
