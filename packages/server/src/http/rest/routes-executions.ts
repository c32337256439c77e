import { executionSchema, executionWithAttemptsSchema, listExecutionsQuerySchema, listOf, nameSchema, redeliverQuerySchema } from "@bellhop/contract";
import { z } from "zod";
import { listExecutions, readExecution, redeliverExecution } from "../../features/history/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";
import { showAttempt, showCause, showExecution, showReport } from "./views-delivery.ts";

const tag = "executions";
const execution = z.strictObject({ id: nameSchema });

export const executionRoutes: Route[] = [
  route({
    method: "GET", path: "/executions", tag, summary: "List executions, newest first",
    params: nothing, query: listExecutionsQuerySchema, body: null, answer: listOf(executionSchema), status: 200,
    handle: async ({ services, viewer, query }) => {
      const { limit, cursor, since, ...filter } = query;
      const rows = await listExecutions(services, viewer, { ...filter, ...(since === undefined ? {} : { since: new Date(since) }), before: readCursor(cursor), limit: limit + 1 });
      return pageOf(rows, limit, { key: (row) => row.id, item: showExecution });
    },
  }),
  route({
    method: "GET", path: "/executions/{id}", tag, summary: "Read an execution with its attempts, and what its receiver reported",
    params: execution, query: nothing, body: null, answer: executionWithAttemptsSchema, status: 200,
    handle: async ({ services, viewer, params }) => {
      const { traceparent, attempts, reports, causes, ...read } = await readExecution(services, viewer, params);
      return { ...showExecution(read), traceparent, attempts: attempts.map(showAttempt), reports: reports.map(showReport), causes: causes.map(showCause) };
    },
  }),
  route({
    method: "POST", path: "/executions/{id}/redeliver", tag, summary: "Deliver an execution once more: the same bytes, or rendered anew; gives the new execution",
    params: execution, query: redeliverQuerySchema, body: null, answer: executionSchema, status: 202,
    handle: async ({ services, viewer, params, query }) => showExecution(await redeliverExecution(services, viewer, { ...params, ...query })),
  }),
];
