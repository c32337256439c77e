import { buildSchema } from "graphql";
import { beforeEach, describe, expect, test } from "vitest";
import { conflict, invalid, notFound } from "../../../domain/failure.ts";
import { silentLog } from "../../../kit/log.ts";
import { openDatabase } from "../../../db/database.ts";
import { testServices } from "../../../testing/services.ts";
import type { Context } from "./context.ts";
import { makeGraphql } from "./execute.ts";
import { readSchema } from "./schema.ts";
import { mutations, queries } from "../resolvers.ts";

const schema = buildSchema(`
  type Query { hello(name: String): String, missing: String, broken: String }
  input AddInput { id: ID! }
  type Mutation { taken: String, wrong: String, add(input: AddInput!): String }
`);

describe("graphql", () => {
  const missing: string[] = [];
  const logged: object[] = [];
  const graphql = makeGraphql({
    schema,
    queries: {
      hello: ({ name }: { name?: string }) => `hello ${name ?? "you"}`,
      missing: () => { throw notFound("Thing"); },
      broken: () => { throw new Error("password=hunter2"); },
    },
    mutations: {
      taken: () => { throw conflict('"a" exists already.'); },
      wrong: () => { throw invalid([{ path: "a", message: "is wrong" }, { path: "b", message: "is wrong too" }]); },
      add: ({ input }: { input: { id: string } }) => input.id,
    },
    log: { ...silentLog, error: (fields) => logged.push(fields) },
    missing: (name) => missing.push(name),
  });
  const context: Context = { services: testServices(openDatabase({ url: "postgres://nobody.invalid/asks", poolSize: 1, log: silentLog })), viewer: null };
  const ask = (query: string, more: { variables?: Record<string, unknown>; operationName?: string | null } = {}) =>
    graphql({ query, variables: more.variables ?? {}, operationName: more.operationName ?? null }, context);

  beforeEach(() => {
    missing.length = 0;
    logged.length = 0;
  });

  test('an operation name of "" means the only operation, and variables that the document does not declare are ignored', async () => {
    const answer = await ask("query Hello($name: String) { hello(name: $name) }", { variables: { name: "ada", unknown: 1 }, operationName: "" });
    expect(answer).toEqual({ status: 200, body: { data: { hello: "hello ada" } } });
  });

  test.each([
    ["query { nothing }", "Query.nothing", 'Cannot query field "nothing" on type "Query".'],
    ["mutation { enqueue }", "Mutation.enqueue", 'Cannot query field "enqueue" on type "Mutation".'],
    ["query { hello(age: 3) }", "Query.hello(age)", 'Unknown argument "age" on field "Query.hello".'],
    ["query A($a: Sweep) { hello }", "Sweep", 'Unknown type "Sweep".'],
  ])("what the schema lacks is named, and counted: %s", async (query, counted, message) => {
    const { status, body } = await ask(query);
    expect(status).toBe(200);
    expect(body.data).toBeUndefined();
    expect(body.errors?.map((error) => error.message)).toContainEqual(expect.stringContaining(message));
    expect(missing).toEqual([counted]);
    await ask(query);
    expect(missing, "each time").toEqual([counted, counted]);
  });

  test("a failure's status is the status of the answer, because the SDK honours it only there", async () => {
    expect(await ask("mutation { taken }")).toMatchObject({ status: 409, body: { errors: [{ message: '"a" exists already.' }] } });
    expect(await ask("query { missing }")).toMatchObject({ status: 404, body: { errors: [{ message: "Thing not found." }] } });
    expect(await ask("mutation { wrong }")).toMatchObject({ status: 400, body: { errors: [{ message: "a: is wrong (a: is wrong; b: is wrong too)" }] } });
    expect(await ask("query { hello missing }"), "partial data").toMatchObject({ status: 200, body: { data: { hello: "hello you", missing: null } } });
  });

  test("variables that do not fit are named, and nothing is retried", async () => {
    const { status, body } = await ask("mutation A($input: AddInput!) { add(input: $input) }", { variables: { input: {} } });
    expect(status).toBeLessThan(429);
    expect(body.errors?.[0]?.message).toMatch(/Field "id" of required type "ID!" was not provided/);
  });

  test("a fault of ours is logged, and told without its text", async () => {
    const { status, body } = await ask("query { broken }");
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain("hunter2");
    expect(logged).toHaveLength(1);
  });

  test("a document of endless fragments or tokens is refused", async () => {
    expect((await ask(`query { ${"hello ".repeat(20_000)} }`)).body.errors?.[0]?.message).toMatch(/token/i);
  });
});

test("every root field of the schema has a resolver, and every resolver a field", () => {
  const served = readSchema();
  expect(Object.keys(served.getQueryType()?.getFields() ?? {}).sort()).toEqual(Object.keys(queries).sort());
  expect(Object.keys(served.getMutationType()?.getFields() ?? {}).sort()).toEqual(Object.keys(mutations).sort());
});
