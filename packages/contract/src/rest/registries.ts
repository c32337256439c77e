import { z } from "zod";
import { nameSchema, roleSchema, timeSchema } from "./common.ts";

const visibility = z.enum(["organization", "restricted"]).describe("organization: every member of it sees the registry; restricted: only its own members and the organization's administrators do");
const artifactTypes = z.array(nameSchema).max(200).nullable().describe("Types of artifact that may be linked; null allows every type");

export const registrySchema = z.object({
  name: z.string(),
  project: z.string().describe("What the SDK calls it: wandb-registry-<name>"),
  organization: z.string(),
  entity: z.string(),
  description: z.string().nullable(),
  visibility,
  artifactTypes,
  role: roleSchema.describe("Your role"),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});

export const createRegistrySchema = z.strictObject({
  name: nameSchema,
  visibility,
  description: z.string().max(65_536).optional(),
  artifactTypes: artifactTypes.default(null),
});

export const updateRegistrySchema = z.strictObject({
  name: nameSchema.optional(),
  visibility: visibility.optional(),
  description: z.string().max(65_536).nullable().optional(),
  artifactTypes: artifactTypes.optional().describe("All types that are allowed from now on; types can be added, not taken away"),
});
