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
});

export const putSecretSchema = z.strictObject({
  value: z.string().max(65_536).describe("At least 8 characters, at most 64 KiB; never shown again"),
});
