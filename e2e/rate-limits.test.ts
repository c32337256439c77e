import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import type { Json } from "./support/rest.ts";
import { play } from "./support/sdk.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";

describe("a key that is used up, with the real SDK", () => {
  let dataDir: string;
  let server: RunningServer;
  let receiver: Receiver;

  beforeAll(async () => {
    dataDir = await temporaryFolder("rate-limits");
    // One a second, and sixty at once: what is left of those is taken away below.
    server = await startServer({ dataDir, port: await freePort(), env: { BELLHOP_RATE_LIMIT_KEY: "60" } });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await receiver.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  test.each(inject("sdks"))("wandb $version waits as it is told, and loses nothing of what a script logs", async (sdk) => {
    const cast: Cast = await introduce({ url: server.url, adminKey, tag: `limit-${sdk.version.replaceAll(".", "-")}`, receiverUrl: receiver.url });
    await useUp(cast);
    const before = await refused(server.url);
    const { run } = await play(sdk, { url: server.url, cast, chapters: ["run_alone"], bigFileMb: 1 });
    expect(await stored(server.url, cast.team, run ?? "")).toEqual({ state: "finished", historyLineCount: 300 });
    expect(await refused(server.url)).toBeGreaterThan(before);
  }, 180_000);
});

async function useUp(cast: Cast): Promise<void> {
  for (;;) if ((await cast.rest.call("GET", "/users/me")).status === 429) return;
}

/** Asked with another key, which is not used up. */
async function stored(url: string, entity: string, run: string): Promise<Json | undefined> {
  const query = "query Run($entity: String, $run: String!) { project(name: \"story\", entityName: $entity) { run(name: $run) { state historyLineCount } } }";
  const answer = await fetch(`${url}/graphql`, { method: "POST", headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" }, body: JSON.stringify({ query, variables: { entity, run } }) });
  const body: Json = JSON.parse(await answer.text());
  return body["data"]?.["project"]?.["run"];
}

async function refused(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^bellhop_rate_limited_total\{limit="key"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}
