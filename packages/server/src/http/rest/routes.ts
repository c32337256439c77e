import type { Route } from "./route.ts";
import { auditRoutes } from "./routes-audit.ts";
import { automationRoutes } from "./routes-automations.ts";
import { executionRoutes } from "./routes-executions.ts";
import { backtestRoutes } from "./routes-backtest.ts";
import { eventRoutes } from "./routes-events.ts";
import { explanationRoutes } from "./routes-explanations.ts";
import { metricRoutes } from "./routes-metrics.ts";
import { organizationRoutes } from "./routes-organizations.ts";
import { previewRoutes } from "./routes-preview.ts";
import { outcomeRoutes } from "./routes-outcomes.ts";
import { redeliveryRoutes } from "./routes-redeliveries.ts";
import { registryRoutes } from "./routes-registries.ts";
import { runRoutes } from "./routes-runs.ts";
import { secretRoutes } from "./routes-secrets.ts";
import { sessionRoutes } from "./routes-sessions.ts";
import { signatureRoutes } from "./routes-signatures.ts";
import { teamRoutes } from "./routes-teams.ts";
import { userRoutes } from "./routes-users.ts";
import { webhookRoutes } from "./routes-webhooks.ts";

/** Every route of the REST face, in the order of openapi.json. */
export const allRoutes: readonly Route[] = [
  ...userRoutes, ...sessionRoutes, ...organizationRoutes, ...teamRoutes, ...registryRoutes, ...runRoutes,
  ...secretRoutes, ...webhookRoutes, ...signatureRoutes, ...automationRoutes, ...executionRoutes, ...redeliveryRoutes, ...outcomeRoutes,
  ...eventRoutes, ...explanationRoutes, ...backtestRoutes, ...previewRoutes, ...metricRoutes, ...auditRoutes,
];
