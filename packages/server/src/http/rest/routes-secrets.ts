import { listOf, nameSchema, pageQuerySchema, putSecretSchema, rotateSecretSchema, secretSchema } from "@bellhop/contract";
import { z } from "zod";
import type { Secret } from "../../features/secrets/index.ts";
import { deleteSecret, endRotation, listSecrets, putSecret, rotateSecret } from "../../features/secrets/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route, silentRoute } from "./route.ts";

const tag = "secrets";
const team = z.strictObject({ team: nameSchema.describe("Name of a team, or of a user") });
const secret = team.extend({ name: nameSchema });

const show = (shown: Secret): z.input<typeof secretSchema> => ({
  ...shown,
  createdAt: shown.createdAt.toISOString(),
  updatedAt: shown.updatedAt.toISOString(),
  previous: shown.previous.map(({ version, until }) => ({ version, until: until.toISOString() })),
});

export const secretRoutes: Route[] = [
  route({
    method: "GET", path: "/teams/{team}/secrets", tag, summary: "List a team's secrets, without their values",
    params: team, query: pageQuerySchema, body: null, answer: listOf(secretSchema), status: 200,
    handle: async ({ services, viewer, params, query }) => {
      const rows = await listSecrets(services, viewer, { team: params.team, after: readCursor(query.cursor), limit: query.limit + 1 });
      return pageOf(rows, query.limit, { key: (row) => row.name, item: show });
    },
  }),
  route({
    method: "PUT", path: "/teams/{team}/secrets/{name}", tag, summary: "Create a secret, or replace its value at once",
    params: secret, query: nothing, body: putSecretSchema, answer: secretSchema, status: 200,
    handle: async ({ services, viewer, params, body }) => show(await putSecret(services, viewer, { ...params, value: body.value })),
  }),
  route({
    method: "POST", path: "/teams/{team}/secrets/{name}/rotate", tag, summary: "Give a secret a new value; the one of before goes on signing beside it for a while",
    params: secret, query: nothing, body: rotateSecretSchema, answer: secretSchema, status: 200,
    handle: async ({ services, viewer, params, body }) => show(await rotateSecret(services, viewer, { ...params, ...body })),
  }),
  silentRoute({
    method: "DELETE", path: "/teams/{team}/secrets/{name}/previous", tag, summary: "End a rotation now: earlier values sign no more",
    params: secret, query: nothing, body: null,
    handle: ({ services, viewer, params }) => endRotation(services, viewer, params),
  }),
  silentRoute({
    method: "DELETE", path: "/teams/{team}/secrets/{name}", tag, summary: "Delete a secret that no webhook uses",
    params: secret, query: nothing, body: null,
    handle: ({ services, viewer, params }) => deleteSecret(services, viewer, params),
  }),
];
