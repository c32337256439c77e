import { previewRequestSchema, previewSchema } from "@bellhop/contract";
import type { z } from "zod";
import type { Preview } from "../../features/preview/index.ts";
import { previewChange } from "../../features/preview/index.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";
import { shownActions } from "./views-delivery.ts";

export const previewRoutes: Route[] = [
  route({
    method: "POST", path: "/preview", tag: "automations", summary: "Which automations a change would set off, and what they would send; nothing is changed or sent",
    params: nothing, query: nothing, body: previewRequestSchema, answer: previewSchema, status: 200,
    handle: async ({ services, viewer, body }) => showPreview(await previewChange(services, viewer, body)),
  }),
];

const showPreview = ({ events, more }: Preview): z.input<typeof previewSchema> => ({
  events: events.map(({ event: { id: _id, at: _at, ...event }, automations }) => ({
    ...event,
    automations: automations.map((automation) => ({ ...automation, action: shownActions[automation.action] })),
  })),
  more,
});
