import { createHmac } from "node:crypto";
import { rm } from "node:fs/promises";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { DatabaseKind } from "./support/database.ts";
import { databaseFor } from "./support/database.ts";
import { accessToken, introduce, signingSecret } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import { play } from "./support/sdk.ts";
import { list, text } from "./support/rest.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";

/** The story of the main job, with every version of the SDK, on one kind of database. */
export function tellStory(kind: DatabaseKind): void {
  let database: { databaseUrl?: string };
  let dataDir: string;
  let port: number;
  let server: RunningServer;
  const start = async (): Promise<RunningServer> => startServer({
    dataDir, port,
    env: { BELLHOP_RETRY_SCHEDULE: "0s,1s,1s,1s,1s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s", BELLHOP_LEASE_SECONDS: "5" },
    ...database,
  });

  beforeAll(async () => {
    dataDir = await temporaryFolder("e2e");
    port = await freePort();
    database = await databaseFor(kind);
    server = await start();
  });
  afterAll(async () => {
    expect(await server.stop(), "it stops as told").toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  describe.each(inject("sdks"))("with wandb $version", (sdk) => {
    let cast: Cast;
    let receiver: Receiver;
    const tag = `${kind}-${sdk.version.replaceAll(".", "-")}`;
    const run = (...chapters: string[]): Promise<Record<string, string>> => play(sdk, { url: server.url, cast, chapters, bigFileMb: 100 });

    beforeAll(async () => {
      receiver = await startReceiver();
      cast = await introduce({ url: server.url, adminKey, tag, receiverUrl: receiver.url });
    });
    afterAll(() => receiver.close());

    test("login, a run with everything in it, a failing script, an offline run, a resumed run", async () => {
      await run("login", "run", "failing", "offline", "resume");
    });

    test("artifacts are logged, deduplicated, used, downloaded, aliased, tagged and linked", async () => {
      await run("artifact", "link");
    });

    test("an automation is made with the webhook, and production on the linked version calls it", async () => {
      const { automation } = await run("automation", "bad_input");
      const { artifact } = await run("promote");
      const [request] = await until("the webhook is called", () => (receiver.received.length > 0 ? receiver.received : null));
      expect(JSON.parse(request?.body ?? "")).toEqual({
        event_type: "DEPLOY_MODEL",
        model_info: {
          artifact_version: `${cast.org}/wandb-registry-model/llm-models:production`,
          collection: "llm-models", entity: cast.org, project: "wandb-registry-model", author: cast.user, event_type: "ADD_ARTIFACT_ALIAS",
        },
        deployment_config: { environment: "production", auto_scale: true, min_replicas: 2 },
      });
      expect(artifact).toMatch(/^[A-Za-z0-9+/]+=*$/);
      expect(request?.headers.authorization).toBe(`Bearer ${accessToken}`);
      expect(request?.headers["content-type"]).toBe("application/json");
      expect(request?.headers["x-wandb-signature"]).toBe(createHmac("sha256", signingSecret).update(request?.body ?? "").digest("base64"));
      new StandardWebhook(Buffer.from(signingSecret).toString("base64")).verify(request?.body ?? "", Object.fromEntries(Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)])));

      const listed = await until("the execution is finished", async () => {
        const { items } = await cast.rest.ok("GET", `/executions?automation=${automation}&status=finished`);
        return list(items).length === 1 ? list(items) : null;
      });
      const execution = await cast.rest.ok("GET", `/executions/${text(listed[0]?.["id"])}`);
      expect(execution["attempts"]).toHaveLength(1);
      const [attempt] = list(execution["attempts"]);
      expect(attempt?.["outcome"]).toBe("delivered");
      expect(attempt?.["request"]?.["body"]).toBe(request?.body);
      expect(attempt?.["response"]?.["status"]).toBe(200);
      expect(attempt?.["timing"]?.["totalMs"]).toBeGreaterThan(0);
      expect(JSON.stringify(execution)).not.toContain(accessToken);
      expect(request?.headers["webhook-id"]).toBe(`msg_${text(execution["id"])}`);
    });

    test("a receiver that is down gets it later, and so it does when the server is killed meanwhile", async () => {
      const { port: receiverPort } = receiver;
      await receiver.close();
      const before = receiver.received.length;
      const linked = await graphqlArtifact(server.url, cast);
      await linked("production-2");
      await linked("production");
      const waiting = await until("an attempt has failed", async () => {
        const { items } = await cast.rest.ok("GET", "/executions?status=retrying");
        return list(items)[0] ?? null;
      });
      await server.kill();
      receiver = await startReceiver({ port: receiverPort });
      server = await start();
      await until("the webhook is called", () => receiver.received.length > 0);
      expect(before).toBeGreaterThan(0);
      const done = await until("the execution is finished", async () => {
        const execution = await cast.rest.ok("GET", `/executions/${text(waiting["id"])}`);
        return text(execution["status"]) === "finished" ? execution : null;
      });
      expect(list(done["attempts"]).map((attempt) => text(attempt["reason"]?.["code"] ?? attempt["reason"]))).toContain("connect_failed");
      expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([`msg_${text(waiting["id"])}`]));
    });
  });
}

/** Puts aliases on the second version of the registry's collection, over HTTP: moving `production` there fires again. */
async function graphqlArtifact(url: string, cast: Cast): Promise<(alias: string) => Promise<void>> {
  const { wandbHttp } = await import("./support/wandb-http.ts");
  const client = wandbHttp(url, cast.key);
  const artifactID = await client.logArtifact({ entity: cast.team, project: "story", name: "story-model-2", type: "model", files: { "a.txt": Buffer.from("another") } });
  const target = { artifactID, entity: cast.org, project: "wandb-registry-model", collection: "llm-models" };
  await client.link(target);
  return async (alias) => {
    const { status, body } = await client.addAlias({ ...target, alias });
    if (status !== 200 || body["errors"]) throw new Error(JSON.stringify(body));
  };
}
