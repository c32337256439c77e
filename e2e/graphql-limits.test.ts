import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Json } from "./support/rest.ts";
import { list, text } from "./support/rest.ts";
import { documentsOf } from "./support/sdk-documents.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";

const refusal = /more than \d+ (fields|levels|aliases|values)|took too long|token/;

describe("the limits of GraphQL", () => {
  let dataDir: string;
  let server: RunningServer;

  beforeAll(async () => {
    dataDir = await temporaryFolder("graphql-limits");
    server = await startServer({ dataDir, port: await freePort() });
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  test.each(inject("sdks"))("are far from every document of wandb $version, with the largest pages that it asks for", async (sdk) => {
    const documents = documentsOf(sdk);
    expect(documents.length).toBeGreaterThan(50);
    const refused: string[] = [];
    for (const query of documents) {
      // What a user may set: per_page of lists. Other variables are missing, which is found out only afterwards.
      const variables = Object.fromEntries([...query.matchAll(/\$(\w+)\s*:\s*Int\b/g)].map(([, name = ""]) => [name, 1_000]));
      const answer = await fetch(`${server.url}/graphql`, { method: "POST", headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" }, body: JSON.stringify({ query, variables, operationName: "" }) });
      const { errors }: Json = JSON.parse(await answer.text());
      const problem = list(errors).map(({ message }) => text(message)).find((message) => refusal.test(message));
      if (problem !== undefined) refused.push(`${query.slice(0, 200)}: ${problem}`);
    }
    expect(refused).toEqual([]);
  });

  test("answer a document whose fragments double at once", async () => {
    const fragments = Array.from({ length: 25 }, (_, at) => `fragment f${at} on User{...f${at + 1} ...f${at + 1}}`).join(" ");
    const query = `{viewer{...f0}} ${fragments} fragment f25 on User{id}`;
    const answers = await Promise.all(Array.from({ length: 100 }, async () => (await fetch(`${server.url}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query }) })).text()));
    for (const answer of answers) expect(answer).toContain("more than 2000 fields");
  }, 5_000);
});
