import { z } from "zod";
import { timeSchema } from "./common.ts";
import { executionStatusSchema, reasonSchema } from "./executions.ts";

export const runHookSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(["created", "running", "resumed", "finished", "failed"]).nullable().describe("Null where the script named none that there is"),
  url: z.string().describe("Jinja2 template over run and callback_url"),
  method: z.enum(["POST", "GET"]),
  body: z.string().nullable().describe("Jinja2 template over run and callback_url; {} is sent when null, nothing with a GET"),
  problem: z.string().nullable().describe("Why the hook cannot be carried out: each time that it should fire, its execution is skipped"),
  createdAt: timeSchema,
  lastExecution: z.object({ id: z.uuid(), status: executionStatusSchema, reason: reasonSchema.nullable(), createdAt: timeSchema }).nullable(),
});

export const runHooksSchema = z.object({ items: z.array(runHookSchema) });
