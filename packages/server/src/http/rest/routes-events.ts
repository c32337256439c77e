import { eventDetailsSchema, eventSchema, listEventsQuerySchema, listOf, nameSchema } from "@bellhop/contract";
import { z } from "zod";
import { listEvents, readEvent } from "../../features/events/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";
import { projectNames, showEvent, showEventDetails } from "./views-events.ts";

const tag = "events";

export const eventRoutes: Route[] = [
  route({
    method: "GET", path: "/events", tag, summary: "List the events of a project or registry, newest first",
    params: nothing, query: listEventsQuerySchema, body: null, answer: listOf(eventSchema), status: 200,
    handle: async ({ services, viewer, query }) => {
      const { limit, cursor, since, type, ...names } = query;
      const rows = await listEvents(services, viewer, {
        within: projectNames(names), ...(type === undefined ? {} : { type }), ...(since === undefined ? {} : { since: new Date(since) }), before: readCursor(cursor), limit: limit + 1,
      });
      return pageOf(rows, limit, { key: (row) => row.id, item: showEvent });
    },
  }),
  route({
    method: "GET", path: "/events/{id}", tag, summary: "Read an event, with what it was about as it was then",
    params: z.strictObject({ id: nameSchema }), query: nothing, body: null, answer: eventDetailsSchema, status: 200,
    handle: async ({ services, viewer, params }) => showEventDetails(await readEvent(services, viewer, params)),
  }),
];
