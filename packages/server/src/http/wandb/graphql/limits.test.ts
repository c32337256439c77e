import { buildSchema, parse } from "graphql";
import { describe, expect, test } from "vitest";
import type { Database } from "../../../db/database.ts";
import { openDatabase, sql } from "../../../db/database.ts";
import { silentLog } from "../../../kit/log.ts";
import { testServices } from "../../../testing/services.ts";
import { costOf } from "./cost.ts";
import { makeGraphql } from "./execute.ts";
import type { GraphqlAnswer } from "./execute.ts";
import { measureDocument } from "./measure-document.ts";
import { readSchema } from "./schema.ts";
import { mutations, queries } from "../resolvers.ts";

const nowhere = openDatabase({ url: "postgres://nobody.invalid/asks", poolSize: 1, log: silentLog });
const graphql = makeGraphql({ schema: readSchema(), queries, mutations, log: silentLog, missing: () => undefined });
const ask = (query: string, variables: Record<string, unknown> = {}): Promise<GraphqlAnswer> => graphql({ query, variables, operationName: "" }, { services: testServices(nowhere), viewer: null });
const refusal = async (answer: Promise<GraphqlAnswer>): Promise<string> => (await answer).body.errors?.[0]?.message ?? "";

/** Each fragment names the next one twice: 2^depth times the last one, in a few hundred characters. */
const doubling = (depth: number): string => {
  const fragments = Array.from({ length: depth }, (_, at) => `fragment f${at} on User { ...f${at + 1} ...f${at + 1} }`);
  return `query { viewer { ...f0 } } ${fragments.join(" ")} fragment f${depth} on User { id username }`;
};

describe("a document is refused before it is validated", () => {
  test.each([
    ["fragments that double", doubling(25), "more than 2000 fields"],
    ["fragments that lead back to themselves", "query { viewer { ...a } } fragment a on User { id ...b } fragment b on User { name ...a }", "more than 2000 fields"],
    ["one field over and over", `query { viewer { ${"id ".repeat(2_500)} } }`, "more than 2000 fields"],
    ["too many tokens", `query { ${"viewer ".repeat(16_000)} }`, "tokens"],
    ["too deep", `query { viewer { teams { edges { node { ${"organization { orgEntity { ".repeat(7)} name ${"} }".repeat(7)} } } } } }`, "more than 15 levels"],
    ["too many aliases", `query { ${Array.from({ length: 31 }, (_, at) => `a${at}: serverInfo { features { name } }`).join(" ")} }`, "more than 30 aliases"],
  ])("%s", async (_what, document, message) => {
    expect(await refusal(ask(document))).toContain(message);
  });

  test("the doubling attack is counted, not played: its fragments are measured once each", () => {
    expect(measureDocument(parse(doubling(60), { noLocation: true })).fields).toBeGreaterThan(2 ** 60);
    expect(measureDocument(parse("query { viewer { ...a ...a } } fragment a on User { x: id name }"))).toEqual({ fields: 5, aliases: 2, depth: 2 });
  });
});

describe("the cost of a query", () => {
  const schema = buildSchema(`
    type Query { runs(first: Int, after: String): RunConnection, tags: [Tag!]!, name: String }
    type Mutation { add: String }
    type RunConnection { edges: [RunEdge!]!, totalCount: Int }
    type RunEdge { node: Run }
    type Run { name: String, files(first: Int): FileConnection, tags: [Tag!] }
    type FileConnection { edges: [FileEdge!]! }
    type FileEdge { node: File }
    type File { name: String }
    type Tag { name: String }
  `);
  const cost = (query: string, variables: Record<string, unknown> = {}): number => {
    const document = parse(query);
    const [operation] = document.definitions;
    if (operation?.kind !== "OperationDefinition") throw new Error("no operation");
    return costOf(schema, document, operation).of(variables);
  };

  test.each([
    ["{ name }", {}, 1],
    ["{ tags { name } }", {}, 1 + 5],
    ["{ runs(first: 10) { edges { node { name } } } }", {}, 1 + 10 * 3],
    ["{ runs { edges { node { name } } } }", {}, 1 + 50 * 3],
    ["query A($n: Int) { runs(first: $n) { edges { node { name files(first: $n) { edges { node { name } } } } } } }", { n: 100 }, 1 + 100 * (3 + 1 + 100 * 3)],
    ["query A($n: Int = 7) { runs(first: $n) { totalCount } }", {}, 1 + 7],
    ["query A($n: Int) { runs(first: $n) { totalCount } }", { n: 1e9 }, 1 + 1_000],
    ["{ runs(first: 2) { ...r ...r } } fragment r on RunConnection { edges { node { ... on Run { name } } } }", {}, 1 + 2 * 6],
  ])("%s", (query, variables, expected) => {
    expect(cost(query, variables)).toBe(expected);
  });

  test("above the limit it is refused, with the sizes that the variables give", async () => {
    const nested = "query A($n: Int) { models(entityName: \"a\", first: $n) { edges { node { runs(first: $n) { edges { node { files(first: $n) { edges { node { name } } } } } } } } } }";
    expect(await refusal(ask(nested, { n: 1_000 }))).toContain("more than 1000000 values");
    expect((await ask(nested, { n: 10 })).status, "asks who it is").toBe(401);
  });
});

describe("the deadline", () => {
  test("ends a query that waits, and lets it read nothing more; a mutation goes on to its end", async () => {
    const read: string[] = [];
    let now = 0;
    const slow: Database = { ...nowhere, query: async <Row extends object>({ name }: { name: string }): Promise<Row[]> => { read.push(name); now += 60; await new Promise((resolve) => setTimeout(resolve, 60)); return []; } };
    const services = testServices(slow, { clock: { now: () => new Date(0), monotonic: () => now } });
    const finished: string[] = [];
    const chain = async (name: string, db: Database): Promise<string> => {
      try {
        for (let count = 0; count < 5; count++) await db.query(sql(name, "select"), []);
        return "done";
      } finally {
        finished.push(name);
      }
    };
    const timed = makeGraphql({
      schema: buildSchema("type Query { wait: String } type Mutation { wait: String }"), log: silentLog, missing: () => undefined, deadlineMs: 100,
      queries: { wait: (_args: object, context) => chain("query", context.services.db) },
      mutations: { wait: (_args: object, context) => chain("mutation", context.services.db) },
    });
    const answer = await timed({ query: "{ wait }", variables: {}, operationName: null }, { services, viewer: null });
    expect(answer.body.errors?.[0]?.message).toContain("took too long");
    expect((await timed({ query: "mutation { wait }", variables: {}, operationName: null }, { services, viewer: null })).body.data).toEqual({ wait: "done" });
    expect(finished).toEqual(["query", "mutation"]);
    expect(read.filter((name) => name === "query").length).toBeLessThan(5);
  });
});
