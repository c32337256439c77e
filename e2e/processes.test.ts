import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Fleet } from "./support/fleet.ts";
import { makeFleet } from "./support/fleet.ts";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Received, Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import { list, rest, text } from "./support/rest.ts";
import { adminKey } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { until } from "./support/until.ts";
import { wandbHttp } from "./support/wandb-http.ts";

const env = { BELLHOP_LEASE_SECONDS: "5", BELLHOP_RETRY_SCHEDULE: "0s,1s,1s,1s,1s,1s", BELLHOP_LOG_LEVEL: "info" };
const aliasOf = ({ body }: Received): string => JSON.parse(body).alias ?? "";
const idOf = ({ headers }: Received): string => String(headers["webhook-id"]);

let fleet: Fleet;
let receiver: Receiver;
let cast: Cast;
let target: { artifactID: string; entity: string; project: string; collection: string };
/** What the receiver does with a delivery, as the test at hand wants it. */
let answer: (received: Received) => number | Promise<number> = () => 200;
let web: RunningServer;

beforeAll(async () => {
  fleet = await makeFleet("processes", env);
  receiver = await startReceiver({ status: (_count, received) => answer(received) });
  web = await fleet.start("web");
  cast = await introduce({ url: web.url, adminKey, tag: "processes", receiverUrl: receiver.url });
  const artifactID = await wandbHttp(web.url, cast.key).logArtifact({ entity: cast.team, project: "p", name: "model", type: "model", files: { "a.txt": Buffer.from("a") } });
  target = { artifactID, entity: cast.team, project: "p", collection: "model" };
  await cast.rest.ok("POST", "/automations", automation("all", {}));
});
afterAll(async () => {
  await fleet.stop();
  await receiver.close();
});

const automation = (name: string, filter: object): object => ({
  name, scope: { type: "collection", entity: cast.team, project: "p", collection: "model" }, event: { type: "ADD_ARTIFACT_ALIAS", filter },
  action: { type: "webhook", team: cast.team, webhook: cast.webhook.name, payload: { alias: "${alias}", automation: "${automation_name}" } },
});
const add = (server: RunningServer, alias: string): Promise<{ status: number }> => wandbHttp(server.url, cast.key).addAlias({ ...target, alias });
const arrivals = (prefix: string): Received[] => receiver.received.filter((received) => aliasOf(received).startsWith(prefix));
/** Sends the beginning of a request; what it gives sends the rest, and gives the answer. */
async function speak(server: RunningServer, beginning: string): Promise<(rest: string) => Promise<string>> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  await once(socket, "connect");
  await new Promise((done) => socket.write(beginning, done));
  return async (ending) => {
    socket.write(ending);
    const [data] = await once(socket, "data");
    socket.destroy();
    return String(data);
  };
}
const nothingWaits = (): Promise<unknown> => until("nothing is left to deliver", async () => {
  const waiting = await Promise.all(["pending", "running", "retrying"].map((status) => cast.rest.ok("GET", `/executions?status=${status}`)));
  return waiting.every(({ items }) => list(items).length === 0);
});

describe("two web and two worker processes on one PostgreSQL server", () => {
  test("under load, one of each killed: what was acknowledged arrives once, or again with the same id", async () => {
    const webs = [web, await fleet.start("web")];
    const workers = [await fleet.start("worker"), await fleet.start("worker")];
    answer = () => new Promise((resolve) => setTimeout(resolve, 20, 200));
    const acknowledged: string[] = [];
    const client = async (number: number): Promise<void> => {
      for (let count = 0; count < 40; count += 1) {
        const alias = `load-${number}-${count}`;
        const first = await add(webs[(number + count) % 2] ?? web, alias).catch(() => null);
        // What was not answered is sent again, as the SDK does.
        const status = first?.status ?? (await add(web, alias)).status;
        if (status === 200) acknowledged.push(alias);
      }
    };
    const load = Promise.all([0, 1, 2, 3, 4, 5].map(client));
    await until("both workers are at work", () => arrivals("load-").length > 20);
    await workers[0]?.kill();
    await webs[1]?.kill();
    await load;
    expect(acknowledged).toHaveLength(240);
    await nothingWaits();
    const ids = new Map<string, Set<string>>();
    for (const received of arrivals("load-")) ids.set(aliasOf(received), (ids.get(aliasOf(received)) ?? new Set()).add(idOf(received)));
    expect(acknowledged.filter((alias) => !ids.has(alias)), "lost").toEqual([]);
    // One event per change: a request that was sent twice because the first answer was lost changes nothing the second time.
    expect([...ids].filter(([, seen]) => seen.size > 1), "delivered twice under two ids").toEqual([]);
    expect(await workers[1]?.stop()).toBe(0);
  });

  test("an automation edited over one process is in force in the other at once, and a key revoked there is refused here", async () => {
    const other = await fleet.start("web,worker");
    const there = rest(other.url, cast.key);
    const made = await cast.rest.ok("POST", "/automations", automation("edited", { alias: "first" }));
    expect((await add(other, "first")).status).toBe(200);
    await until("the new automation fires in the other process", () => arrivals("first").some(({ body }) => JSON.parse(body).automation === "edited"));
    await there.ok("PATCH", `/automations/${text(made["id"])}`, { event: { filter: { alias: "second" } } });
    for (const alias of ["second", "third"]) expect((await add(web, alias)).status).toBe(200);
    await nothingWaits();
    const fired = (alias: string): boolean => arrivals(alias).some(({ body }) => JSON.parse(body).automation === "edited");
    expect([fired("second"), fired("third")]).toEqual([true, false]);
    await cast.rest.ok("PATCH", `/automations/${text(made["id"])}`, { enabled: false });
    expect((await add(other, "second-again")).status).toBe(200);
    await nothingWaits();

    const key = await cast.rest.ok("POST", "/users/me/api-keys", { name: "for a while" });
    const bearer = rest(other.url, text(key["apiKey"]));
    expect((await bearer.call("GET", "/automations")).status).toBe(200);
    await cast.rest.ok("DELETE", `/users/me/api-keys/${text(key["id"])}`);
    await until("the other process refuses the key", async () => (await bearer.call("GET", "/automations")).status === 401);
    expect(await other.stop()).toBe(0);
  });
});

describe("a worker that was frozen past its lease", () => {
  test("finds that it no longer holds the delivery, and changes nothing", async () => {
    const release = Promise.withResolvers<number>();
    const attempts = (): Received[] => arrivals("frozen");
    answer = (received) => (aliasOf(received) === "frozen" && attempts().length === 1 ? release.promise : 200);
    const sleeper = await fleet.start("worker");
    expect((await add(web, "frozen")).status).toBe(200);
    await until("the first attempt is under way", () => attempts().length === 1);
    sleeper.process.kill("SIGSTOP");
    const other = await fleet.start("worker");
    await until("another worker takes the delivery over when the lease ends", () => attempts().length === 2);
    await nothingWaits();
    const before = await history();
    expect(before).toEqual({ status: "finished", attempts: ["interrupted", "delivered"] });

    release.resolve(500);
    sleeper.process.kill("SIGCONT");
    await until("the frozen worker says that its lease is lost", () => sleeper.output().includes("lease lost"));
    expect(await history()).toEqual(before);
    expect(new Set(attempts().map(idOf)).size).toBe(1);
    expect(await Promise.all([sleeper.stop(), other.stop()])).toEqual([0, 0]);
  });

  const history = async (): Promise<{ status: string; attempts: string[] }> => {
    const [id = ""] = arrivals("frozen").map((received) => idOf(received).replace("msg_", ""));
    const execution = await cast.rest.ok("GET", `/executions/${id}`);
    return { status: text(execution["status"]), attempts: list(execution["attempts"]).map(({ outcome }) => text(outcome)) };
  };
});

describe("a process that is told to stop under load", () => {
  test("ends its deliveries, refuses what is new with 503, loses nothing, and leaves with 0", async () => {
    const one = await fleet.start("web,worker");
    const release = Promise.withResolvers<number>();
    answer = (received) => (aliasOf(received).startsWith("drain") ? release.promise : 200);
    for (let count = 0; count < 20; count += 1) expect((await add(one, `drain-${count}`)).status).toBe(200);
    await until("all are on their way", () => arrivals("drain").length === 20);

    const body = '{"query":"{ viewer { id } }"}';
    // Two requests that began before: one has only its body to come, the other not even all of its headers.
    const begun = await speak(one, `POST /graphql HTTP/1.1\r\nHost: bellhop\r\nAuthorization: Bearer ${cast.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`);
    const late = await speak(one, "GET /healthz HTTP/1.1\r\nHost: bellhop\r\n");
    one.process.kill("SIGTERM");
    await until("it says that it is stopping", () => one.output().includes("stopping"));
    expect(await begun(body.slice(10))).toMatch(/^HTTP\/1\.1 200 /);
    expect(await late("\r\n")).toMatch(/^HTTP\/1\.1 503 [^]*connection: close/i);
    await expect(fetch(`${one.url}/healthz`)).rejects.toThrow();
    expect(one.process.exitCode, "deliveries are still under way").toBeNull();

    release.resolve(200);
    const code = await new Promise((resolve) => one.process.once("exit", resolve));
    expect(code).toBe(0);
    await nothingWaits();
    const executions = list((await cast.rest.ok("GET", "/executions?limit=1000"))["items"]);
    const drained = executions.filter(({ id }) => arrivals("drain").some((received) => idOf(received) === `msg_${text(id)}`));
    expect(drained.map(({ status, attemptCount }) => `${text(status)} ${text(attemptCount)}`)).toEqual(Array.from({ length: 20 }, () => "finished 1"));
    expect(arrivals("drain")).toHaveLength(20);
  });
});
