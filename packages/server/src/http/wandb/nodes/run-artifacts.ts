import type { PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import { listRunArtifacts } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactNodes } from "./artifact.ts";

/** The versions that a run, which the viewer sees, has used and logged. */
export function runArtifactFields(context: Context, run: { id: number }): object {
  const list = async (direction: "input" | "output", args: PageArgs): Promise<object> => {
    const window = pageWindow(args, { normal: 50, most: context.services.limits.pageSize });
    const { rows, total } = await listRunArtifacts(context.services, requireViewer(context), { runId: run.id, direction, limit: window.limit, offset: window.offset });
    return { ...connectionOf(rows, window, artifactNodes(context, rows)), totalCount: total };
  };
  return { inputArtifacts: (args: PageArgs) => list("input", args), outputArtifacts: (args: PageArgs) => list("output", args) };
}
