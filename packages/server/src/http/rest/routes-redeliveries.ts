import { comparisonSchema, nameSchema, redeliverySchema, startRedeliverySchema, startedRedeliverySchema } from "@bellhop/contract";
import type { StartRedelivery } from "@bellhop/contract";
import { z } from "zod";
import type { Selection } from "../../domain/redelivery.ts";
import { cancelRedelivery, compareRedelivery, countRedelivery, readRedelivery, startRedelivery } from "../../features/redeliveries/index.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";
import { showComparison, showRedelivery } from "./views-redeliveries.ts";

const tag = "redeliveries";
const byId = z.strictObject({ id: nameSchema });

function selectionOf({ selection }: StartRedelivery): Selection {
  if ("executions" in selection) return { by: "executions", ids: selection.executions };
  const since = selection.since === undefined ? null : new Date(selection.since);
  if ("automation" in selection) return { by: "automation", id: selection.automation, since };
  if ("hook" in selection) return { by: "hook", id: selection.hook, since };
  return "run" in selection ? { by: "run", path: selection.run, since } : { by: "webhook", id: selection.webhook, since };
}

export const redeliveryRoutes: Route[] = [
  route({
    method: "POST", path: "/redeliveries", tag, summary: "Deliver chosen executions again, or all that failed; with dryRun only count them",
    params: nothing, query: nothing, body: startRedeliverySchema, answer: startedRedeliverySchema, status: 200,
    handle: async ({ services, viewer, body }) => {
      const input = { selection: selectionOf(body), mode: body.mode };
      if (body.dryRun) return { dryRun: true, count: await countRedelivery(services, viewer, input), redelivery: null };
      const redelivery = await startRedelivery(services, viewer, input);
      return { dryRun: false, count: redelivery.total, redelivery: showRedelivery(redelivery) };
    },
  }),
  route({
    method: "GET", path: "/redeliveries/{id}", tag, summary: "Tell how far a redelivery is",
    params: byId, query: nothing, body: null, answer: redeliverySchema, status: 200,
    handle: async ({ services, viewer, params }) => showRedelivery(await readRedelivery(services, viewer, params)),
  }),
  route({
    method: "POST", path: "/redeliveries/{id}/cancel", tag, summary: "Plan no more of a redelivery, and cancel what has not begun",
    params: byId, query: nothing, body: null, answer: redeliverySchema, status: 202,
    handle: async ({ services, viewer, params }) => showRedelivery(await cancelRedelivery(services, viewer, params)),
  }),
  route({
    method: "GET", path: "/executions/{id}/redelivery", tag, summary: "Show what a redelivery would send in either mode, and where they differ",
    params: byId, query: nothing, body: null, answer: comparisonSchema, status: 200,
    handle: async ({ services, viewer, params }) => showComparison(await compareRedelivery(services, viewer, params)),
  }),
];
