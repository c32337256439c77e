import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CollectedSpan, Collector } from "./support/collector.ts";
import { startCollector } from "./support/collector.ts";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Received, Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import { list, text } from "./support/rest.ts";
import type { Json } from "./support/rest.ts";
import { adminKey, freePort, root, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";
import { wandbHttp } from "./support/wandb-http.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const clientSpan = "00f067aa0ba902b7";

let dataDir: string;
let port: number;
let collector: Collector;
let receiver: Receiver;
let server: RunningServer;
let cast: Cast;
let artifactID: string;
const status = (received: Received): number => (JSON.parse(received.body).alias === "refused" ? 410 : 200);

async function start(env: Record<string, string>): Promise<void> {
  server = await startServer({ dataDir, port, env: { BELLHOP_LOG_LEVEL: "info", ...env } });
}
beforeAll(async () => {
  dataDir = await temporaryFolder("observed");
  port = await freePort();
  collector = await startCollector();
  receiver = await startReceiver({ status: (_count, received) => status(received) });
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: "50", OTEL_SERVICE_NAME: "bellhop-under-test" });
  cast = await introduce({ url: server.url, adminKey, tag: "observed", receiverUrl: receiver.url });
  artifactID = await wandbHttp(server.url, cast.key).logArtifact({ entity: cast.team, project: "p", name: "model", type: "model", files: { "a.txt": Buffer.from("a") } });
  await cast.rest.ok("POST", "/automations", {
    name: "observed", scope: { type: "collection", entity: cast.team, project: "p", collection: "model" }, event: { type: "ADD_ARTIFACT_ALIAS" },
    action: { type: "webhook", team: cast.team, webhook: cast.webhook.name, payload: { alias: "${alias}" } },
  });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await receiver.close();
  await collector.close();
  await rm(dataDir, { recursive: true, force: true });
});

const mutation = "mutation AddAliases($input: AddAliasesInput!) { result: addAliases(input: $input) { success } }";
const addAlias = async (alias: string, headers: Record<string, string> = {}): Promise<number> => (await fetch(`${server.url}/graphql`, {
  method: "POST", headers: { authorization: `Bearer ${cast.key}`, "content-type": "application/json", ...headers },
  body: JSON.stringify({ query: mutation, variables: { input: { artifactID, aliases: [{ artifactCollectionName: "model", alias, entityName: cast.team, projectName: "p" }] } } }),
})).status;
const delivery = (alias: string): Promise<Received> => until(`the delivery of ${alias} arrives`, () => receiver.received.find(({ body }) => JSON.parse(body).alias === alias));
const traceOf = (received: Received): string[] => String(received.headers["traceparent"]).split("-");
const lines = (work: string): Json[] => server.output().split("\n").filter((line) => line.includes(`"work":"${work}"`)).map((line): Json => JSON.parse(line));

describe("a trace", () => {
  const spansOf = (traceId: string): Promise<Record<"request" | "capture" | "deliver", CollectedSpan>> => until("the collector has the whole trace", () => {
    const found = (name: string): CollectedSpan | undefined => collector.spans.find((span) => span.traceId === traceId && span.name === name);
    const [request, capture, deliver] = [found("POST /graphql"), found("capture"), found("deliver")];
    return request === undefined || capture === undefined || deliver === undefined ? null : { request, capture, deliver };
  });

  test("goes from the client's request over the change to the receiver's request", async () => {
    expect(await addAlias("traced", { traceparent: `00-${trace}-${clientSpan}-01` })).toBe(200);
    const [, traceId, parent, flags] = traceOf(await delivery("traced"));
    expect([traceId, flags]).toEqual([trace, "01"]);
    const { request, capture, deliver } = await spansOf(trace);
    expect([request.parentSpanId, capture.parentSpanId, deliver.parentSpanId, parent]).toEqual([clientSpan, request.spanId, capture.spanId, deliver.spanId]);
    expect(request).toMatchObject({ service: "bellhop-under-test", failed: false, values: { "http.request.method": "POST", "http.route": "/graphql", "http.response.status_code": "200" } });
    expect(capture.values).toEqual({ "bellhop.events": "ADD_ARTIFACT_ALIAS", "bellhop.firings": "1" });
    expect(deliver.values).toMatchObject({ "bellhop.attempt": "1", "bellhop.outcome": "delivered", "http.response.status_code": "200" });
    const execution = list((await cast.rest.ok("GET", "/executions"))["items"])[0];
    expect(text(execution?.["id"])).toBe(deliver.values["bellhop.execution_id"]);
    expect((await cast.rest.ok("GET", `/executions/${text(execution?.["id"])}`))["traceparent"], "by it the trace of an execution is found").toBe(`00-${trace}-${capture.spanId}-01`);
  });

  test("begins with the request where the client has none, or sends what is none; a failed attempt is marked", async () => {
    expect(await addAlias("refused", { traceparent: "00-nonsense" })).toBe(200);
    const [, traceId = ""] = traceOf(await delivery("refused"));
    expect(traceId).not.toBe(trace);
    const { request, deliver } = await spansOf(traceId);
    expect(request.parentSpanId).toBe("");
    expect(deliver).toMatchObject({ failed: true, values: { "bellhop.outcome": "failed", "http.response.status_code": "410" } });
    await cast.rest.ok("PATCH", `/teams/${cast.team}/webhooks/${cast.webhook.id}`, { enabled: true });
  });

  test("is passed on, and sent nowhere, where no collector is named: nothing of OpenTelemetry is loaded", async () => {
    expect(await server.stop()).toBe(0);
    const before = collector.spans.length;
    await start({ NODE_DEBUG: "esm" });
    expect(await addAlias("passed-on", { traceparent: `00-${trace}-${clientSpan}-01` })).toBe(200);
    const [, traceId, parent] = traceOf(await delivery("passed-on"));
    expect(traceId).toBe(trace);
    expect(parent).not.toBe(clientSpan);
    expect(await addAlias("alone")).toBe(200);
    const alone = await delivery("alone");
    expect(traceOf(alone)[1]).toBe(String(alone.headers["webhook-id"]).replace("msg_", "").replaceAll("-", ""));
    expect((await cast.rest.ok("GET", `/executions/${String(alone.headers["webhook-id"]).replace("msg_", "")}`))["traceparent"]).toBeNull();
    expect(server.output()).toContain("packages/server/src/app.ts");
    expect(server.output()).not.toContain("node_modules/@opentelemetry/sdk-trace");
    expect(collector.spans.length).toBe(before);
    // Without the list of what is loaded, which comes in between the lines of the log.
    expect(await server.stop()).toBe(0);
    await start({});
  });
});

describe("the log", () => {
  test("has one line for each request and each attempt, with all that one would ask for, and no address or content", async () => {
    expect(await addAlias("logged", { traceparent: `00-${trace}-${clientSpan}-01` })).toBe(200);
    await delivery("logged");
    const attempt = await until("the attempt is told of", () => lines("delivery").at(-1));
    const request = await until("the request is told of", () => lines("request").findLast(({ operation }) => text(operation) === "AddAliases"));
    expect(request).toMatchObject({ method: "POST", route: "/graphql", status: 200, user: cast.user, credential: "api_key", events: 1, firings: 1, traceparent: expect.stringContaining(trace), ms: expect.any(Number), requestId: expect.any(String) });
    expect(attempt).toMatchObject({ type: "ADD_ARTIFACT_ALIAS", automation: "observed", attempt: 1, outcome: "delivered", reason: null, status: 200, webhook: cast.webhook.id, ms: expect.any(Number), lagMs: expect.any(Number), execution: expect.any(String) });
    expect(server.output()).not.toContain(receiver.url);
  });
});

describe("/metrics", () => {
  const read = async (): Promise<Map<string, number>> => {
    const page = await (await fetch(`${server.url}/metrics`)).text();
    return new Map(page.split("\n").filter((line) => line.startsWith("bellhop_")).map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
  };

  test("has every metric of the reference page, each with its help", async () => {
    const served = await (await fetch(`${server.url}/metrics`)).text();
    const page = await readFile(join(root, "docs", "reference", "metrics.md"), "utf8");
    const documented = page.split("\n").filter((line) => line.startsWith("| `bellhop_")).map((line) => line.split("|").map((cell) => cell.trim()));
    expect(documented.length).toBeGreaterThan(10);
    for (const [, name = "", type = "", , help = ""] of documented) {
      expect(served).toContain(`# HELP ${name.replaceAll("`", "")} ${help}\n# TYPE ${name.replaceAll("`", "")} ${type}`);
    }
    expect([...served.matchAll(/^# TYPE (bellhop_\w+)/gm)]).toHaveLength(documented.length);
  });

  test("counts what is accepted, matched, skipped, attempted and ingested, and shows what waits", async () => {
    const before = await read();
    const grown = async (name: string): Promise<number> => ((await read()).get(name) ?? 0) - (before.get(name) ?? 0);
    expect(await addAlias("counted")).toBe(200);
    await delivery("counted");
    await until("the attempt is counted", async () => (await grown('bellhop_attempts_total{outcome="delivered",reason=""}')) === 1);
    expect(await grown('bellhop_events_total{type="ADD_ARTIFACT_ALIAS"}')).toBe(1);
    expect(await grown('bellhop_firings_total{type="ADD_ARTIFACT_ALIAS"}')).toBe(1);
    expect(await grown("bellhop_delivery_lag_seconds_count")).toBe(1);
    expect(await grown("bellhop_db_wait_seconds_count")).toBeGreaterThan(0);
    expect(await grown('bellhop_http_request_seconds_count{method="POST",route="/graphql",status="200"}')).toBe(1);
    expect((await read()).get("bellhop_db_waiting")).toBe(0);

    // A run that brings a hook along which cannot be carried out.
    const upsert = "mutation UpsertBucket($name: String, $project: String, $entity: String, $config: JSONString) { upsertBucket(input: {name: $name, modelName: $project, entityName: $entity, config: $config}) { bucket { id } } }";
    await wandbHttp(server.url, cast.key).data(upsert, { name: "r", project: "p", entity: cast.team, config: JSON.stringify({ _hooks: { value: [{ run_state: "created", url: "ftp://nowhere" }] } }) });
    expect(await grown('bellhop_skips_total{reason="hook_invalid"}')).toBe(1);

    const report = await fetch(`${server.url}/files/${cast.team}/p/r/file_stream`, {
      method: "POST", headers: { authorization: `Bearer ${cast.key}`, "content-type": "application/json" },
      body: JSON.stringify({ files: { "wandb-history.jsonl": { offset: 0, content: ['{"_step":0,"loss":1,"acc":0.5}', '{"_step":1,"loss":0.5}'] } } }),
    });
    expect(report.status).toBe(200);
    expect([await grown('bellhop_ingest_lines_total{stream="history"}'), await grown("bellhop_ingest_points_total")]).toEqual([2, 3]);
    expect((await read()).get('bellhop_queue_deliveries{state="pending"}')).toBe(0);
  });
});
