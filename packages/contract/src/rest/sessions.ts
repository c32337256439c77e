import { z } from "zod";
import { timeSchema } from "./common.ts";

export const createSessionSchema = z.strictObject({
  username: z.string().min(1).max(256).describe("User name or email address"),
  password: z.string().min(1).max(256),
});

export const sessionSchema = z.object({
  id: z.uuid(),
  address: z.string().describe("Where the user signed in from"),
  userAgent: z.string().nullable(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
  lastUsedAt: timeSchema.describe("To the minute"),
  current: z.boolean().describe("Whether this request came with it"),
});
