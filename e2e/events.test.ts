import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import { play } from "./support/sdk.ts";
import type { Sdk } from "./support/sdk.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";

describe("every event of versions and collections, with the real SDK", () => {
  const sdks = inject("sdks");
  const [newest, oldest]: [Sdk | undefined, Sdk | undefined] = [sdks.at(0), sdks.at(-1)];
  let dataDir: string;
  let server: RunningServer;
  let receiver: Receiver;
  let cast: Cast;
  const run = (sdk: Sdk | undefined, ...chapters: string[]): Promise<unknown> => {
    if (sdk === undefined) throw new Error("no SDK");
    return play(sdk, { url: server.url, cast, chapters, bigFileMb: 1 });
  };

  beforeAll(async () => {
    dataDir = await temporaryFolder("events");
    server = await startServer({ dataDir, port: await freePort() });
    receiver = await startReceiver();
    cast = await introduce({ url: server.url, adminKey, tag: "events", receiverUrl: receiver.url });
  });
  afterAll(async () => {
    await receiver.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  test("each automation fires for its own event, at collection, registry and organization", async () => {
    await run(newest, "artifact", "link", "automation", "watch_everything", "change_everything");
    const told = (): Record<string, string>[] => receiver.received.map(({ body }) => JSON.parse(body));
    const scopes = ["collection", "registry", "organization"];
    const expected: [string, Record<string, string>][] = [
      ["OnLinkArtifact", { event: "LINK_ARTIFACT", tag: "", alias: "", version: "v1" }],
      ["OnAddArtifactAlias", { event: "ADD_ARTIFACT_ALIAS", tag: "", alias: "watched", version: "v1" }],
      ["OnAddArtifactTag", { event: "ADD_ARTIFACT_TAG", tag: "watched-tag", alias: "", version: "v1" }],
      ["OnRemoveArtifactTag", { event: "REMOVE_ARTIFACT_TAG", tag: "watched-tag", alias: "", version: "v1" }],
      ["OnAddCollectionTag", { event: "ADD_COLLECTION_TAG", tag: "collection-tag", alias: "", version: "" }],
      ["OnRemoveCollectionTag", { event: "REMOVE_COLLECTION_TAG", tag: "collection-tag", alias: "", version: "" }],
      ["OnUnlinkArtifact", { event: "UNLINK_ARTIFACT", tag: "", alias: "", version: "v1" }],
    ];
    for (const [event, values] of expected)
      for (const scope of scopes) {
        const wanted = { automation: `${event} ${scope}`, collection: "llm-models", ...values };
        await until(`${JSON.stringify(wanted)} arrives`, () => told().some((body) => JSON.stringify(Object.entries(body).sort()) === JSON.stringify(Object.entries(wanted).sort())));
      }
    await until("the team's automation hears of the tag on the source version", () => told().some((body) => body["automation"] === "OnAddArtifactTag team" && body["collection"] === "story-model"));
  });

  test("an SDK that does not know some of them still lists the others", async () => {
    await run(oldest, "list_automations");
  });
});
