import { automationSchema, createAutomationSchema, listAutomationsQuerySchema, listOf, nameSchema, updateAutomationSchema } from "@bellhop/contract";
import { z } from "zod";
import type { AutomationChanges } from "../../features/automations/index.ts";
import { createAutomation, deleteAutomation, listAutomations, readAutomation, updateAutomation } from "../../features/automations/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route, silentRoute } from "./route.ts";
import { actionOf, filterTextOf, placeOf, scopeAddressOf, showAutomation } from "./views-automations.ts";

const tag = "automations";
const automation = z.strictObject({ id: nameSchema });

export const automationRoutes: Route[] = [
  route({
    method: "POST", path: "/automations", tag, summary: "Create an automation",
    params: nothing, query: nothing, body: createAutomationSchema, answer: automationSchema, status: 201,
    handle: async ({ services, viewer, body }) => {
      const event = { type: body.event.type, filter: filterTextOf(body.event) };
      return showAutomation(await createAutomation(services, viewer, { ...body, scope: scopeAddressOf(body.scope), event, action: actionOf(body.action) }));
    },
  }),
  route({
    method: "GET", path: "/automations", tag, summary: "List automations",
    params: nothing, query: listAutomationsQuerySchema, body: null, answer: listOf(automationSchema), status: 200,
    handle: async ({ services, viewer, query }) => {
      const { limit, cursor, name, ...place } = query;
      const within = placeOf(place);
      const rows = await listAutomations(services, viewer, {
        ...(within === undefined ? {} : { within }),
        ...(name === undefined ? {} : { name }),
        after: readCursor(cursor),
        limit: limit + 1,
        offset: 0,
      });
      return pageOf(rows, limit, { key: (row) => row.id, item: showAutomation });
    },
  }),
  route({
    method: "GET", path: "/automations/{id}", tag, summary: "Read an automation",
    params: automation, query: nothing, body: null, answer: automationSchema, status: 200,
    handle: async ({ services, viewer, params }) => showAutomation(await readAutomation(services, viewer, params)),
  }),
  route({
    method: "PATCH", path: "/automations/{id}", tag, summary: "Change an automation: what is left out stays",
    params: automation, query: nothing, body: updateAutomationSchema, answer: automationSchema, status: 200,
    handle: async ({ services, viewer, params, body }) => showAutomation(await updateAutomation(services, viewer, { id: params.id, ...changesOf(body) })),
  }),
  silentRoute({
    method: "DELETE", path: "/automations/{id}", tag, summary: "Delete an automation; its history stays",
    params: automation, query: nothing, body: null,
    handle: ({ services, viewer, params }) => deleteAutomation(services, viewer, params),
  }),
];

function changesOf({ scope, event, action, ...plain }: z.output<typeof updateAutomationSchema>): AutomationChanges {
  return {
    ...plain,
    ...(scope === undefined ? {} : { scope: scopeAddressOf(scope) }),
    ...(event === undefined ? {} : { event: { ...(event.type === undefined ? {} : { type: event.type }), ...(event.filter === undefined && event.states === undefined && event.metrics === undefined ? {} : { filter: filterTextOf({ ...event, filter: event.filter ?? {} }) }) } }),
    ...(action === undefined ? {} : { action: actionOf(action) }),
  };
}
