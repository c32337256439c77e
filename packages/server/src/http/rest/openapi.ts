import { errorCatalogue } from "@bellhop/contract";
import { z } from "zod";
import { isRecord } from "../../kit/cast.ts";
import { sessionCookieName } from "../session-cookie.ts";
import { deliveryWebhook } from "./openapi-delivery.ts";
import type { Route } from "./route.ts";

type Json = Record<string, unknown>;

/** The description of the REST face, OpenAPI 3.1, made from the routes that are served. */
export function makeOpenapi(routes: readonly Route[], publicUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  return {
    openapi: "3.1.0",
    info: {
      title: "Bellhop",
      version: "1",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      description: "Automations for machine-learning teams. Lists come in pages: pass nextCursor of a page as cursor to get the next one. An object that you may not see answers like one that does not exist.",
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    security: [{ bearer: [] }, { basic: [] }, { session: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    webhooks: { delivery: deliveryWebhook },
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The API key." },
        basic: { type: "http", scheme: "basic", description: "User name api, password the API key; as the wandb SDK sends it." },
        session: { type: "apiKey", in: "cookie", name: sessionCookieName, description: "What POST /sessions sets. Writes need an Origin of this server." },
      },
      schemas: { Error: errorSchema },
      responses: { Error: { description: "What went wrong, and where.", content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } } },
    },
  };
}

const errorSchema: Json = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "details"],
      properties: {
        code: { type: "string", enum: Object.keys(errorCatalogue), description: Object.entries(errorCatalogue).map(([code, { status, meaning }]) => `${code} (${status}): ${meaning}`).join("\n") },
        message: { type: "string" },
        details: {
          type: "array",
          items: { type: "object", required: ["path", "message"], properties: { path: { type: "string" }, message: { type: "string" } } },
        },
      },
    },
  },
};

function operation(route: Route): Json {
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.tag],
    ...(route.open ? { security: [] } : {}),
    parameters: [...parameters(route.params, "path"), ...parameters(route.query, "query")],
    ...(route.body === null ? {} : { requestBody: { required: !route.body.safeParse(undefined).success, content: { "application/json": { schema: jsonSchema(route.body, "input") } } } }),
    responses: {
      [String(route.status)]: route.answer === null ? { description: "Done." } : { description: "Done.", content: { "application/json": { schema: jsonSchema(route.answer, "output") } } },
      default: { $ref: "#/components/responses/Error" },
    },
  };
}

/** `PUT /teams/{team}/members/{username}` → `putTeamsByTeamMembersByUsername`. */
export function operationId({ method, path }: Pick<Route, "method" | "path">): string {
  const words = path.replace(/\{(\w+)\}/g, "By-$1").split(/[/-]/).filter((word) => word !== "");
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function parameters(schema: z.ZodType, place: "path" | "query"): Json[] {
  const { properties, required } = jsonSchema(schema, "input");
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(isRecord(properties) ? properties : {}).map(([name, shape]) => ({ name, in: place, required: place === "path" || needed.includes(name), schema: shape }));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _dialect, ...rest }: Json = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
