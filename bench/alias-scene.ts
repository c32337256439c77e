import { Pool } from "undici";
import { introduce } from "../e2e/support/people.ts";
import type { Cast } from "../e2e/support/people.ts";
import { adminKey } from "../e2e/support/server.ts";
import { wandbHttp } from "../e2e/support/wandb-http.ts";
import type { BareReceiver } from "./bare-receiver.ts";

/** A version of an artifact, and automations that call a webhook each when it gets an alias which begins with "bench". */
export type AliasScene = { cast: Cast; artifactID: string };

const project = "bench";

export async function makeAliasScene(url: string, { origin }: BareReceiver, automations: number): Promise<AliasScene> {
  const cast = await introduce({ url, adminKey, tag: "bench", receiverUrl: `${origin}/hook` });
  const client = wandbHttp(url, cast.key);
  const artifactID = await client.logArtifact({ entity: cast.team, project, name: "model", type: "model", metadata: { model_type: "resnet50" }, files: { "a.txt": Buffer.from("a") } });
  for (let index = 0; index < automations; index += 1) {
    await cast.rest.ok("POST", `/teams/${cast.team}/webhooks`, { name: `hook-${index}`, url: `${origin}/hook${index}`, accessToken: "DEPLOY_TOKEN", secret: "SIGNING_SECRET" });
    await cast.rest.ok("POST", "/automations", {
      name: `bench ${index}`,
      scope: { type: "collection", entity: cast.team, project, collection: "model" },
      event: { type: "ADD_ARTIFACT_ALIAS", filter: { alias: { $regex: "^bench" } } },
      action: { type: "webhook", team: cast.team, webhook: `hook-${index}`, payload: { alias: "${alias}", version: "${artifact_version_string}", author: "${event_author}" } },
    });
  }
  return { cast, artifactID };
}

export type AliasAdder = { add(alias: string): Promise<void>; close(): Promise<void> };

/** Adds aliases to the version as the SDK does, over so many connections to one process. */
export function aliasAdder({ cast, artifactID }: AliasScene, url: string, connections: number): AliasAdder {
  const pool = new Pool(url, { connections });
  const query = "mutation AddAliases($input: AddAliasesInput!) { result: addAliases(input: $input) { success } }";
  const headers = { authorization: `Basic ${Buffer.from(`api:${cast.key}`).toString("base64")}`, "content-type": "application/json" };
  return {
    add: async (alias) => {
      const variables = { input: { artifactID, aliases: [{ artifactCollectionName: "model", alias, entityName: cast.team, projectName: project }] } };
      const answer = await pool.request({ method: "POST", path: "/graphql", headers, body: JSON.stringify({ query, variables, operationName: "" }) });
      const said = await answer.body.text();
      if (answer.statusCode !== 200 || said.includes("errors")) throw new Error(`${answer.statusCode} ${said}`);
    },
    close: () => pool.close(),
  };
}

/** Waits until no more requests come; gives how many there were. */
export async function settled({ count }: BareReceiver): Promise<number> {
  for (let last = -1; ;) {
    const now = await count();
    if (now === last) return now;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
}
