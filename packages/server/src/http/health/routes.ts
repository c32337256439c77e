import type { FastifyInstance } from "fastify";
import type { Metrics } from "./metrics.ts";

export type HealthOptions = {
  metrics: Metrics;
  /** Rejects when the database does not answer. */
  pingDatabase(): Promise<void>;
  /** True from the moment that the server was told to stop. */
  stopping(): boolean;
};

/** The routes below: what watches over the server asks them every few seconds. */
export const healthPaths: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/** `/healthz`: the process lives. `/readyz`: it can work. `/metrics`: Prometheus. None needs a key. */
export function healthRoutes(app: FastifyInstance, options: HealthOptions): void {
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const problem = options.stopping() ? "stopping" : await databaseProblem(options);
    return problem === null ? { status: "ready" } : reply.code(503).send({ status: "not ready", reason: problem });
  });
  app.get("/metrics", async (_request, reply) => reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()));
}

async function databaseProblem(options: HealthOptions): Promise<string | null> {
  try {
    await options.pingDatabase();
    return null;
  } catch {
    return "database does not answer";
  }
}
