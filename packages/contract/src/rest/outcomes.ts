import { z } from "zod";
import { nameSchema, pageQuery, timeSchema } from "./common.ts";

export const outcomeStatusSchema = z.enum(["running", "succeeded", "failed"]);

const url = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// address" }).max(2_048);

/** What a receiver posts to `${callback_url}`. */
export const reportOutcomeSchema = z.strictObject({
  status: outcomeStatusSchema.describe("succeeded and failed are final"),
  message: z.string().max(2_000).nullable().exactOptional().describe("For people"),
  url: url.nullable().exactOptional().describe("Where to read more: a job's log, a deployment"),
});

const latest = { status: outcomeStatusSchema, message: z.string().nullable(), url: z.string().nullable(), reportedAt: timeSchema };

export const outcomeSummarySchema = z.object(latest).describe("The latest that the receiver reported to the callback address");

export const reportSchema = z.object({ number: z.number().int(), ...latest });

export const outcomeSchema = z.object({
  execution: z.uuid(),
  automation: z.object({ id: z.uuid(), name: z.string() }),
  about: z.string().nullable().describe("The alias or tag that was put on the version, the version itself, or the run's name"),
  ...latest,
  reportCount: z.number().int(),
  beganAt: timeSchema.describe("When the event happened"),
  seconds: z.number().describe("From the event to the latest report"),
  text: z.string().describe("production → deploy succeeded, 4 min 12 s"),
});

export const listOutcomesQuerySchema = z.strictObject({
  ...pageQuery,
  version: z.string().max(1_024).exactOptional().describe("entity/project/collection:version, where the version is vN or an alias"),
  run: nameSchema.max(1_024).exactOptional().describe("In place of version: entity/project/run"),
});
