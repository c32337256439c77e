import { Failure } from "../../domain/failure.ts";

/** A page of a list. Where it ends is told by the key of its last item, which a cursor wraps. */
export type Page<Item> = { items: Item[]; nextCursor: string | null };

const encode = (key: string): string => Buffer.from(`k:${key}`).toString("base64url");

/** The key that a cursor wraps; null when there is no cursor. Throws bad_request for a text that is not one of ours. */
export function readCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (!text.startsWith("k:")) throw new Failure("bad_request", `"${cursor.slice(0, 40)}" is not a cursor of this server.`);
  return text.slice(2);
}

/** Makes a page from up to `limit` + 1 rows: one row more than is shown tells that another page follows. */
export function pageOf<Row, Item>(rows: readonly Row[], limit: number, mapping: { key(row: Row): string; item(row: Row): Item }): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(mapping.item), nextCursor: rows.length > limit && last !== undefined ? encode(mapping.key(last)) : null };
}
