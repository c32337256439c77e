import { encodeId } from "../../../domain/global-id.ts";
import { isRecord } from "../../../kit/cast.ts";
import { readRow, withoutNonFinite } from "../../../domain/run-history.ts";
import { readKeys } from "../../../domain/run-history-keys.ts";
import { hasEnded } from "../../../domain/run-state.ts";
import type { VisibleProject } from "../../../features/access/index.ts";
import { findVisibleProject } from "../../../features/access/index.ts";
import type { RunRow } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { makeJoint, once } from "./joint.ts";
import { projectNode } from "./project.ts";
import { runFileFields } from "./run-files.ts";
import { runHistoryFields } from "./run-history.ts";
import { runInfo } from "./run-info.ts";
import { runLogFields } from "./run-log.ts";

/** What other nouns say of a run; filled by join-fields.ts. */
export const runFields = makeJoint<RunRow>();

/** A run. `project` saves a look-up where the caller has it. */
export function runNode(context: Context, run: RunRow, project?: VisibleProject): object {
  const findProject = once<VisibleProject | null>(async () => project ?? (await findVisibleProject(context.services.db, requireViewer(context), { id: run.project_id })));
  return {
    __typename: "Run",
    ...plainFields(run),
    ...statusFields(run),
    ...runHistoryFields(context, run),
    ...runLogFields(context, run),
    ...runFileFields(context, run),
    project: async () => {
      const home = await findProject();
      return home === null ? null : projectNode(context, home);
    },
    readOnly: async () => (await findProject())?.role === "viewer",
    runInfo: () => runInfo(context, run),
    ...runFields.of(context, run),
  };
}

function plainFields(run: RunRow): object {
  return {
    id: encodeId("Run", run.id),
    projectId: run.project_id,
    name: run.name,
    displayName: run.display_name,
    description: run.description,
    notes: run.notes,
    tags: run.tags,
    config: run.config,
    wandbConfig: (args: { keys?: readonly (string | null)[] | null }) => wandbConfig(run.config, args.keys ?? null),
    summaryMetrics: run.summary,
    systemMetrics: () => systemMetrics(run.system_metrics),
    sweepName: run.sweep_name,
    group: run.group_name,
    jobType: run.job_type,
    commit: run.commit,
    createdAt: run.created_at.toISOString(),
    heartbeatAt: run.heartbeat_at.toISOString(),
    user: userOf(run),
    historyKeys: () => historyKeys(run),
  };
}

/** A list of runs names its users without a look-up for each; that is all that clients ask of them. */
function userOf(run: RunRow): object | null {
  if (run.user_id === null || run.username === null) return null;
  return { __typename: "User", id: encodeId("User", run.user_id), username: run.username, name: run.user_display_name ?? run.username, entity: run.username };
}

function statusFields(run: RunRow): object {
  const stopped = run.stop_requested && !hasEnded(run.state);
  return {
    state: run.state,
    exitcode: run.exit_code,
    running: run.state === "running" || run.state === "preempting",
    failed: run.state === "failed" || run.state === "crashed",
    stopped,
    shouldStop: stopped,
  };
}

/** Those keys of what the SDK keeps for itself in the config, as JSON text. */
function wandbConfig(config: string, keys: readonly (string | null)[] | null): string {
  const entry = readRow(config)["_wandb"];
  const own = isRecord(entry) && isRecord(entry["value"]) ? entry["value"] : {};
  const wanted = Object.entries(own).filter(([key]) => keys === null || keys.includes(key));
  return JSON.stringify(withoutNonFinite(Object.fromEntries(wanted)));
}

/** The last line of system metrics without its bookkeeping. */
function systemMetrics(line: string): string {
  const metrics = Object.entries(readRow(line)).filter(([key]) => key.startsWith("system."));
  return JSON.stringify(withoutNonFinite(Object.fromEntries(metrics)));
}

/** `lastStep` bounds what clients page through; `sets` (keys that were logged together) is not kept. */
function historyKeys(run: RunRow): object {
  const keys = [...readKeys(run.history_keys)].map(([key, { counts, last }]) => {
    const typeCounts = Object.entries(counts).map(([type, count]) => ({ type, count }));
    return [key, { typeCounts, previousValue: last }] as const;
  });
  return { lastStep: run.last_step ?? -1, sets: [], keys: Object.fromEntries(keys) };
}
