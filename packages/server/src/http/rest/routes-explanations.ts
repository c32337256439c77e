import { explainRequestSchema, explanationSchema, explanationsSchema, nameSchema } from "@bellhop/contract";
import { z } from "zod";
import { invalidAt } from "../../domain/failure.ts";
import type { ExplainTarget } from "../../features/explanations/index.ts";
import { explainAutomation, explainExecution } from "../../features/explanations/index.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";
import { showExplanation, showExplanations } from "./views-events.ts";

const named = z.strictObject({ id: nameSchema });

export const explanationRoutes: Route[] = [
  route({
    method: "POST", path: "/automations/{id}/explain", tag: "automations", summary: "Why it fired, or did not: for one event, or for each event of a run",
    params: named, query: nothing, body: explainRequestSchema, answer: explanationsSchema, status: 200,
    handle: async ({ services, viewer, params, body }) => showExplanations(await explainAutomation(services, viewer, { id: params.id, target: targetOf(body) })),
  }),
  route({
    method: "GET", path: "/executions/{id}/explanation", tag: "executions", summary: "Why the automation fired, by the revision that did, whatever was changed since",
    params: named, query: nothing, body: null, answer: explanationSchema, status: 200,
    handle: async ({ services, viewer, params }) => showExplanation(await explainExecution(services, viewer, params)),
  }),
];

function targetOf({ event, run }: z.output<typeof explainRequestSchema>): ExplainTarget {
  if (event !== undefined) return { event };
  if (run !== undefined) return { run };
  throw invalidAt("", "give either event or run");
}
