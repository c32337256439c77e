import { nameSchema, runHooksSchema } from "@bellhop/contract";
import type { runHookSchema } from "@bellhop/contract";
import { z } from "zod";
import type { ListedHook } from "../../features/runs/index.ts";
import { listHooks } from "../../features/runs/index.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";
import { showReason } from "./views-delivery.ts";

const tag = "runs";
const run = z.strictObject({ entity: nameSchema, project: nameSchema, run: nameSchema.describe("The run's id, as in its address") });

export const runRoutes: Route[] = [
  route({
    method: "GET", path: "/runs/{entity}/{project}/{run}/hooks", tag, summary: "List the hooks that a run brought along, in their order",
    params: run, query: nothing, body: null, answer: runHooksSchema, status: 200,
    handle: async ({ services, viewer, params }) => ({ items: (await listHooks(services, viewer, params)).map(showHook) }),
  }),
];

const showHook = ({ createdAt, lastExecution, ...hook }: ListedHook): z.input<typeof runHookSchema> => ({
  ...hook,
  createdAt: createdAt.toISOString(),
  lastExecution: lastExecution === null ? null : { ...lastExecution, reason: showReason(lastExecution.reason), createdAt: lastExecution.createdAt.toISOString() },
});
