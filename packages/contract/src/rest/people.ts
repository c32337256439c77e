import { z } from "zod";
import { nameSchema, roleSchema, timeSchema } from "./common.ts";

export const userSchema = z.object({
  username: z.string(),
  displayName: z.string(),
  email: z.string().nullable(),
  isAdmin: z.boolean().describe("Administrator of the whole server"),
  createdAt: timeSchema,
});

export const currentUserSchema = userSchema.extend({
  organizations: z.array(z.string()),
  teams: z.array(z.string()).describe("Names of the teams of which the user is a member"),
});

/** How long a password may be, wherever one is set. */
export const passwordLength = { min: 8, max: 256 } as const;

/** In words that follow the name of a field or setting. */
export const passwordRule = `must have ${passwordLength.min} to ${passwordLength.max} characters`;

const passwordSchema = z.string().min(passwordLength.min, passwordRule).max(passwordLength.max, passwordRule);

export const createUserSchema = z.strictObject({
  username: nameSchema,
  displayName: z.string().min(1).max(128).optional(),
  email: z.email().max(254).optional(),
  password: passwordSchema.optional().describe("Without one the user can sign in with API keys only"),
  apiKey: z.string().min(40).max(256).optional().describe("An existing W&B API key to go on with; without it a new one is made"),
  isAdmin: z.boolean().default(false).describe("Administrator of the whole server"),
});

export const createdUserSchema = z.object({ username: z.string(), apiKey: z.string().describe("Shown this once") });

export const changePasswordSchema = z.strictObject({
  currentPassword: z.string().min(1).max(passwordLength.max).describe("The one that you sign in with; wrong ones count as failed attempts to sign in"),
  newPassword: passwordSchema,
});

export const setPasswordSchema = z.strictObject({ password: passwordSchema });

export const apiKeySchema = z.object({
  id: z.uuid(),
  name: z.string().nullable(),
  ending: z.string().describe("The last four characters of the key"),
  createdAt: timeSchema,
  expiresAt: timeSchema.nullable().describe("Null when it never expires"),
  lastUsedAt: timeSchema.nullable().describe("To the minute; null when it was never used"),
});

const newKey = {
  name: z.string().min(1).max(256).optional().describe("What the key is for"),
  expiresAt: timeSchema.optional().describe("From when on the key no longer works; without it, it never expires"),
};

export const createApiKeySchema = z.strictObject(newKey);

export const createUserApiKeySchema = z.strictObject({
  ...newKey,
  apiKey: z.string().min(40).max(256).optional().describe("An existing W&B API key to go on with; without it a new one is made"),
});

export const createdApiKeySchema = apiKeySchema.extend({ apiKey: z.string().describe("Shown this once") });

export const organizationSchema = z.object({
  name: z.string(),
  entity: z.string().describe("Name of the entity that owns the organization's registries"),
  role: roleSchema.describe("Your role"),
  createdAt: timeSchema,
});

export const createOrganizationSchema = z.strictObject({ name: nameSchema });

export const memberSchema = z.object({
  username: z.string(),
  displayName: z.string(),
  email: z.string().nullable(),
  role: roleSchema,
  createdAt: timeSchema,
});

export const memberRoleSchema = z.object({ username: z.string(), role: roleSchema });

export const setMemberSchema = z.strictObject({ role: roleSchema });

export const teamSchema = z.object({
  name: z.string(),
  kind: z.enum(["team", "user"]).describe("user: a personal entity"),
  organization: z.string().nullable().describe("Null for a personal entity"),
  role: roleSchema.describe("Your role"),
  createdAt: timeSchema,
});

export const createTeamSchema = z.strictObject({ name: nameSchema });
