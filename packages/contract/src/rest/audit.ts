import { z } from "zod";
import { pageQuery, timeSchema } from "./common.ts";

export const auditEntrySchema = z.object({
  id: z.string(),
  at: timeSchema,
  entity: z.string().nullable().describe("Team, organization or user whose log it stands in; null for the server's own"),
  actor: z.string().nullable().describe("User name; null where the server itself acted, or nobody proved who they are"),
  credential: z
    .object({ kind: z.enum(["api_key", "session", "password"]), id: z.string().nullable(), name: z.string().nullable() })
    .nullable()
    .describe("What proved who it was; password: while signing in"),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  action: z.string().describe("One of the list in docs/reference/audit.md"),
  object: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  before: z.record(z.string(), z.unknown()).nullable().describe("Of a change only the fields that differ; never a secret"),
  after: z.record(z.string(), z.unknown()).nullable(),
});

export const auditQuerySchema = z.strictObject({
  ...pageQuery,
  entity: z.string().min(1).max(256).optional().describe("Team, organization (its entity) or user, of which you are an administrator; required unless you administer the server"),
  since: timeSchema.optional().describe("From this moment on"),
  until: timeSchema.optional().describe("Before this moment"),
  actor: z.string().min(1).max(256).optional().describe("User name of who did it"),
  object: z.string().min(1).max(512).optional().describe("A type of object, such as `webhook`, or `type:id` or `type:name`"),
});
