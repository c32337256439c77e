import { listOf, listOutcomesQuerySchema, outcomeSchema } from "@bellhop/contract";
import type { z } from "zod";
import { invalidAt } from "../../domain/failure.ts";
import type { Outcome, OutcomeSubject } from "../../features/outcomes/index.ts";
import { listOutcomes } from "../../features/outcomes/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";

function subjectOf({ version, run }: z.output<typeof listOutcomesQuerySchema>): OutcomeSubject {
  if (version !== undefined && run === undefined) return { version };
  if (run !== undefined && version === undefined) return { run };
  throw invalidAt("version", "give either version or run");
}

const show = ({ executionId, beganAt, reportedAt, ...rest }: Outcome): z.input<typeof outcomeSchema> => ({ execution: executionId, ...rest, beganAt: beganAt.toISOString(), reportedAt: reportedAt.toISOString() });

export const outcomeRoutes: Route[] = [
  route({
    method: "GET", path: "/outcomes", tag: "executions", summary: "List what receivers reported of deliveries about one version or run, newest first",
    params: nothing, query: listOutcomesQuerySchema, body: null, answer: listOf(outcomeSchema), status: 200,
    handle: async ({ services, viewer, query }) => {
      const rows = await listOutcomes(services, viewer, { of: subjectOf(query), before: readCursor(query.cursor), limit: query.limit + 1 });
      return pageOf(rows, query.limit, { key: (row) => row.executionId, item: show });
    },
  }),
];
