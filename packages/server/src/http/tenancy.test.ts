import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allRoutes } from "./rest/routes.ts";
import { documentFor } from "./testing/tenancy/document.ts";
import type { Ids, Row } from "./testing/tenancy/row.ts";
import { withMissing, withoutIds } from "./testing/tenancy/row.ts";
import type { FieldRow } from "./testing/tenancy/rows-graphql.ts";
import { foreignReferences, mutationRows, queryRows } from "./testing/tenancy/rows-graphql.ts";
import { linkRows, otherRows, publicRoutes, tokenRows } from "./testing/tenancy/rows-other.ts";
import { restRows } from "./testing/tenancy/rows-rest.ts";
import type { Answer, Call, Scene, Who } from "./testing/tenancy/world.ts";
import { makeScene, people } from "./testing/tenancy/world.ts";
import { readSchema } from "./wandb/graphql/schema.ts";

// Two teams, each role, each operation that is served. What a role may do is said in one place, the rows under
// testing/tenancy; that there is a row for each operation is asked of the router and of the schema.

const schema = readSchema();

let scene: Scene;
beforeAll(async () => {
  scene = await makeScene();
});
afterAll(() => scene.close());

const routePath = (path: string): string => `/api/v1${path.replace(/\{(\w+)\}/g, ":$1")}`;
const restOperations = new Map(Object.entries(restRows).map(([operation, row]): [string, Row] => [`${operation.split(" ")[0]} ${routePath(operation.split(" ")[1] ?? "")}`, row]));

const graphqlCall = (kind: "query" | "mutation", name: string, variables: Record<string, unknown>): Call => ({ method: "POST", path: "/graphql", body: { query: documentFor(schema, kind, name), variables, operationName: "" } });
const graphqlRow = (kind: "query" | "mutation", name: string, { least, ids, args }: FieldRow): Row => ({ least, ids, call: (given) => graphqlCall(kind, name, args(given)) });
const graphqlOperations = (kind: "query" | "mutation", rows: Record<string, FieldRow>): [string, Row][] => Object.entries(rows).map(([name, row]) => [`${kind} ${name}`, graphqlRow(kind, name, row)]);

const operations: [string, Row][] = [...restOperations, ...Object.entries(otherRows), ...graphqlOperations("query", queryRows), ...graphqlOperations("mutation", mutationRows)];

describe("the matrix has a row", () => {
  test("for every address that is served, and for nothing else", () => {
    const rows = [...restOperations.keys(), ...Object.keys(otherRows), ...Object.keys(linkRows), ...Object.keys(tokenRows), ...Object.keys(publicRoutes)];
    expect(rows.sort()).toEqual([...scene.served].sort());
    expect(restOperations.size).toBe(allRoutes.length);
  });

  test.each([["query", queryRows], ["mutation", mutationRows]] as const)("for every %s of the schema", (kind, rows) => {
    const root = kind === "query" ? schema.getQueryType() : schema.getMutationType();
    expect(Object.keys(rows).sort()).toEqual(Object.keys(root?.getFields() ?? {}).sort());
  });
});

/** How an answer is to be read: GraphQL tells of failures in its body, and of what is missing often by null. */
function outcomeOf({ status, text }: Answer): "done" | "forbidden" | "unauthenticated" | "missing" | "other" {
  if (status === 401) return "unauthenticated";
  if (status === 403) return "forbidden";
  if (status === 404 || /^\{"data":\{"\w+":null\}\}$/.test(text) || /^\{"data":\{"\w+":\{"__typename":"\w+Connection","edges":\[\]/.test(text)) return "missing";
  if (status >= 300 || text.startsWith('{"data":null') || text.includes('"errors":[')) return "other";
  return "done";
}

const rank = (who: Who): number => people.indexOf(who);
const lowest = (least: Exclude<Row["least"], "own">): number => (least === "anyone" ? 0 : least === "signed in" ? 1 : rank(least));

describe.each(operations)("%s", (operation, row) => {
  const ask = async (who: Who, ids: Ids): Promise<Answer> => scene.ask(who, row.call(ids, who));

  test("is answered to each role as its row says", async () => {
    for (const who of people.filter((each) => each !== "stranger")) {
      const answer = await ask(who, await row.ids(scene));
      expect(outcomeOf(answer), `${who}: ${answer.status} ${answer.text.slice(0, 200)} … ${answer.text.slice(-600)}`).toBe(expectedOf(operation, row, who, outcomeOf(answer)));
    }
  });

  test("tells a stranger the same of what is ours as of what does not exist", async () => {
    const ids = await row.ids(scene);
    const missing = withMissing(ids);
    const ours = await ask("stranger", ids);
    const none = await ask("stranger", missing);
    if (row.least !== "signed in" && row.least !== "anyone") expect(outcomeOf(ours), `${ours.status} ${ours.text.slice(0, 300)}`).not.toBe("done");
    if (Object.keys(ids).length > 0) expect({ ...ours, text: withoutIds(ours.text, ids) }).toEqual({ ...none, text: withoutIds(none.text, missing) });
    for (const only of Object.keys(ids)) {
      const partly = withMissing(ids, only);
      const answer = await ask("stranger", partly);
      expect({ ...answer, text: withoutIds(answer.text, partly) }, `only ${only} is missing`).toEqual({ ...none, text: withoutIds(none.text, missing) });
    }
  });
});

type Outcome = ReturnType<typeof outcomeOf>;

function expectedOf(operation: string, { least }: Row, who: Who, outcome: Outcome): Outcome {
  // Names no organization: who administers several has to say which.
  if (operation === "mutation createTeam" && outcome === "other") return "other";
  if (operation === "POST /api/v1/sessions") return "unauthenticated";
  if (operation === "query viewer" && who === "nobody") return "missing";
  if (who === "nobody") return least === "anyone" ? "done" : "unauthenticated";
  if (least === "own") return who === "admin" ? "done" : "missing";
  return rank(who) >= lowest(least) ? "done" : "forbidden";
}

describe("within their own team, a stranger cannot use", () => {
  test.each(Object.entries(foreignReferences))("%s", async (_what, { field, ids: make, args }) => {
    const ids = await make(scene);
    const missing = { ...withMissing(ids), ...("ownTeamId" in ids ? { ownTeamId: ids["ownTeamId"] } : {}), ...("ownId" in ids ? { ownId: ids["ownId"] } : {}) };
    const ask = (given: Ids): Promise<Answer> => scene.ask("stranger", graphqlCall("mutation", field, args(given)));
    const [ours, none] = [await ask(ids), await ask(missing)];
    expect(outcomeOf(ours), ours.text).toBe("missing");
    expect({ ...ours, text: withoutIds(ours.text, ids) }).toEqual({ ...none, text: withoutIds(none.text, missing) });
  });

  test("a webhook or a secret of ours by its id below their own team", async () => {
    for (const operation of ["GET /teams/{team}/webhooks/{id}", "PATCH /teams/{team}/webhooks/{id}", "DELETE /teams/{team}/webhooks/{id}", "POST /teams/{team}/webhooks/{id}/test", "POST /teams/{team}/webhooks/{id}/enable", "GET /teams/{team}/webhooks/{id}/backlog", "DELETE /teams/{team}/secrets/{name}", "POST /teams/{team}/secrets/{name}/rotate", "DELETE /teams/{team}/secrets/{name}/previous", "POST /signatures/check"]) {
      const row = restRows[operation];
      if (row === undefined) throw new Error(operation);
      const ids = { ...(await row.ids(scene)), team: "other-team" };
      const answer = await scene.ask("stranger", row.call(ids, "stranger"));
      expect(outcomeOf(answer), `${operation}: ${answer.text}`).toBe("missing");
    }
  });
});

const keyless = [[403, linkRows], [404, tokenRows]] as const;

test.each(keyless.flatMap(([status, rows]) => Object.entries(rows).map(([operation, row]) => [operation, row, status] as const)))("%s: without a link or token of this server nobody gets in, and what exists answers like what does not", async (_operation, row, status) => {
  const ids = await row.ids(scene);
  for (const who of people) {
    const answer = await scene.ask(who, row.call(ids, who));
    expect(answer.status, who).toBe(status);
    expect(answer).toEqual(await scene.ask(who, row.call(withMissing(ids), who)));
  }
});

test.each(Object.entries(publicRoutes).flatMap(([operation, row]) => (row === null ? [] : [[operation, row] as const])))("%s: answers everyone alike, and names nobody's objects", async (_operation, row) => {
  const ids = await row.ids(scene);
  const [first, ...others] = await Promise.all(people.map((who) => scene.ask(who, row.call(ids, who))));
  if (row.call(ids, "nobody").path === "/metrics") return expect(first?.text).not.toContain("olga");
  for (const other of others) expect(other).toEqual(first);
  return expect(first?.text).not.toContain("olga");
});
