import type { NumberedLogLine, RunRow } from "../../../features/runs/index.ts";
import { readLogLines } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";
import type { Connection, PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";

type LogLineArgs = PageArgs & { last?: number | null };

const pageSizes = { normal: 1_000, most: 10_000 };

/** Console output of a run: the last lines, or a page of all. */
export function runLogFields({ services }: Context, run: RunRow): object {
  return {
    logLineCount: run.log_lines,
    logLines: async (args: LogLineArgs): Promise<Connection<object>> => {
      const last = args.last ?? null;
      const window = last === null ? pageWindow(args, pageSizes) : tailWindow(run.log_lines, last);
      // A page is of line numbers, so that a gap in the lines does not move the pages after it.
      const lines = await readLogLines(services, run, { from: window.offset, to: window.offset + window.size });
      const { edges, pageInfo } = connectionOf(lines, window, logLineNode);
      return { edges, pageInfo: { endCursor: pageInfo.endCursor, hasNextPage: window.offset + window.size < run.log_lines } };
    },
  };
}

function tailWindow(total: number, last: number): { offset: number; size: number } {
  const size = Math.max(0, Math.min(last, pageSizes.most, total));
  return { offset: total - size, size };
}

const logLineNode = ({ number, timestamp, level, label, text }: NumberedLogLine): object => ({ number, timestamp, level, label, line: text });
