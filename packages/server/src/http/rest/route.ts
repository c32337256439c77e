import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Problem } from "@bellhop/contract";
import { Failure, invalid } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../../features/services.ts";
import { describeIssues } from "./describe-issues.ts";

/** What a route's handler gets: everything checked against the route's schemas. */
export type OpenInput<Params, Query, Body> = { services: Services; params: Params; query: Query; body: Body; request: FastifyRequest; reply: FastifyReply };
export type RouteInput<Params, Query, Body> = OpenInput<Params, Query, Body> & { viewer: Viewer };

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One operation of the REST face: what the router serves and what openapi.json says are both made from it. */
export type Route = {
  method: Method;
  /** Below /api/v1, with parameters in braces: `/teams/{team}/webhooks/{id}`. */
  path: string;
  summary: string;
  tag: string;
  params: z.ZodType;
  query: z.ZodType;
  /** Null when the request has no body. */
  body: z.ZodType | null;
  /** Null for 204. */
  answer: z.ZodType | null;
  status: 200 | 201 | 202 | 204;
  /** Whether anyone may ask, without a key: such a route gets no viewer. */
  open: boolean;
  /** Checks params, query and body, all at once, and then does the work. Throws a Failure. */
  handle(input: OpenInput<unknown, unknown, unknown> & { viewer: Viewer | null }): Promise<unknown>;
};

type Shape<P extends z.ZodType, Q extends z.ZodType> = { method: Method; path: string; summary: string; tag: string; params: P; query: Q };

type Spec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> = Shape<P, Q> & {
  /** Null when the request has no body. */
  body: B | null;
  answer: A;
  status: 200 | 201 | 202;
  handle(input: RouteInput<z.output<P>, z.output<Q>, z.output<B>>): Promise<z.input<A>>;
};

type OpenSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> = Omit<Spec<P, Q, B, A>, "handle"> & {
  handle(input: OpenInput<z.output<P>, z.output<Q>, z.output<B>>): Promise<z.input<A>>;
};

type SilentSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Shape<P, Q> & {
  body: B | null;
  handle(input: RouteInput<z.output<P>, z.output<Q>, z.output<B>>): Promise<void>;
};

/** For params or query of a route that takes none. Objects are strict everywhere: what is unknown is refused. */
export const nothing = z.strictObject({});

/** Declares a route; ties the handler's types to its schemas. The answer is cut to what its schema names. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(spec: Spec<P, Q, B, A>): Route {
  const check = checker(spec);
  return { ...spec, open: false, handle: async (input) => spec.answer.parse(await spec.handle({ ...input, viewer: known(input), ...check(input) })) };
}

/** Declares a route that anyone may call, without a key. */
export function openRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(spec: OpenSpec<P, Q, B, A>): Route {
  const check = checker(spec);
  return { ...spec, open: true, handle: async (input) => spec.answer.parse(await spec.handle({ ...input, ...check(input) })) };
}

/** Declares a route that answers 204 without a body. */
export function silentRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(spec: SilentSpec<P, Q, B>): Route {
  const check = checker(spec);
  return { ...spec, answer: null, status: 204, open: false, handle: (input) => spec.handle({ ...input, viewer: known(input), ...check(input) }) };
}

export const noKey = (): Failure => new Failure("unauthenticated", "Send an API key: Authorization: Bearer <key>, or Basic with the user name api.");

/** The viewer. Throws unauthenticated when the request had no key. */
function known({ viewer }: { viewer: Viewer | null }): Viewer {
  if (viewer === null) throw noKey();
  return viewer;
}

type Parts<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = { params: P; query: Q; body: B | null };
type Checked<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = { params: z.output<P>; query: z.output<Q>; body: z.output<B> };
type Raw = { params: unknown; query: unknown; body: unknown };

function checker<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(parts: Parts<P, Q, B>): (raw: Raw) => Checked<P, Q, B> {
  return (raw) => {
    const problems: Problem[] = [];
    const read = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
      const result = schema.safeParse(value);
      if (result.success) return result.data;
      problems.push(...describeIssues(result.error.issues, schema));
      // Never used: problems are thrown below.
      return z.NEVER;
    };
    const params = read(parts.params, raw.params);
    const query = read(parts.query, raw.query);
    const body = parts.body === null ? z.NEVER : read(parts.body, raw.body);
    if (problems.length > 0) throw invalid(problems);
    return { params, query, body };
  };
}
