import { exampleOf, payloadVariables, variableApplies } from "@bellhop/contract";
import type { EventType } from "@bellhop/contract";
import { describe, expect, test } from "vitest";
import { supportedEvents } from "../features/automations/index.ts";
import { exampleChange } from "../testing/pipeline.ts";
import type { Event } from "./event.ts";
import { variablesOf } from "./event-variables.ts";

const around = { automationName: "deploy", executionId: "e1" };
const at = new Date(0);
const version = (type: EventType, named: { alias?: string; tag?: string }): Event => ({ ...exampleChange({ type, subject: { alias: null, tag: null, ...named } }), id: "i", at });
const collection = (type: EventType): Event => ({
  id: "i", at, type, author: "ada",
  subject: { kind: "collection", tag: "good", collectionId: 1, collectionName: "llm-models", collectionKind: "portfolio", artifactType: "model", projectId: 2, projectName: "model-registry", entityId: 3, entityName: "my-team" },
});
const events: Event[] = [
  version("CREATE_ARTIFACT", {}), version("LINK_MODEL", {}), version("UNLINK_ARTIFACT", {}), version("ADD_ARTIFACT_ALIAS", { alias: "production" }),
  version("ADD_ARTIFACT_TAG", { tag: "good" }), version("REMOVE_ARTIFACT_TAG", { tag: "good" }),
  collection("ADD_COLLECTION_TAG"), collection("REMOVE_COLLECTION_TAG"),
];
events.push({
  id: "i", at, type: "RUN_STATE", author: "ada",
  subject: { kind: "run", runId: 1, runName: "3mcbpzkv", displayName: "swift-river-12", url: "https://bellhop.example.com/t/p/runs/3mcbpzkv", entered: "FINISHED", state: "finished", user: "ada", tags: [], config: {}, summary: {}, projectId: 2, projectName: "p", entityId: 3, entityName: "t" },
});
/** What a payload can write of an event: by name, and one key of the metadata. Secrets are filled in when the request is sent. */
const names = payloadVariables.filter(({ kind }) => kind !== "secret").map(({ name, kind }) => (kind === "prefix" ? `${name}model_type` : name));

test("every event type that is supported is tried here", () => {
  expect(events.map(({ type }) => type).toSorted()).toEqual([...supportedEvents].toSorted());
});

describe.each(events.map((event) => [event.type, event] as const))("%s", (type, event) => {
  const values = variablesOf(event, around);

  test("fills exactly the variables that the catalogue says apply", () => {
    const filled = [...values].filter(([, value]) => value !== "").map(([name]) => name);
    expect(filled.toSorted()).toEqual(names.filter((name) => variableApplies(name, type)).toSorted());
  });

  test("gives them the form that the catalogue's examples have", () => {
    for (const name of names) {
      const example = exampleOf(name, type);
      if (example !== undefined) expect([name, typeof values.get(name)]).toEqual([name, typeof example]);
    }
    for (const name of ["event_type", "event_author", "artifact_version_index", "run_status"]) expect([name, values.get(name)]).toEqual([name, exampleOf(name, type)]);
  });

  test("names the version as the catalogue says, by the alias or else by its index", () => {
    const example = exampleOf("artifact_version_string", type);
    if (example === undefined) return expect(values.has("artifact_version_string")).toBe(false);
    expect(values.get("artifact_version_string")).toBe(`my-team/model-registry/llm-models:${String(example).split(":")[1]}`);
  });
});
