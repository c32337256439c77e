import { findEntitiesBelow } from "../../db/queries/backtest.ts";
import type { BacktestScope } from "../../db/queries/backtest.ts";
import { invalid, invalidAt } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { ScopeAddress } from "../automations/index.ts";
import { checkDraft, requireVisibleScope, watchesMetrics } from "../automations/index.ts";
import type { Backtest, BacktestNeeds, Draft } from "./types.ts";
import { judgeEvents } from "./judge-events.ts";
import { replayRuns } from "./replay-runs.ts";

export type BacktestInput = {
  scope: ScopeAddress;
  event: { type: string; /** Text of a JSON object. */ filter: string };
  cooldownSeconds: number | null;
  since: Date;
  until: Date;
};

/**
 * What an automation that is only drafted would have done in the past, judged by the code that runs live. Needs a role in
 * the scope; what happened in projects where the viewer has none is left out. Throws invalid with all that is wrong.
 */
export async function backtest(services: BacktestNeeds, viewer: Viewer, input: BacktestInput): Promise<Backtest> {
  if (input.since >= input.until) throw invalidAt("since", "must be before until");
  const scope = await requireVisibleScope(services.db, viewer, input.scope);
  const checked = checkDraft(input.event, scope, input.cooldownSeconds);
  if (!checked.ok) throw invalid(checked.problems);
  const within: BacktestScope = {
    entityIds: scope.kind === "entity" ? await findEntitiesBelow(services.db, scope.id) : [scope.entity_id],
    projectId: scope.project_id,
    collectionId: scope.kind === "collection" ? scope.id : null,
  };
  const draft: Draft = { type: checked.type, filter: input.event.filter, cooldownSeconds: input.cooldownSeconds };
  return watchesMetrics(checked.type) ? replayRuns(services, viewer, { draft, within, range: input }) : judgeEvents(services, viewer, { draft, within, range: input });
}
