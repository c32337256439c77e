import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Failure, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../../features/services.ts";
import type { Authenticate } from "../authenticate.ts";
import { answerError, send } from "./answer-error.ts";
import { makeOpenapi } from "./openapi.ts";
import { readJson } from "./read-json.ts";
import type { Route } from "./route.ts";
import { noKey } from "./route.ts";

export type RestOptions = { services: Services; authenticate: Authenticate; routes: readonly Route[] };

const base = "/api/v1";
const openapiPath = "/openapi.json";
/** Payloads of automations are the largest part of any body: 256 KiB, twice when escaped. */
const bodyBytes = 1 << 20;

/** Serves the routes under /api/v1, with one form of error for everything that can go wrong there. */
export async function restRoutes(app: FastifyInstance, options: RestOptions): Promise<void> {
  await app.register((api, _empty, done) => {
    acceptJsonOnly(api);
    api.addHook("onRequest", async (request, reply) => {
      reply.header("x-request-id", request.id).header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    });
    api.setErrorHandler((error, request, reply) => answerError(options.services.log, error, request, reply));
    api.setNotFoundHandler(answerUnknown(options.routes));
    for (const route of options.routes) serve(api, options, route);
    const document = makeOpenapi(options.routes, options.services.publicUrl);
    api.get(openapiPath, (_request, reply) => reply.send(document));
    done();
  }, { prefix: base });
}

function acceptJsonOnly(api: FastifyInstance): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser("application/json", { parseAs: "string", bodyLimit: bodyBytes }, (_request, text, done) => {
    try {
      done(null, readJson(text.toString()));
    } catch (error) {
      return done(error instanceof Error ? error : new Error("unreadable body"));
    }
  });
}

function serve(api: FastifyInstance, { services, authenticate }: RestOptions, route: Route): void {
  const viewers = new WeakMap<FastifyRequest, Viewer>();
  api.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ":$1"),
    // Before the body is read: who may not ask costs no more than this.
    preParsing: async (request) => {
      if (route.open) return;
      const viewer = await authenticate(request);
      if (viewer === null) throw noKey();
      viewers.set(request, viewer);
    },
    handler: async (request, reply) => {
      const viewer = viewers.get(request) ?? null;
      const answer = await route.handle({ services, viewer, request, reply, params: request.params, query: request.query, body: request.body });
      return route.answer === null ? reply.code(204).send() : reply.code(route.status).send(answer);
    },
  });
}

/** 405 where the path exists with other methods, else 404. */
function answerUnknown(routes: readonly Route[]): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  const known = [...routes.map(({ method, path }) => ({ method, pattern: toPattern(path) })), { method: "GET", pattern: toPattern(openapiPath) }];
  return (request, reply) => {
    const path = request.url.split("?")[0]?.slice(base.length) ?? "";
    const methods = known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (methods.length === 0) return send(reply, notFound(`Path ${base}${path.slice(0, 200)}`));
    const allowed = methods.includes("GET") ? [...methods, "HEAD"] : methods;
    reply.header("allow", [...new Set(allowed)].join(", "));
    return send(reply, new Failure("method_not_allowed", `${request.method} is not served at this path; ${allowed.join(", ")} is.`));
  };
}

const toPattern = (path: string): RegExp => new RegExp(`^${path.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`);
