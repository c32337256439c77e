import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { introduce } from "./support/people.ts";
import type { Cast } from "./support/people.ts";
import type { Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import { list, text } from "./support/rest.ts";
import { play } from "./support/sdk.ts";
import type { Sdk } from "./support/python.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";

describe("every event of versions and collections, with the real SDK", () => {
  const sdks = inject("sdks");
  const newest: Sdk | undefined = sdks.at(0);
  let dataDir: string;
  let server: RunningServer;
  let receiver: Receiver;
  let cast: Cast;
  const run = (sdk: Sdk | undefined, ...chapters: string[]): Promise<Record<string, string>> => {
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

  test("a new version is told at collection, project and registry, once each, and nothing of a dry run is", async () => {
    await run(newest, "watch_creation");
    const action = { type: "webhook", webhook: cast.webhook.name, team: cast.team, payload: { automation: "${automation_name}", event: "${event_type}", version: "${artifact_version_string}", model: "${artifact_metadata.model_type}", generation: "${=artifact_metadata.generation}" } };
    const event = { type: "CREATE_ARTIFACT", filter: { artifact_type: "model" } };
    await cast.rest.ok("POST", "/automations", { name: "created in the project", scope: { type: "project", entity: cast.team, project: "story" }, event, action });
    await cast.rest.ok("POST", "/automations", { name: "created in the registry", scope: { type: "registry", organization: cast.org, registry: "model" }, event, action });
    const tried = await cast.rest.ok("POST", "/preview", { change: "link", artifact: `${cast.team}/story/story-model:v0`, collection: `${cast.org}/wandb-registry-model/tried` });
    expect(list(tried["events"]).flatMap((raised) => list(raised["automations"]).map(({ name, outcome }) => `${text(raised["type"])} ${text(name)} ${text(outcome)}`))).toContain("CREATE_ARTIFACT created in the registry fires");

    const version = await cast.rest.ok("POST", "/preview", { change: "create_artifact", collection: `${cast.team}/story/story-model`, metadata: { model_type: "resnet50", generation: 3 } });
    const fires = list(version["events"]).flatMap((raised) => list(raised["automations"]).filter(() => text(raised["type"]) === "CREATE_ARTIFACT"));

    const facts = await run(newest, "create_another");
    const created = (): Record<string, unknown>[] => receiver.received.map(({ body }): Record<string, unknown> => JSON.parse(body)).filter((body) => String(body["automation"]).startsWith("created in"));
    await until("all four arrive", () => created().length >= 4);
    const told = (automation: string, version: string | undefined): object => ({ automation, event: "CREATE_ARTIFACT", version, model: "resnet50", generation: 3 });
    expect(created().sort((one, other) => String(one["automation"]).localeCompare(String(other["automation"])))).toEqual([
      told("created in the project", facts["source"]), told("created in the registry", facts["linked"]), told("created in the registry collection", facts["linked"]), told("created in the source", facts["source"]),
    ]);
    expect(fires.map(({ request }) => JSON.parse(text(request?.["body"]))), "the dry run told these very bodies").toEqual([told("created in the project", facts["source"]), told("created in the source", facts["source"])]);
  });

  test("the history says why each of them fired, also when its automation is gone", async () => {
    const { items } = await cast.rest.ok("GET", "/executions?limit=1000");
    const execution = list(items).find(({ automation }) => text(automation?.["name"]) === "created in the project");
    const path = `/executions/${text(execution?.["id"])}/explanation`;
    const before = await cast.rest.ok("GET", path);
    expect(before).toMatchObject({ verdict: "fired", matches: true, scope: { held: true, watches: { kind: "project", name: "story" } }, clauses: [{ field: "artifact_type", operator: "$eq", operand: "model", saw: "model", held: true }] });
    await cast.rest.ok("DELETE", `/automations/${text(execution?.["automation"]?.["id"])}`);
    expect(await cast.rest.ok("GET", path)).toEqual(before);
  });

  test.each(sdks.slice(1))("wandb $version, which does not know some of them, still lists the others", async (older) => {
    await run(older, "list_automations");
  });
});
