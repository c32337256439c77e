import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { createServer } from "node:http";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFor } from "./support/database.ts";
import { list, text } from "./support/rest.ts";
import { adminKey, freePort, root, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";
import { wandbHttp } from "./support/wandb-http.ts";

const keys = { first: randomBytes(32).toString("base64"), second: randomBytes(32).toString("base64") };

/** One secret for each use, none of them like anything else; with characters that every encoding writes differently. */
const canaries = {
  token: "canary-Token/9f8e7d6c+5b4a==",
  signing: "whsec_Y2FuYXJ5LXNpZ25pbmctc2VjcmV0LTAx",
  rotated: "canary<rotated>&'signing' ñ secret",
  payload: 'canary "payload" \\ größe ≥ 3 / é',
  header: "canary-header-value-31415926",
  replaced: "canary-replaced-value-27182818",
};

/** The forms in which a leak would stand in a text. Written here anew: the masks of the server are what is tested. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  const base64 = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before), bytes]).toString("base64").slice(before === 0 ? 0 : before + 1).replace(/=+$/, "").slice(0, -1));
  return [value, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(value), encodeURIComponent(value).replaceAll("%20", "+"), bytes.toString("latin1"), bytes.toString("hex"), bytes.toString("hex").toUpperCase(),
    ...base64, ...base64.map((each) => each.replaceAll("+", "-").replaceAll("/", "_"))];
}

const needles = Object.entries(canaries).flatMap(([name, value]) => [...new Set(formsOf(value))].map((form) => ({ name, form })));
const leaksIn = (where: string, haystack: string): string[] => needles.filter(({ form }) => haystack.includes(form)).map(({ name, form }) => `${name} as ${form} in ${where}`);

type Echo = {
  url: string;
  server: Server;
  count(): number;
  /** What it answers from now on. */
  fail(status: number): void;
  /** Which secrets it knows: all that the server has at that time. What the server has forgotten it cannot mask. */
  learn(secrets: readonly string[]): void;
};

/** A receiver that tells everything it got and everything it knows, in every encoding. */
async function startEcho(): Promise<Echo> {
  let [status, count] = [200, 0];
  let secrets: readonly string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      count += 1;
      const all = Buffer.concat([Buffer.from(JSON.stringify(request.headers)), ...chunks]);
      const known = Buffer.from(secrets.join(" | "));
      const encodings = [all, known].flatMap((each) => [each.toString("hex"), each.toString("base64"), each.toString("base64url"), encodeURIComponent(each.toString()), JSON.stringify(each.toString())]);
      response.writeHead(status, { "x-echo": String(request.headers.authorization), "x-echo-hex": known.toString("hex") });
      response.end(Buffer.concat([all, Buffer.from("\n"), known, Buffer.from(`\n${encodings.join("\n")}`)]));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}/echo`, server, count: () => count, fail: (next) => { status = next; }, learn: (next) => { secrets = next; } };
}

describe("a secret's value, wherever it goes", () => {
  let dataDir: string;
  let databaseUrl: string;
  let server: RunningServer;
  let echo: Awaited<ReturnType<typeof startEcho>>;
  const answers: string[] = [];

  beforeAll(async () => {
    dataDir = await temporaryFolder("canary");
    databaseUrl = (await databaseFor("server")).databaseUrl ?? "";
    server = await startServer({ dataDir, databaseUrl, port: await freePort(), env: { BELLHOP_LOG_LEVEL: "debug", BELLHOP_RETRY_SCHEDULE: "0s,1s,1s", BELLHOP_SECRET_KEY: keys.first, BELLHOP_FURTHER_SECRET_KEYS: keys.second } });
    echo = await startEcho();
  });
  afterAll(async () => {
    echo.server.closeAllConnections();
    echo.server.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Calls REST, and keeps what comes back, refusals too. */
  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
    const answer = await fetch(`${server.url}${path}`, { method, headers: { authorization: `Bearer ${adminKey}`, ...(body === undefined ? {} : { "content-type": "application/json" }) }, body: body === undefined ? null : JSON.stringify(body) });
    const said = await answer.text();
    answers.push(`${method} ${path} ${answer.status} ${JSON.stringify([...answer.headers])} ${said}`);
    return { status: answer.status, body: said.startsWith("{") ? JSON.parse(said) : {} };
  }
  const api = (method: string, path: string, body?: unknown): ReturnType<typeof call> => call(method, `/api/v1${path}`, body);

  async function settled(status: string, count: number): Promise<string[]> {
    return until(`${count} executions are ${status}`, async () => {
      const { body } = await api("GET", `/executions?team=ml&status=${status}`);
      return list(body.items).length >= count ? list(body.items).map(({ id }) => text(id)) : null;
    });
  }

  test("is found in no table, no log line, no answer, no metric and no file, after every way that it can go", async () => {
    await api("POST", "/organizations", { name: "acme" });
    await api("POST", "/organizations/acme/teams", { name: "ml" });
    for (const [name, value] of Object.entries(canaries)) if (name !== "rotated") await api("PUT", `/teams/ml/secrets/${name.toUpperCase()}`, { value });
    // Refusals: of a value, of a use, of a body that is not JSON.
    await api("PUT", "/teams/ml/secrets/REPLACED", { value: `${canaries.replaced}\n\ud800` });
    await api("PUT", "/teams/ml/secrets/9BAD", { value: canaries.replaced });
    await api("PUT", "/teams/ml/secrets/REPLACED", { value: canaries.replaced, unknown: canaries.replaced });
    await api("POST", "/teams/ml/webhooks", { name: "unusable", url: echo.url, accessToken: "PAYLOAD" });
    const hook = (await api("POST", "/teams/ml/webhooks", { name: "echo", url: echo.url, accessToken: "TOKEN", secret: "SIGNING", secrets: ["PAYLOAD", "HEADER", "REPLACED"], headers: { "X-Key": "key ${HEADER}" } })).body;
    const payload = { "secret in \"text\"": "<${PAYLOAD}>", token: "${ACCESS_TOKEN}", alias: "${alias}", signing: "${SIGNING}" };
    await api("PUT", "/teams/ml/secrets/TOKEN", { value: "with a line\nbreak and the canary" });

    const { rotated: newValue, ...atFirst } = canaries;
    echo.learn(Object.values(atFirst));
    await api("POST", `/teams/ml/webhooks/${text(hook.id)}/test`, { payload });
    echo.fail(500);
    await api("POST", `/teams/ml/webhooks/${text(hook.id)}/test`, { payload });

    const client = wandbHttp(server.url, adminKey);
    const artifactID = await client.logArtifact({ entity: "ml", project: "canary", name: "model", type: "model", files: { "a.txt": Buffer.from("a") } });
    await api("POST", "/automations", { name: "echo", scope: { type: "project", entity: "ml", project: "canary" }, event: { type: "ADD_ARTIFACT_ALIAS" }, action: { type: "webhook", team: "ml", webhook: "echo", payload } });
    const alias = (name: string): Promise<unknown> => client.addAlias({ artifactID, entity: "ml", project: "canary", collection: "model", alias: name });
    await alias("failing");
    const [failed] = await settled("failed", 1);
    echo.fail(200);
    await alias("delivered");
    await settled("finished", 1);
    await api("POST", `/executions/${failed}/redeliver`);
    await settled("finished", 2);

    // A rotation, deliveries with both values, the check of a signature, and the rotation of the key beneath it all.
    await api("POST", "/teams/ml/secrets/SIGNING/rotate", { value: newValue, overlapSeconds: 600 });
    echo.learn(Object.values(canaries));
    await alias("rotated");
    const [newest] = await settled("finished", 3);
    const attempt = (await api("GET", `/executions/${newest}`)).body.attempts[0];
    expect(attempt.request.body).toContain("[secret PAYLOAD]");
    expect(attempt.request.headers).toMatchObject({ authorization: "Bearer [secret TOKEN]", "x-key": "key [secret HEADER]", "x-wandb-signature-previous": expect.any(String) });
    expect(attempt.response.body).toContain("[secret TOKEN]");
    for (const body of [attempt.request.body, "{}"]) await api("POST", "/signatures/check", { team: "ml", webhook: "echo", body, headers: attempt.request.headers });
    const rotated = spawnSync(process.execPath, [join(root, "packages/server/src/main.ts"), "keys", "rotate"], { encoding: "utf8", env: { PATH: process.env["PATH"], BELLHOP_DATABASE_URL: databaseUrl, BELLHOP_DATA_DIR: dataDir, BELLHOP_LOG_LEVEL: "debug", BELLHOP_SECRET_KEY: keys.second, BELLHOP_FURTHER_SECRET_KEYS: keys.first } });
    expect([rotated.status, rotated.stdout]).toEqual([0, expect.stringContaining("data keys were wrapped")]);
    await api("DELETE", "/teams/ml/secrets/SIGNING/previous");
    echo.learn([canaries.token, newValue, canaries.payload, canaries.header, canaries.replaced]);
    await api("DELETE", "/teams/ml/secrets/TOKEN");
    await alias("after-rotation");
    await settled("finished", 4);

    for (const path of ["/api/v1/executions?team=ml", "/api/v1/teams/ml/secrets", "/api/v1/teams/ml/webhooks", `/api/v1/teams/ml/webhooks/${text(hook.id)}`, "/api/v1/automations?team=ml", "/metrics", "/healthz", "/"]) await call("GET", path);
    for (const id of await settled("finished", 4)) await api("GET", `/executions/${id}`);
    await api("GET", `/executions/${failed}`);
    const integrations = await client.graphql("query I { entity(name: \"ml\") { integrations { edges { node { __typename ... on GenericWebhookIntegration { id name urlEndpoint } } } } } }", {});
    answers.push(JSON.stringify(integrations));
    expect(echo.count()).toBeGreaterThanOrEqual(8);

    const found = [
      ...leaksIn("the log", server.output()),
      ...leaksIn("the command's output", rotated.stdout + rotated.stderr),
      ...answers.flatMap((answer) => leaksIn(answer.slice(0, 60), answer)),
      ...(await tables()).flatMap(({ name, rows }) => leaksIn(`table ${name}`, rows)),
      ...(await files()).flatMap(({ name, content }) => leaksIn(`file ${name}`, content)),
    ];
    expect(found).toEqual([]);
  });

  test("would be found if it stood there: in the text of a column, in bytes, in the middle of base64", async () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query("create table leak (plain text, json jsonb, bytes bytea)");
    await client.query("insert into leak values ($1, $2, $3)", [Buffer.from(`x${canaries.header}`).toString("base64"), JSON.stringify({ deep: canaries.payload }), Buffer.from(canaries.token)]);
    await client.end();
    const leaked = (await tables()).flatMap(({ name, rows }) => leaksIn(name, rows).map((leak) => leak.split(" as ")[0]));
    expect([...new Set(leaked)].sort()).toEqual(["header", "payload", "token"]);
  });

  async function tables(): Promise<{ name: string; rows: string }[]> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows: names } = await client.query<{ name: string }>("select table_name as name from information_schema.tables where table_schema = 'public'");
    const found: { name: string; rows: string }[] = [];
    for (const { name } of names) {
      const { rows } = await client.query<{ row: string }>(`select row_to_json(each)::text as row from "${name}" as each`);
      found.push({ name, rows: rows.map(({ row }) => row).join("\n") });
    }
    await client.end();
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(["secrets", "executions", "attempts", "events", "automations"]));
    return found;
  }

  async function files(): Promise<{ name: string; content: string }[]> {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
    return Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => ({ name: entry.name, content: (await readFile(join(entry.parentPath, entry.name))).toString("latin1") })));
  }
});
