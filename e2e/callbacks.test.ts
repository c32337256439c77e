import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { Server } from "node:http";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import { list, text } from "./support/rest.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";
import { wandbHttp } from "./support/wandb-http.ts";

/** A receiver as a deployment service is: it takes the order, and reports to the address in it how it goes. */
async function startDeployer(): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => { body += String(data); });
    request.on("end", () => {
      response.writeHead(202).end();
      void deploy(JSON.parse(body));
    });
  });
  const report = (url: string, said: object): Promise<unknown> => fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said) });
  const deploy = async ({ report: url, what }: { report: string; what: string }): Promise<void> => {
    await report(url, { status: "running", message: `deploying ${what}`, url: "https://ci.example.com/jobs/1" });
    await report(url, what === "broken" ? { status: "failed", message: "no quota" } : { status: "succeeded", url: "https://ci.example.com/jobs/1" });
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}/deploy`, server };
}

describe("what receivers report", () => {
  let dataDir: string;
  let server: RunningServer;
  let deployer: { url: string; server: Server };
  let cast: Cast;

  beforeAll(async () => {
    dataDir = await temporaryFolder("callbacks");
    server = await startServer({ dataDir, port: await freePort() });
    deployer = await startDeployer();
    cast = await introduce({ url: server.url, adminKey, tag: "callbacks", receiverUrl: deployer.url });
  });
  afterAll(async () => {
    deployer.server.closeAllConnections();
    deployer.server.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  const outcomes = async (of: string): Promise<ReturnType<typeof list>> => list((await cast.rest.ok("GET", `/outcomes?${of}`))["items"]);

  test("is shown on the version: production → deploy succeeded", async () => {
    const client = wandbHttp(server.url, cast.key);
    const artifactID = await client.logArtifact({ entity: cast.team, project: "demo", name: "model", type: "model", files: { "a.txt": Buffer.from("a") } });
    const scope = { type: "project", entity: cast.team, project: "demo" };
    const payload = { report: "${callback_url}", what: "${alias}" };
    await cast.rest.ok("POST", "/automations", { name: "deploy", scope, event: { type: "ADD_ARTIFACT_ALIAS" }, action: { type: "webhook", team: cast.team, webhook: cast.webhook.name, payload } });
    for (const alias of ["production", "broken"]) {
      expect((await client.addAlias({ artifactID, entity: cast.team, project: "demo", collection: "model", alias })).status).toBe(200);
      await until("its end is reported", async () => (await outcomes(`version=${cast.team}/demo/model:v0`)).some(({ about, status }) => text(about) === alias && text(status) !== "running"));
    }
    const shown = await outcomes(`version=${cast.team}/demo/model:production`);
    expect(shown).toMatchObject([
      { about: "broken", status: "failed", message: "no quota", url: null, reportCount: 2, automation: { name: "deploy" }, text: expect.stringMatching(/^broken → deploy failed, \d+ s$/) },
      { about: "production", status: "succeeded", message: null, url: "https://ci.example.com/jobs/1", text: expect.stringMatching(/^production → deploy succeeded, \d+ s$/) },
    ]);
    const [newest] = list((await cast.rest.ok("GET", "/executions"))["items"]);
    expect(newest).toMatchObject({ outcome: { status: "failed", message: "no quota" } });
    expect(await cast.rest.ok("GET", `/executions/${text(newest?.["id"])}`)).toMatchObject({ reports: [{ number: 1, status: "running", message: "deploying broken" }, { number: 2, status: "failed" }] });
    expect((await cast.rest.ok("GET", `/outcomes?version=${cast.team}/demo/model:v0&limit=1`))["nextCursor"]).not.toBeNull();
  });

  test("is shown on the run", async () => {
    const client = wandbHttp(server.url, cast.key);
    const scope = { type: "project", entity: cast.team, project: "demo" };
    await cast.rest.ok("POST", "/automations", { name: "evaluate", scope, event: { type: "RUN_STATE", states: ["RUNNING"] }, action: { type: "webhook", team: cast.team, webhook: cast.webhook.name, payload: { report: "${callback_url}", what: "${run_id}" } } });
    await client.data("mutation U($name: String, $project: String, $entity: String) { upsertBucket(input: {name: $name, modelName: $project, entityName: $entity}) { bucket { id } } }", { name: "run-1", project: "demo", entity: cast.team });
    await until("its end is reported", async () => (await outcomes(`run=${cast.team}/demo/run-1`)).some(({ status }) => text(status) === "succeeded"));
    expect(await outcomes(`run=${cast.team}/demo/run-1`)).toMatchObject([{ automation: { name: "evaluate" }, status: "succeeded", text: expect.stringMatching(/ → evaluate succeeded, \d+ s$/) }]);
  });

  test("is for those who may see version and run; what is not there and what is not theirs answer alike", async () => {
    const admin = introduce({ url: server.url, adminKey, tag: "strangers", receiverUrl: deployer.url });
    const stranger = (await admin).rest;
    for (const of of [`version=${cast.team}/demo/model:v0`, `run=${cast.team}/demo/run-1`, `version=${cast.team}/demo/model:v9`, `run=${cast.team}/nowhere/run-1`]) {
      expect((await stranger.call("GET", `/outcomes?${of}`)).status).toBe(404);
    }
    for (const of of ["", `version=${cast.team}/demo/model:v0&run=${cast.team}/demo/run-1`, "version=model", "run=a/b/c/d"]) expect((await cast.rest.call("GET", `/outcomes?${of}`)).status).toBe(422);
  });
});
