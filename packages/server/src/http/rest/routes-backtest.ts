import { backtestRequestSchema, backtestSchema } from "@bellhop/contract";
import type { z } from "zod";
import type { Backtest, BacktestFiring } from "../../features/backtest/index.ts";
import { backtest } from "../../features/backtest/index.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";
import { filterTextOf, scopeAddressOf } from "./views-automations.ts";
import { showEvent } from "./views-events.ts";

export const backtestRoutes: Route[] = [
  route({
    method: "POST", path: "/automations/backtest", tag: "automations", summary: "What a drafted automation would have done in the past",
    params: nothing, query: nothing, body: backtestRequestSchema, answer: backtestSchema, status: 200,
    handle: async ({ services, viewer, body: { automation, since, until } }) => showBacktest(await backtest(services, viewer, {
      scope: scopeAddressOf(automation.scope),
      event: { type: automation.event.type, filter: filterTextOf(automation.event) },
      cooldownSeconds: automation.cooldownSeconds,
      since: new Date(since),
      until: until === undefined ? services.clock.now() : new Date(until),
    })),
  }),
];

const showBacktest = ({ data, firings, more }: Backtest): z.input<typeof backtestSchema> => ({
  data: { ...data, from: data.from?.toISOString() ?? null, to: data.to?.toISOString() ?? null },
  firings: firings.map(showFiring),
  more,
});

const showFiring = ({ at, event, ...firing }: BacktestFiring): z.input<typeof backtestSchema>["firings"][number] => ({ ...firing, at: at.toISOString(), event: event === null ? null : showEvent(event) });
