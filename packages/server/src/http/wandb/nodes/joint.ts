import type { Context } from "../graphql/context.ts";

/**
 * Where the fields of one type are joined that several nouns bring. Types refer to each other in circles (a project has
 * runs, a run has its project); modules must not. So a node's own file knows none of the others, and join-fields.ts
 * brings their fields to it, once, when the server starts.
 */
export type Joint<Row> = {
  add(fields: (context: Context, row: Row) => object): void;
  /** The fields that were added, for one object. */
  of(context: Context, row: Row): object;
};

export function makeJoint<Row>(): Joint<Row> {
  const added: ((context: Context, row: Row) => object)[] = [];
  return {
    add: (fields) => void added.push(fields),
    of: (context, row) => added.reduce<object>((joined, fields) => ({ ...joined, ...fields(context, row) }), {}),
  };
}

/** The value of `read`, read at the first call. */
export function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let reading: Promise<Value> | undefined;
  return () => (reading ??= read());
}
