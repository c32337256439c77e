import { z } from "zod";
import { timeSchema } from "./common.ts";

/** A secret as it is ever shown: without its value. */
export const secretSchema = z.object({
  name: z.string(),
  version: z.number().int().describe("Counts the values that the secret has had"),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  updatedBy: z.string().nullable().describe("User name; null when that user is gone"),
  usedBy: z.number().int().describe("Number of webhooks that name the secret"),
  previous: z
    .array(z.object({ version: z.number().int(), until: timeSchema }))
    .describe("Earlier values that deliveries are still signed with, beside the present one, until that time; the latest first"),
});

export const putSecretSchema = z.strictObject({
  value: z.string().max(65_536).describe("At least 8 characters, at most 64 KiB; never shown again"),
});

export const rotateSecretSchema = z.strictObject({
  value: z.string().max(65_536).describe("The new value; used at once"),
  overlapSeconds: z.number().int().min(0).max(2_592_000).default(86_400).describe("For how long the value of before goes on signing beside the new one; 0 forgets every earlier value at once"),
});
