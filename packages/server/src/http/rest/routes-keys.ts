import { apiKeySchema, createApiKeySchema, createdApiKeySchema, createUserApiKeySchema, listOf, nameSchema, pageQuerySchema } from "@bellhop/contract";
import { z } from "zod";
import type { CreateApiKeyInput, IssuedApiKey } from "../../features/tokens/index.ts";
import { createApiKey, deleteApiKey, listApiKeys } from "../../features/tokens/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route, silentRoute } from "./route.ts";
import { showApiKey } from "./views-people.ts";

const tag = "api-keys";
const username = z.strictObject({ username: nameSchema });
const id = z.strictObject({ id: z.string().max(64) });

const wanted = (body: z.output<typeof createApiKeySchema>): CreateApiKeyInput => ({ description: body.name ?? null, expiresAt: body.expiresAt === undefined ? null : new Date(body.expiresAt) });

const show = ({ apiKey, ...key }: IssuedApiKey): z.input<typeof createdApiKeySchema> => ({ ...showApiKey(key), apiKey });

const own: Route[] = [
  route({
    method: "POST", path: "/users/me/api-keys", tag, summary: "Make an API key for yourself",
    params: nothing, query: nothing, body: createApiKeySchema, answer: createdApiKeySchema, status: 201,
    handle: async ({ services, viewer, body }) => show(await createApiKey(services, viewer, wanted(body))),
  }),
  route({
    method: "GET", path: "/users/me/api-keys", tag, summary: "List your API keys",
    params: nothing, query: pageQuerySchema, body: null, answer: listOf(apiKeySchema), status: 200,
    handle: async ({ services, viewer, query }) => pageOf(await listApiKeys(services, viewer, { after: readCursor(query.cursor), limit: query.limit }), query.limit, { key: (row) => row.id, item: showApiKey }),
  }),
  silentRoute({
    method: "DELETE", path: "/users/me/api-keys/{id}", tag, summary: "Revoke one of your API keys; it stops working at once",
    params: id, query: nothing, body: null,
    handle: ({ services, viewer, params }) => deleteApiKey(services, viewer, params),
  }),
];

const others: Route[] = [
  route({
    method: "POST", path: "/users/{username}/api-keys", tag, summary: "Make an API key for a user, or import their W&B key; for administrators of the server",
    params: username, query: nothing, body: createUserApiKeySchema, answer: createdApiKeySchema, status: 201,
    handle: async ({ services, viewer, params, body }) => show(await createApiKey(services, viewer, { ...wanted(body), ...params, existing: body.apiKey ?? null })),
  }),
  route({
    method: "GET", path: "/users/{username}/api-keys", tag, summary: "List a user's API keys; for administrators of the server",
    params: username, query: pageQuerySchema, body: null, answer: listOf(apiKeySchema), status: 200,
    handle: async ({ services, viewer, params, query }) => pageOf(await listApiKeys(services, viewer, { ...params, after: readCursor(query.cursor), limit: query.limit }), query.limit, { key: (row) => row.id, item: showApiKey }),
  }),
  silentRoute({
    method: "DELETE", path: "/users/{username}/api-keys/{id}", tag, summary: "Revoke a user's API key; it stops working at once; for administrators of the server",
    params: username.extend(id.shape), query: nothing, body: null,
    handle: ({ services, viewer, params }) => deleteApiKey(services, viewer, params),
  }),
];

export const keyRoutes: Route[] = [...own, ...others];
