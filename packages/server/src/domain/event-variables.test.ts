import { payloadVariables, variableApplies } from "@bellhop/contract";
import type { EventType } from "@bellhop/contract";
import { describe, expect, test } from "vitest";
import { exampleChange } from "../testing/pipeline.ts";
import type { Event } from "./event.ts";
import { variablesOf } from "./event-variables.ts";

const around = { automationName: "deploy", executionId: "e1", callbackUrl: "https://bellhop.example.com/callbacks/e1" };
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
/** Filled when the request is sent, not from the event. */
const elsewhere = new Set(["ACCESS_TOKEN"]);

describe.each(events.map((event) => [event.type, event] as const))("%s", (type, event) => {
  const values = variablesOf(event, around);
  test.each(payloadVariables.filter(({ name, kind }) => kind === "event" && !elsewhere.has(name)).map(({ name }) => name))("${%s} has a value exactly where the catalogue says that it applies", (name) => {
    expect((values.get(name) ?? "") !== "").toBe(variableApplies(name, type));
  });
});
