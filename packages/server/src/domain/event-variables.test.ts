import { payloadVariables, variableApplies } from "@bellhop/contract";
import type { EventType } from "@bellhop/contract";
import { describe, expect, test } from "vitest";
import { exampleChange } from "../testing/pipeline.ts";
import type { Event, MetricFact } from "./event.ts";
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
  subject: { kind: "run", runId: 1, runName: "3mcbpzkv", displayName: "swift-river-12", url: "https://bellhop.example.com/t/p/runs/3mcbpzkv", entered: "FINISHED", state: "finished", user: "ada", tags: [], config: {}, summary: {}, metric: null, projectId: 2, projectName: "p", entityId: 3, entityName: "t" },
});
const facts = (metric: string): MetricFact => ({ metric, filter: `average of ${metric} over 2 values is below 0.3`, short: `avg(${metric}, 2) < 0.3`, status: `avg(${metric}, 2) = 0.2`, measured: 0.2, values: [0.3, 0.1] });
const metric = (type: EventType, ...conditions: MetricFact[]): Event => {
  const [state] = events.filter((event) => event.type === "RUN_STATE");
  if (state?.subject.kind !== "run") throw new Error("an event of a run was expected");
  return { ...state, type, subject: { ...state.subject, metric: { automationId: "a", conditionVersion: 1, heldBack: false, loggedAt: "2026-01-01T00:00:00.000Z", step: 7, conditions } } };
};
events.push(metric("RUN_METRIC", facts("loss")), metric("RUN_METRIC_CHANGE", facts("loss")), metric("RUN_METRIC_ZSCORE", facts("loss")));
/** Filled when the request is sent, not from the event; and what a later release brings. */
const elsewhere = new Set(["ACCESS_TOKEN", "callback_url"]);

describe.each(events.map((event) => [event.type, event] as const))("%s", (type, event) => {
  const values = variablesOf(event, around);
  test.each(payloadVariables.filter(({ name, kind }) => kind === "event" && !elsewhere.has(name)).map(({ name }) => name))("${%s} has a value exactly where the catalogue says that it applies", (name) => {
    expect((values.get(name) ?? "") !== "").toBe(variableApplies(name, type));
  });
});

test("the variables of one condition are its own; those of several are joined, and the values told by metric", () => {
  const of = (event: Event): Record<string, unknown> => Object.fromEntries([...variablesOf(event, around)].filter(([name]) => name.startsWith("metric_")));
  expect(of(metric("RUN_METRIC", facts("loss")))).toEqual({
    metric_name: "loss", metric_values: [0.3, 0.1], metric_filter: "average of loss over 2 values is below 0.3", metric_filter_short: "avg(loss, 2) < 0.3", metric_current_status: "avg(loss, 2) = 0.2",
  });
  expect(of(metric("RUN_METRIC", facts("a"), facts("b")))).toEqual({
    metric_name: "a, b", metric_values: { a: [0.3, 0.1], b: [0.3, 0.1] }, metric_filter: "average of a over 2 values is below 0.3 and average of b over 2 values is below 0.3",
    metric_filter_short: "avg(a, 2) < 0.3 & avg(b, 2) < 0.3", metric_current_status: "avg(a, 2) = 0.2, avg(b, 2) = 0.2",
  });
});
