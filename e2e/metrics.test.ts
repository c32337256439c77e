import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import { play } from "./support/sdk.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";

type Told = { automation: string; event: string; run: string; metric: string; values: unknown; filter: string; short: string; status: string; author: string };

describe.each(inject("sdks"))("metrics of runs, with the real SDK $version", (sdk) => {
  let dataDir: string;
  let server: RunningServer;
  let receiver: Receiver;
  let cast: Cast;

  beforeAll(async () => {
    dataDir = await temporaryFolder("metrics");
    server = await startServer({ dataDir, port: await freePort() });
    receiver = await startReceiver();
    cast = await introduce({ url: server.url, adminKey, tag: "metrics", receiverUrl: receiver.url });
  });
  afterAll(async () => {
    await receiver.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  const told = (): Told[] => receiver.received.map(({ body }) => JSON.parse(body));
  /** What fired for a run, with numbers to three digits; memory is always in use, and told by itself. */
  const firedFor = (run: string): string[] => told().filter((each) => each.run === run && each.automation !== "system").map(({ automation, status }) => `${automation}: ${status.replaceAll(/\d+\.\d{3,}/g, (number) => Number(number).toPrecision(3))}`).sort();
  const perform = (...chapters: string[]): Promise<unknown> => play(sdk, { url: server.url, cast, script: "metrics.py", chapters, bigFileMb: 1 });

  test("what the SDK's own filters describe fires, once per run: nested, not finite, resumed and offline values", async () => {
    await perform("watch_metrics", "metric_runs");
    const zscore = sdk.version.startsWith("0.23.") ? [] : ["zscore: zscore(spike, 4) = 96.2"];
    const main = ["average: avg(loss, 3) = 0.383", "change: relative change(avg(eval.acc, 2)) = 0.937", "nested: max(eval.acc, 2) = 0.95", "single: loss = 0.45", ...zscore];
    const resumed = ["average: avg(loss, 3) = 0.400", "filtered: loss = 0.35", "single: loss = 0.35"];
    await until("all of them arrive", () => firedFor("main").length >= main.length && firedFor("resumed").length >= resumed.length && firedFor("offline").length > 0, 60_000);
    expect(firedFor("main")).toEqual(main.sort());
    expect(firedFor("resumed")).toEqual(resumed.sort());
    expect(firedFor("offline")).toEqual(["single: loss = 0.1"]);
    expect(told().filter(({ automation, run }) => automation === "system" && run === "main"), "system metrics count").toHaveLength(1);
    expect(told().find(({ automation, run }) => automation === "average" && run === "main")).toMatchObject({
      event: "RUN_METRIC", metric: "loss", values: [0.45, 0.4, 0.3], filter: "average of loss over 3 values is at most 0.4", short: "avg(loss, 3) <= 0.4", author: cast.user,
    });
  });

  test("a run that is rewound or forked is judged by the values that it then has", async () => {
    const watch = (name: string, value: number): Promise<unknown> => cast.rest.ok("POST", "/automations", {
      name, scope: { type: "project", entity: cast.team, project: "story" }, cooldownSeconds: 0,
      event: { type: "RUN_METRIC", metrics: [{ type: "threshold", metric: "deep", aggregate: "average", window: 3, operator: "<", value }] },
      action: { type: "webhook", webhook: cast.webhook.name, payload: { automation: "${automation_name}", run: "${run_id}", status: "${metric_values}" } },
    });
    await watch("below 3.5", 3.5);
    await watch("below 2", 2);
    await perform("branches");
    await until("the last one arrives", () => firedFor("fork").length >= 2, 60_000);
    expect(firedFor("parent")).toEqual(["below 3.5: [2.5,2.5,2.5]", "below 3.5: [4,3,2]"]);
    expect(firedFor("fork")).toEqual(["below 2: [2.5,2,1]", "below 3.5: [2.5,2,1]"]);
  });

  test("an automation over two metrics is readable by the SDK, stays what it is when the SDK changes it, and fires when both hold", async () => {
    const made = await cast.rest.ok("POST", "/automations", {
      name: "over two", scope: { type: "project", entity: cast.team, project: "story" },
      event: { type: "RUN_METRIC", metrics: [{ type: "threshold", metric: "val_accuracy", operator: ">", value: 0.95 }, { type: "threshold", metric: "val_loss", operator: "<", value: 0.05 }] },
      action: { type: "webhook", webhook: cast.webhook.name, payload: { automation: "${automation_name}", run: "${run_id}", metric: "${metric_name}", status: "${metric_current_status}", values: "${=metric_values}" } },
    });
    await perform("rename_two");
    await until("it arrives", () => firedFor("two").length > 0, 60_000);
    expect(told().find(({ run, automation }) => run === "two" && automation !== "system")).toEqual({ automation: "over both", run: "two", metric: "val_accuracy, val_loss", status: "val_accuracy = 0.96, val_loss = 0.04", values: { val_accuracy: [0.96], val_loss: [0.04] } });
    const after = await cast.rest.ok("GET", `/automations/${String(made["id"])}`);
    expect(after["event"]).toEqual(made["event"]);
  });
});
