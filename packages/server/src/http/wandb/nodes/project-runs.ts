import type { VisibleProject } from "../../../features/access/index.ts";
import { countRuns, findRun, listRuns } from "../../../features/runs/index.ts";
import type { PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { runNode } from "./run.ts";

type RunsArgs = PageArgs & { filters?: string | null; order?: string | null };

/** The fields of a project that lead to its runs. Clients know each by an older and a newer name. */
export function projectRunFields(context: Context, project: VisibleProject): object {
  const { services } = context;
  const run = async (args: { name: string }): Promise<object | null> => {
    const found = await findRun(services, project, args.name);
    return found === null ? null : runNode(context, found, project);
  };
  const runs = async (args: RunsArgs): Promise<object> => {
    const window = pageWindow(args, { normal: 50, most: services.limits.pageSize });
    const rows = await listRuns(services, project, { filters: args.filters ?? null, order: args.order ?? null, limit: window.limit, offset: window.offset });
    return { ...connectionOf(rows, window, (row) => runNode(context, row, project)), totalCount: () => countRuns(services, project, args.filters ?? null) };
  };
  return { run, bucket: run, runs, buckets: runs, runCount: (args: { filters?: string | null }) => countRuns(services, project, args.filters ?? null) };
}
