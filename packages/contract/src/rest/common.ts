import { z } from "zod";

/** Building blocks of the REST schemas. */

export const roleSchema = z.enum(["admin", "member", "viewer"]).describe("admin may do everything, member may write, viewer may read");

export const timeSchema = z.iso.datetime().describe("ISO 8601, in UTC");

/** Longer names than any rule allows are refused here; the rules themselves say what a name may hold. */
export const nameSchema = z.string().min(1).max(256);

/** Query of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1_000).default(100).describe("How many items at most"),
  cursor: z.string().min(1).max(1_024).optional().describe("nextCursor of the page before"),
};

export const pageQuerySchema = z.strictObject(pageQuery);

/** Answer of every list: items, and where the next page starts. */
export const listOf = <Item extends z.ZodType>(item: Item): z.ZodObject<{ items: z.ZodArray<Item>; nextCursor: z.ZodNullable<z.ZodString> }> =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
