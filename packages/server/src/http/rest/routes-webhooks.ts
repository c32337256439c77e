import { backlogSchema, createWebhookSchema, deleteWebhookQuerySchema, listOf, nameSchema, pageQuerySchema, testWebhookSchema, updateWebhookSchema, webhookSchema, webhookTestSchema } from "@bellhop/contract";
import { z } from "zod";
import { createWebhook, deleteWebhook, enableWebhook, listWebhooks, readBacklog, readWebhook, testWebhook, updateWebhook } from "../../features/webhooks/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route, silentRoute } from "./route.ts";
import { showBacklog, showTest, showWebhook } from "./views-delivery.ts";

const tag = "webhooks";
const team = z.strictObject({ team: nameSchema.describe("Name of a team, or of a user") });
const webhook = team.extend({ id: nameSchema });

const textOf = (payload: string | object | null | undefined): string | null => (payload === null || payload === undefined ? null : typeof payload === "string" ? payload : JSON.stringify(payload));

export const webhookRoutes: Route[] = [
  route({
    method: "POST", path: "/teams/{team}/webhooks", tag, summary: "Create a webhook",
    params: team, query: nothing, body: createWebhookSchema, answer: webhookSchema, status: 201,
    handle: async ({ services, viewer, params, body }) => showWebhook(await createWebhook(services, viewer, { ...params, ...body })),
  }),
  route({
    method: "GET", path: "/teams/{team}/webhooks", tag, summary: "List a team's webhooks",
    params: team, query: pageQuerySchema, body: null, answer: listOf(webhookSchema), status: 200,
    handle: async ({ services, viewer, params, query }) => {
      const rows = await listWebhooks(services, viewer, { team: params.team, after: readCursor(query.cursor), limit: query.limit + 1 });
      return pageOf(rows, query.limit, { key: (row) => row.name, item: showWebhook });
    },
  }),
  route({
    method: "GET", path: "/teams/{team}/webhooks/{id}", tag, summary: "Read a webhook",
    params: webhook, query: nothing, body: null, answer: webhookSchema, status: 200,
    handle: async ({ services, viewer, params }) => showWebhook(await readWebhook(services, viewer, params)),
  }),
  route({
    method: "PATCH", path: "/teams/{team}/webhooks/{id}", tag, summary: "Change a webhook; null takes accessToken or secret away",
    params: webhook, query: nothing, body: updateWebhookSchema, answer: webhookSchema, status: 200,
    handle: async ({ services, viewer, params, body }) => showWebhook(await updateWebhook(services, viewer, { ...params, ...body })),
  }),
  route({
    method: "POST", path: "/teams/{team}/webhooks/{id}/enable", tag, summary: "Enable a webhook, and let its circuit breaker try at once",
    params: webhook, query: nothing, body: null, answer: webhookSchema, status: 200,
    handle: async ({ services, viewer, params }) => showWebhook(await enableWebhook(services, viewer, params)),
  }),
  route({
    method: "GET", path: "/teams/{team}/webhooks/{id}/backlog", tag, summary: "Tell what waits for a webhook, and what is under way",
    params: webhook, query: nothing, body: null, answer: backlogSchema, status: 200,
    handle: async ({ services, viewer, params }) => showBacklog(await readBacklog(services, viewer, params)),
  }),
  silentRoute({
    method: "DELETE", path: "/teams/{team}/webhooks/{id}", tag, summary: "Delete a webhook that no enabled automation calls",
    params: webhook, query: deleteWebhookQuerySchema, body: null,
    handle: ({ services, viewer, params, query }) => deleteWebhook(services, viewer, { ...params, force: query.force === "true" }),
  }),
  route({
    method: "POST", path: "/teams/{team}/webhooks/{id}/test", tag, summary: "Send one request as a delivery would; tells what was sent and what came back",
    params: webhook, query: nothing, body: testWebhookSchema, answer: webhookTestSchema, status: 200,
    handle: async ({ services, viewer, params, body }) => showTest(await testWebhook(services, viewer, { ...params, payload: textOf(body.payload) })),
  }),
];
