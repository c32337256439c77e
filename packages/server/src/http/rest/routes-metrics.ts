import { metricQuerySchema, metricSeriesSchema, metricSummarySchema, nameSchema } from "@bellhop/contract";
import { z } from "zod";
import { listMetrics, readMetric } from "../../features/runs/index.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";

const tag = "metrics";
const run = { entity: nameSchema, project: nameSchema, run: nameSchema };

export const metricRoutes: Route[] = [
  route({
    method: "GET", path: "/runs/{entity}/{project}/{run}/metrics", tag, summary: "List the metrics of a run",
    params: z.strictObject(run), query: nothing, body: null, answer: z.object({ items: z.array(metricSummarySchema) }), status: 200,
    handle: async ({ services, viewer, params }) => ({ items: await listMetrics(services, viewer, params) }),
  }),
  route({
    method: "GET", path: "/runs/{entity}/{project}/{run}/metrics/{metric}", tag, summary: "Read one metric of a run, in buckets that keep the least and the greatest value",
    params: z.strictObject({ ...run, metric: z.string().min(1).max(512) }), query: metricQuerySchema, body: null, answer: metricSeriesSchema, status: 200,
    handle: ({ services, viewer, params, query }) => readMetric(services, viewer, { ...params, buckets: query.buckets, minStep: query.minStep ?? null, maxStep: query.maxStep ?? null }),
  }),
];
