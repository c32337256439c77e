import { z } from "zod";
import type { Transaction } from "../../db/database.ts";
import type { HookRow, HookWrite } from "../../db/queries/run-hooks.ts";
import { findHooksOfRun, replaceHooks } from "../../db/queries/run-hooks.ts";
import { actionConfigSchema } from "../../domain/automation.ts";
import { parseEventFilter } from "../../domain/filter/index.ts";
import type { RunHook } from "../../domain/run-hook.ts";
import { hookEvent, hookEvents, hookStates } from "../../domain/run-hook.ts";
import type { Services } from "../services.ts";

/** A hook that the run has. */
export type SavedHook = RunHook & { id: string; row: HookRow };

/** Gives the run the hooks of its config, unless it has just these. The caller holds the run's lock. */
export async function saveHooks(services: Pick<Services, "ids">, tx: Transaction, runId: number, wanted: { hooks: readonly RunHook[]; userId: number }): Promise<void> {
  const before = (await findHooksOfRun(tx, runId)).map(savedHookOf);
  if (sameHooks(before, wanted.hooks)) return;
  await replaceHooks(tx, runId, wanted.hooks.map((hook, index) => writeOf(services.ids(), hook, index)), wanted.userId);
}

const writeOf = (id: string, hook: RunHook, index: number): HookWrite => ({
  id,
  name: `hook ${index + 1}${hook.state === null ? "" : ` (${hook.state})`}`,
  event_type: hookEvent(hook),
  event_filter: JSON.stringify(hook.problem === null ? {} : { problem: hook.problem, ...(hook.state === null ? { stateless: true } : {}) }),
  action: { type: "RUN_HOOK", position: index, url: hook.url, method: hook.method, body: hook.body },
});

/** Reads a hook back from its row. */
export function savedHookOf(row: HookRow): SavedHook {
  const action = z.parse(actionConfigSchema, row.action);
  const filter = parseEventFilter(row.event_type, row.event_filter);
  if (action.type !== "RUN_HOOK" || !filter.ok || filter.eventFilter.family !== "run_hook") throw new Error(`Run hook ${row.id} is stored in a way that this version cannot read.`);
  const { url, method, body } = action;
  const { problem, stateless } = filter.eventFilter;
  return { id: row.id, row, state: stateless ? null : (hookStates.find((state) => hookEvents[state] === row.event_type) ?? null), url, method, body, problem };
}

const meaningOf = ({ state, url, method, body, problem }: RunHook): unknown => [state, url, method, body, problem];

const sameHooks = (one: readonly RunHook[], other: readonly RunHook[]): boolean => JSON.stringify(one.map(meaningOf)) === JSON.stringify(other.map(meaningOf));
