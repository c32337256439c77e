import type { RunChanges, UpsertTarget } from "../../../features/runs/index.ts";
import { upsertRun } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { runIdOf } from "../nodes/run-id.ts";
import { runNode } from "../nodes/run.ts";

type Text = string | null | undefined;
type TextFields = "id" | "name" | "modelName" | "entityName" | "groupName" | "description" | "displayName" | "notes" | "commit" | "config" | "host" | "jobProgram" | "jobRepo" | "jobType" | "state" | "sweep" | "summaryMetrics";

export type UpsertBucketInput = Partial<Record<TextFields, Text>> & { tags?: readonly string[] | null; clientMutationId?: Text };

/** Makes or changes a run. A field that is null, or missing, stays as it is. */
export const upsertBucket = async ({ input }: { input: UpsertBucketInput }, context: Context): Promise<object> => {
  const { run, project, inserted } = await upsertRun(context.services, requireViewer(context), targetOf(input), changesOf(input));
  // This server has no messages for its users to send with a run.
  return { bucket: runNode(context, run, project), inserted, serverSettings: { serverMessages: [] }, clientMutationId: input.clientMutationId ?? null };
};

function targetOf(input: UpsertBucketInput): UpsertTarget {
  if (input.id === null || input.id === undefined || input.id === "") {
    return { entity: input.entityName ?? null, project: input.modelName ?? null, name: input.name ?? null, state: input.state ?? null };
  }
  return { id: runIdOf(input.id) };
}

const changesOf = (input: UpsertBucketInput): RunChanges => ({
  displayName: filled(input.displayName),
  config: filled(input.config),
  summary: filled(input.summaryMetrics),
  tags: input.tags ?? null,
  notes: input.notes ?? null,
  description: input.description ?? null,
  groupName: input.groupName ?? null,
  jobType: input.jobType ?? null,
  commit: input.commit ?? null,
  host: input.host ?? null,
  program: input.jobProgram ?? null,
  repo: input.jobRepo ?? null,
  sweepName: filled(input.sweep),
});

/** Where an empty text can mean nothing else than none. */
const filled = (text: Text): string | null => (text === undefined || text === "" ? null : text);
