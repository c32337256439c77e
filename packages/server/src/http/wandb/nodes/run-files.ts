import { encodeId } from "../../../domain/global-id.ts";
import type { RunFileRow, RunRow } from "../../../features/runs/index.ts";
import { countFilesOfRun, listRunFiles } from "../../../features/runs/index.ts";
import { runFileLink } from "../../storage/run-files-link.ts";
import type { PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";

type FilesArgs = PageArgs & { names?: readonly (string | null)[] | null; pattern?: string | null };

/** Uploaded files of a run. */
export function runFileFields(context: Context, run: RunRow): object {
  const { services } = context;
  return {
    fileCount: () => countFilesOfRun(services, run),
    files: async (args: FilesArgs) => {
      const window = pageWindow(args, { normal: 50, most: services.limits.pageSize });
      const names = (args.names ?? []).filter((name) => name !== null);
      const rows = await listRunFiles(services, run, { names, pattern: args.pattern ?? null, limit: window.limit, offset: window.offset });
      return { ...connectionOf(rows, window, (row) => runFileNode(context, row)), uploadHeaders: [] };
    },
  };
}

export function runFileNode({ services }: Context, file: RunFileRow): object {
  return {
    __typename: "RunFile",
    id: encodeId("RunFile", file.id),
    name: file.name,
    url: (args: { upload?: boolean | null }) => runFileLink(services, args.upload === true ? "PUT" : "GET", file.id),
    directUrl: () => runFileLink(services, "GET", file.id),
    sizeBytes: file.size_bytes ?? 0,
    mimetype: file.mime_type,
    md5: file.md5_base64,
    updatedAt: (file.uploaded_at ?? file.created_at).toISOString(),
  };
}
