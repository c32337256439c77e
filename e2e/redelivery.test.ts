import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import { list, text } from "./support/rest.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";
import { wandbHttp } from "./support/wandb-http.ts";

describe("a receiver that was down", () => {
  const count = 600;
  let dataDir: string;
  let port: number;
  let server: RunningServer;
  let receiver: Receiver;
  let cast: Cast;
  let automation: string;
  let target: { artifactID: string; entity: string; project: string; collection: string };
  let well = false;
  const start = (env: Record<string, string>): Promise<RunningServer> => startServer({ dataDir, port, env: { BELLHOP_RETRY_SCHEDULE: "0s", BELLHOP_LEASE_SECONDS: "5", ...env } });
  const ring = (alias: string): Promise<unknown> => wandbHttp(server.url, cast.key).addAlias({ ...target, alias });
  const hook = (): string => `/teams/${cast.team}/webhooks/${cast.webhook.id}`;

  beforeAll(async () => {
    dataDir = await temporaryFolder("redelivery");
    port = await freePort();
    receiver = await startReceiver({ status: () => (well ? 200 : 503) });
    server = await start({ BELLHOP_BREAKER_FAILURES: "10000" });
    cast = await introduce({ url: server.url, adminKey, tag: "again", receiverUrl: receiver.url });
    const artifactID = await wandbHttp(server.url, cast.key).logArtifact({ entity: cast.team, project: "again", name: "model", type: "model", files: { "a.txt": Buffer.from("a") } });
    target = { artifactID, entity: cast.team, project: "again", collection: "model" };
    const made = await cast.rest.ok("POST", "/automations", {
      name: "again", scope: { type: "collection", entity: cast.team, project: "again", collection: "model" }, event: { type: "ADD_ARTIFACT_ALIAS", filter: { alias: { $regex: "^again" } } },
      action: { type: "webhook", team: cast.team, webhook: cast.webhook.name, payload: { alias: "${alias}" } },
    });
    automation = text(made["id"]);
  });
  afterAll(async () => {
    await server.stop();
    await receiver.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test("gets all that failed, once each, also when the server is killed in the middle of the redelivery", async () => {
    for (let from = 0; from < count; from += 20) await Promise.all(Array.from({ length: 20 }, (_, index) => ring(`again-${from + index}`)));
    const selection = { automation };
    await until("all have failed", async () => Number((await cast.rest.ok("POST", "/redeliveries", { selection, dryRun: true }))["count"]) === count);
    const [failed] = list((await cast.rest.ok("GET", "/executions?status=failed&limit=1"))["items"]);
    expect(await cast.rest.ok("GET", `/executions/${text(failed?.["id"])}/redelivery`)).toMatchObject({ same: true, differences: [], sameBytes: { body: expect.stringContaining("again-") } });

    well = true;
    receiver.received.length = 0;
    const started = await cast.rest.ok("POST", "/redeliveries", { selection });
    const id = text(started["redelivery"]?.["id"]);
    expect(started).toMatchObject({ dryRun: false, count, redelivery: { status: "running", total: count, mode: "same_bytes", selection } });
    await until("it has begun", async () => Number((await cast.rest.ok("GET", `/redeliveries/${id}`))["planned"]) > 0);
    await server.kill();
    server = await start({ BELLHOP_BREAKER_FAILURES: "3", BELLHOP_BREAKER_PROBE_SECONDS: "3600" });
    await until("all are delivered", async () => Number((await cast.rest.ok("GET", `/redeliveries/${id}`))["delivered"]) === count);
    expect(await cast.rest.ok("GET", `/redeliveries/${id}`)).toMatchObject({ status: "done", planned: count, delivered: count, failed: 0, cancelled: 0 });
    const ids = receiver.received.map(({ headers }) => String(headers["webhook-id"]));
    expect(new Set(ids).size, "each has arrived").toBe(count);
    const originals = new Set<string>();
    for (let cursor = ""; ; ) {
      const page = await cast.rest.ok("GET", `/executions?status=failed&limit=1000${cursor}`);
      for (const execution of list(page["items"])) originals.add(`msg_${text(execution["id"])}`);
      if (text(page["nextCursor"]) === "") break;
      cursor = `&cursor=${text(page["nextCursor"])}`;
    }
    expect(new Set(ids), "under the ids that it has seen").toEqual(originals);
  });

  test("is left alone once its circuit breaker is open, until somebody enables it", async () => {
    well = false;
    for (const alias of ["again-one", "again-two", "again-three"]) await ring(alias);
    await until("the breaker is open", async () => text((await cast.rest.ok("GET", hook()))["breaker"]?.["state"]) === "open");
    const before = receiver.received.length;
    well = true;
    for (const alias of ["again-four", "again-five"]) await ring(alias);
    await until("both wait", async () => Number((await cast.rest.ok("GET", `${hook()}/backlog`))["waiting"]) === 2);
    const [held] = list((await cast.rest.ok("GET", "/executions?limit=1"))["items"]);
    expect(held).toMatchObject({ status: "pending", reason: { code: "breaker_open" }, attemptCount: 0 });
    expect(receiver.received).toHaveLength(before);
    expect(await cast.rest.ok("POST", `${hook()}/enable`)).toMatchObject({ enabled: true, breaker: { state: "half_open" } });
    await until("both are delivered", () => receiver.received.length === before + 2);
    await until("it is closed", async () => text((await cast.rest.ok("GET", hook()))["breaker"]?.["state"]) === "closed");
  });
});
