import type { Context } from "./context.ts";

/**
 * A root field's resolver. GraphQL has checked the arguments against the schema before it is called, so their type is
 * stated beside the resolver and not checked again. Fields of the objects that it gives are plain values, or functions
 * `(args, context)` for what is read only when it is asked for.
 */
export type RootResolver = (args: never, context: Context) => unknown;
export type RootResolvers = Record<string, RootResolver>;
