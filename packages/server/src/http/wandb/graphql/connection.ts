import { Failure } from "../../../domain/failure.ts";

export type PageArgs = { first?: number | null; after?: string | null };

export type Connection<Node, Extra extends object = object> = {
  edges: (Extra & { node: Node; cursor: string })[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
  totalCount?: number;
};

const encodeCursor = (offset: number): string => Buffer.from(`o:${offset}`).toString("base64url");

function decodeCursor(cursor: string): number {
  const match = /^o:(\d{1,9})$/.exec(Buffer.from(cursor, "base64url").toString("latin1"));
  if (match === null) throw new Failure("bad_request", `"${cursor.slice(0, 40)}" is not a page cursor of this server.`);
  return Number(match[1]);
}

/** Where a page starts and how many rows it holds: `limit` has one row more, which tells whether another page follows. */
export function pageWindow(args: PageArgs, sizes: { normal: number; most: number }): { offset: number; size: number; limit: number } {
  const size = Math.max(0, Math.min(args.first ?? sizes.normal, sizes.most));
  const offset = args.after === null || args.after === undefined || args.after === "" ? 0 : decodeCursor(args.after);
  return { offset, size, limit: size + 1 };
}

/** Makes the connection of a page from the rows of `pageWindow` (up to `limit` of them). */
export function connectionOf<Row, Node>(rows: readonly Row[], window: { offset: number; size: number }, toNode: (row: Row) => Node): Connection<Node> {
  const shown = rows.slice(0, window.size);
  const edges = shown.map((row, index) => ({ node: toNode(row), cursor: encodeCursor(window.offset + index + 1) }));
  return { edges, pageInfo: { endCursor: edges.at(-1)?.cursor ?? null, hasNextPage: rows.length > window.size } };
}
