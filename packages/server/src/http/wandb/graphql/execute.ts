import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { GraphQLError, Kind, execute, parse, validate } from "graphql";
import { Failure } from "../../../domain/failure.ts";
import type { Log } from "../../../kit/log.ts";
import type { Context } from "./context.ts";
import { sdkStatus } from "../sdk-status.ts";
import type { Cost } from "./cost.ts";
import { costOf, mostCost } from "./cost.ts";
import { queryDeadlineMs, tooSlow, withDeadline, within } from "./deadline.ts";
import { sizeProblem } from "./measure-document.ts";
import type { RootResolvers } from "./resolvers.ts";

export type GraphqlRequest = { query: string; variables: Record<string, unknown>; operationName: string | null };
export type GraphqlAnswer = { status: number; body: { data?: unknown; errors?: { message: string; path?: readonly (string | number)[] }[] } };

export type GraphqlOptions = {
  schema: GraphQLSchema;
  queries: RootResolvers;
  mutations: RootResolvers;
  log: Log;
  /** Told of every field or operation that a client asked for and that this server lacks. */
  missing(field: string): void;
  /** How long a query may take; ten seconds unless a test says otherwise. */
  deadlineMs?: number;
};

type Refused = { errors: readonly GraphQLError[]; missing: readonly string[] };
type Prepared = { document: DocumentNode; operations: readonly { node: OperationDefinitionNode; cost: Cost }[] } | Refused;

const cacheSize = 500;
const mostTokens = 15_000;

/** The parsed-and-validated documents of the SDK are few and come again and again: they are kept by their text. */
export function makeGraphql(options: GraphqlOptions): (request: GraphqlRequest, context: Context) => Promise<GraphqlAnswer> {
  const prepared = new Map<string, Prepared>();
  const prepareOnce = (query: string): Prepared => {
    const known = prepared.get(query);
    if (known !== undefined) return known;
    const fresh = prepare(options, query);
    // A map keeps the order of insertion: the first key is the oldest.
    const oldest = prepared.size >= cacheSize ? prepared.keys().next().value : undefined;
    if (oldest !== undefined) prepared.delete(oldest);
    prepared.set(query, fresh);
    return fresh;
  };
  return async (request, context) => {
    const known = prepareOnce(request.query);
    if ("errors" in known) for (const name of known.missing) options.missing(name);
    if ("errors" in known) return { status: 200, body: { errors: known.errors.map(({ message }) => ({ message })) } };
    // The SDK sends "" for every document that Python forwards through its core; it means "the only one".
    const operationName = request.operationName === "" ? null : request.operationName;
    const chosen = known.operations.find(({ node }) => operationName === null || node.name?.value === operationName);
    if (chosen !== undefined && chosen.cost.of(request.variables) > mostCost) return tooExpensive;
    const run = (contextValue: Context): Promise<ExecutionResult> =>
      Promise.resolve(execute({ schema: options.schema, document: known.document, rootValue: chosen?.node.operation === "mutation" ? options.mutations : options.queries, contextValue, variableValues: request.variables, operationName }));
    return toAnswer(await (chosen?.node.operation === "query" ? inTime(options, context, run) : run(context)), options.log);
  };
}

const tooExpensive: GraphqlAnswer = { status: 200, body: { errors: [{ message: `The query may come to more than ${mostCost} values: ask for smaller pages, or for less of each row.` }] } };

function inTime({ deadlineMs = queryDeadlineMs }: GraphqlOptions, context: Context, run: (context: Context) => Promise<ExecutionResult>): Promise<ExecutionResult> {
  const late = (): ExecutionResult => ({ errors: [new GraphQLError(tooSlow().message)] });
  return within(deadlineMs, run({ ...context, services: withDeadline(context.services, deadlineMs) }), late);
}

function prepare(options: GraphqlOptions, query: string): Prepared {
  const document = parseOrErrors(query);
  if ("errors" in document) return document;
  // Before validation: its work grows with the square of what fragments make of a document.
  const tooLarge = sizeProblem(document.document);
  if (tooLarge !== null) return { errors: [new GraphQLError(tooLarge)], missing: [] };
  const errors = validate(options.schema, document.document, undefined, { maxErrors: 20 });
  if (errors.length > 0) {
    options.log.warn({ problems: errors.map(({ message }) => message) }, "a client asked for what the schema lacks");
    return { errors, missing: errors.flatMap(({ message }) => missingName(message) ?? []) };
  }
  const operations = document.document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return { document: document.document, operations: operations.map((node) => ({ node, cost: costOf(options.schema, document.document, node) })) };
}

/** What graphql-js says of a field, argument or type that the schema does not have, as one name; null for other errors. */
function missingName(message: string): string | null {
  const field = /^Cannot query field "([^"]+)" on type "([^"]+)"/.exec(message);
  if (field !== null) return `${field[2]}.${field[1]}`;
  const argument = /^Unknown argument "([^"]+)" on field "([^"]+)"/.exec(message);
  if (argument !== null) return `${argument[2]}(${argument[1]})`;
  return /^Unknown type "([^"]+)"/.exec(message)?.[1] ?? null;
}

function parseOrErrors(query: string): { document: DocumentNode } | Refused {
  try {
    return { document: parse(query, { maxTokens: mostTokens, noLocation: true }) };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error], missing: [] };
    throw error;
  }
}

function toAnswer(result: ExecutionResult, log: Log): GraphqlAnswer {
  if (result.errors === undefined || result.errors.length === 0) return { status: 200, body: { data: result.data } };
  const failures = result.errors.map((error) => describe(error, log));
  // The SDK honours a status only as that of the whole answer; an answer has one when its only root field failed.
  const whole = result.data === null || result.data === undefined || Object.values(result.data).every((value) => value === null);
  const [first] = failures;
  const status = whole && first !== undefined ? first.status : 200;
  return { status, body: { data: result.data ?? null, errors: failures.map(({ message, path }) => ({ message, ...(path === undefined ? {} : { path }) })) } };
}

function describe(error: GraphQLError, log: Log): { status: number; message: string; path: readonly (string | number)[] | undefined } {
  const cause = error.originalError;
  if (cause instanceof Failure) {
    const details = cause.details.length > 1 ? ` (${cause.details.map(({ path, message }) => `${path}: ${message}`).join("; ")})` : "";
    return { status: sdkStatus(cause.status), message: cause.message + details, path: error.path };
  }
  // Variables that do not fit the schema are GraphQL's own finding, as are errors without a cause.
  if (cause === undefined || cause instanceof GraphQLError) return { status: cause === undefined ? 200 : 400, message: error.message, path: error.path };
  log.error({ err: cause, path: error.path }, "a resolver failed");
  // 500 would make the client try again for minutes; the fault is ours, and it would only meet it again.
  return { status: 200, message: "Internal error of the server; its log has the details.", path: error.path };
}
