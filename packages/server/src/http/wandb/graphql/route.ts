import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { Failure } from "../../../domain/failure.ts";
import type { Viewer } from "../../../domain/viewer.ts";
import type { Services } from "../../../features/services.ts";
import { note } from "../../../kit/unit-of-work.ts";
import type { GraphqlAnswer, GraphqlRequest } from "./execute.ts";
import type { Context } from "./context.ts";

const requestSchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

export type GraphqlRouteOptions = {
  services: Services;
  authenticate(request: FastifyRequest): Promise<Viewer | null>;
  graphql(request: GraphqlRequest, context: Context): Promise<GraphqlAnswer>;
};

/** The largest request that the SDK sends is a batch of file specifications. */
const largestRequest = 32 << 20;

/** POST /graphql, as the SDK speaks it. */
export function graphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): void {
  app.post("/graphql", { bodyLimit: largestRequest }, async (request, reply) => {
    const viewer = await options.authenticate(request);
    const body = requestSchema.safeParse(request.body);
    if (!body.success) throw new Failure("bad_request", "Send a JSON object with `query`, and optionally `variables` and `operationName`.");
    const { query, variables, operationName } = body.data;
    note({ operation: /(?:query|mutation)\s+(\w{1,80})/.exec(query)?.[1] ?? "" });
    const answer = await options.graphql({ query, variables: variables ?? {}, operationName: operationName ?? null }, { services: options.services, viewer, userAgent: request.headers["user-agent"] });
    return reply.code(answer.status).send(answer.body);
  });
}
