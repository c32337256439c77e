import type { Route } from "./route.ts";
import { automationRoutes } from "./routes-automations.ts";
import { executionRoutes } from "./routes-executions.ts";
import { organizationRoutes } from "./routes-organizations.ts";
import { redeliveryRoutes } from "./routes-redeliveries.ts";
import { registryRoutes } from "./routes-registries.ts";
import { secretRoutes } from "./routes-secrets.ts";
import { teamRoutes } from "./routes-teams.ts";
import { userRoutes } from "./routes-users.ts";
import { webhookRoutes } from "./routes-webhooks.ts";

/** Every route of the REST face, in the order of openapi.json. */
export const allRoutes: readonly Route[] = [
  ...userRoutes, ...organizationRoutes, ...teamRoutes, ...registryRoutes,
  ...secretRoutes, ...webhookRoutes, ...automationRoutes, ...executionRoutes, ...redeliveryRoutes,
];
