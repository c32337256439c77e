import type { FastifyInstance } from "fastify";
import type { Services } from "../features/services.ts";
import { makeAuthenticate } from "./authenticate.ts";
import { callbackRoutes } from "./callbacks/index.ts";
import type { HealthOptions } from "./health/routes.ts";
import { healthRoutes } from "./health/routes.ts";
import { makeRateLimiter } from "./rate-limits/limiter.ts";
import { makeRefusedKeysNote } from "./rate-limits/note-refused-keys.ts";
import { limitRequests } from "./rate-limits/routes.ts";
import { restRoutes } from "./rest/index.ts";
import { allRoutes } from "./rest/routes.ts";
import { passOnTraces } from "../ports/tracing/pass-on.ts";
import type { Tracing } from "../ports/tracing/port.ts";
import { observeRequests } from "./observe-requests.ts";
import { artifactStorageRoutes } from "./storage/artifact-storage.ts";
import { runFileRoutes } from "./storage/run-files.ts";
import { uiRoutes } from "./ui/index.ts";
import { fileStreamRoutes } from "./wandb/file-stream/index.ts";
import { makeGraphql } from "./wandb/graphql/execute.ts";
import { graphqlRoute } from "./wandb/graphql/route.ts";
import { readSchema } from "./wandb/graphql/schema.ts";
import { mutations, queries } from "./wandb/resolvers.ts";
import { withCause } from "./with-cause.ts";

export type FacesOptions = HealthOptions & {
  services: Services;
  /** Whether this process answers users; a worker answers only for its health. */
  web: boolean;
  tracing?: Tracing;
};

/** Everything that the server answers: health, REST, the pages, and the W&B protocol. */
export async function registerFaces(app: FastifyInstance, options: FacesOptions): Promise<void> {
  observeRequests(app, { log: options.services.log, metrics: options.metrics, tracing: options.tracing ?? passOnTraces(options.services.random) });
  healthRoutes(app, options);
  if (!options.web) return;
  const { services, metrics } = options;
  const noteRefusedKeys = makeRefusedKeysNote(services);
  const limiter = makeRateLimiter(services.clock, services.limits.requestsPerMinute, (kind, request) => {
    metrics.limited(kind);
    if (kind === "failures") noteRefusedKeys(request);
  });
  limitRequests(app, limiter);
  const authenticate = withCause(makeAuthenticate(services, limiter), services);
  const graphql = makeGraphql({ schema: readSchema(), queries, mutations, log: services.log, missing: (field) => metrics.missing(field) });
  await restRoutes(app, { services, authenticate, routes: allRoutes });
  await callbackRoutes(app, { services });
  await uiRoutes(app, { services });
  graphqlRoute(app, { services, authenticate, graphql });
  await fileStreamRoutes(app, { services, authenticate, ingested: (lines) => metrics.ingested(lines) });
  await runFileRoutes(app, { services });
  await artifactStorageRoutes(app, { services, authenticate });
}
