import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import { list, text } from "./support/rest.ts";
import { play } from "./support/sdk.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";

describe("the states of runs, with the real SDK", () => {
  let dataDir: string;
  let server: RunningServer;
  let receiver: Receiver;
  let cast: Cast;

  beforeAll(async () => {
    dataDir = await temporaryFolder("run-states");
    server = await startServer({ dataDir, port: await freePort(), env: { BELLHOP_RUN_HEARTBEAT_SECONDS: "40" } });
    receiver = await startReceiver();
    cast = await introduce({ url: server.url, adminKey, tag: "states", receiverUrl: receiver.url });
  });
  afterAll(async () => {
    await receiver.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  test("a run that finishes, one that fails and one whose script is killed fire once each, with their variables", async () => {
    const [newest] = inject("sdks");
    if (newest === undefined) throw new Error("no SDK");
    await play(newest, { url: server.url, cast, chapters: ["watch_runs", "run_states"], bigFileMb: 1 });
    const told = (): Record<string, string>[] => receiver.received.map(({ body }) => JSON.parse(body));
    const expected = [["ended", "good", "FINISHED"], ["ended", "bad", "FAILED"], ["nightly failed", "bad", "FAILED"], ["ended", "lost", "FAILED"], ["nightly failed", "lost", "FAILED"]];
    await until("all five arrive", () => told().length >= expected.length, 90_000);
    expect(told().map(({ automation, run, status }) => [automation, run, status]).sort()).toEqual(expected.sort());
    expect(told().find(({ run }) => run === "good")).toEqual({
      automation: "ended", event: "RUN_STATE", run: "good", name: "nightly good", url: `${server.url}/${cast.team}/story/runs/good`, status: "FINISHED", author: cast.user, version: "",
    });
    const { items } = await cast.rest.ok("GET", "/executions?status=finished");
    expect(list(items).map(({ event }) => text(event?.["run"]?.["id"])).sort()).toEqual(["bad", "bad", "good", "lost", "lost"]);
  });

  test("REST takes the same automation in plain words, and shows it so", async () => {
    const made = await cast.rest.ok("POST", "/automations", {
      name: "plain", scope: { type: "project", entity: cast.team, project: "story" }, event: { type: "RUN_STATE", states: ["FAILED"], filter: { display_name: { $contains: "nightly" } } }, action: { type: "no_op" },
    });
    expect(made["event"]).toEqual({ type: "RUN_STATE", states: ["FAILED"], filter: { $and: [{ display_name: { $contains: "nightly" } }] } });
    const refused = await cast.rest.call("POST", "/automations", {
      name: "wrong", scope: { type: "registry", organization: cast.org, registry: "model" }, event: { type: "RUN_STATE", states: ["CRASHED"] }, action: { type: "no_op" },
    });
    expect(refused.status).toBe(422);
    expect(list(refused.body["error"]?.["details"]).map(({ path }) => text(path))).toEqual(["event.type", "event.filter.run_state_filter.states[0]"]);
  });
});
