import type { RootResolvers } from "./graphql/resolvers.ts";
import { createFilterTrigger } from "./mutation/create-filter-trigger.ts";
import { createGenericWebhookIntegration } from "./mutation/create-generic-webhook-integration.ts";
import { deleteTrigger } from "./mutation/delete-trigger.ts";
import { updateFilterTrigger } from "./mutation/update-filter-trigger.ts";

/** Triggers and integrations are read through the entities and projects that they belong to: there are no queries. */
export const automationMutations: RootResolvers = { createFilterTrigger, updateFilterTrigger, deleteTrigger, createGenericWebhookIntegration };
