import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { fastify } from "fastify";
import { Failure } from "../domain/failure.ts";
import type { IdMaker } from "../kit/ids.ts";
import { parseTolerantJson } from "../kit/json-tolerant.ts";
import type { Log } from "../kit/log.ts";

/** Longest path segment, decoded: names of projects, collections and files are shorter. */
const longestSegment = 1_024;
const bodyBytes = 1 << 20;

/** The HTTP server without its routes: how bodies are read, and what is answered when something goes wrong. */
export function makeHttpServer(options: { log: Log; ids: IdMaker; /** Proxies whose X-Forwarded-For is believed. */ trustedProxies?: readonly string[] }): FastifyInstance {
  const app = fastify({
    logger: false,
    genReqId: options.ids,
    bodyLimit: bodyBytes,
    trustProxy: options.trustedProxies === undefined || options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    routerOptions: { maxParamLength: longestSegment },
    // A slow client may not hold a connection for ever; uploads of any length go on as long as bytes come.
    connectionTimeout: 120_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: "idle",
    // What is refused before any route, such as an address with broken percent-encoding.
    frameworkErrors: (error, request, reply) => {
      void answer(options.log, error, request, reply);
    },
  });
  readJsonOurselves(app);
  app.setErrorHandler((error, request, reply) => answer(options.log, error, request, reply));
  app.setNotFoundHandler((request, reply) => reply.code(404).send(errorBody(request, `No page at ${request.url.split("?")[0]?.slice(0, 200) ?? ""}.`)));
  return app;
}

// V8 misreads keys with escapes now and then (nodejs/node#63785); ours bounds depth and keys as well.
function readJsonOurselves(app: FastifyInstance): void {
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, text, done) => {
    const read = parseTolerantJson(text.toString());
    if (read.ok) done(null, read.value);
    else done(new Failure("bad_request", `The body is not JSON: ${read.message} at character ${read.offset}.`));
  });
}

function answer(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Failure) {
    if (error.code === "unauthenticated") reply.header("www-authenticate", 'Basic realm="Bellhop"');
    if (error.retryAfterSeconds !== null) reply.header("retry-after", error.retryAfterSeconds);
    return reply.code(error.status).send(errorBody(request, error.message));
  }
  const status = statusOf(error);
  if (status < 500) return reply.code(status).send(errorBody(request, error instanceof Error ? error.message : "bad request"));
  log.error({ err: error, requestId: request.id, method: request.method, route: request.routeOptions.url }, "a request failed");
  return reply.code(500).send(errorBody(request, `Internal error of the server; its log has the details of request ${request.id}.`));
}

const statusOf = (error: unknown): number => (error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500);

/** The SDK reads `errors` of a GraphQL answer and `error` of any other. */
const errorBody = (request: FastifyRequest, message: string): object => (request.url.startsWith("/graphql") ? { errors: [{ message }] } : { error: message });
