import { exampleOf, payloadVariables, variableApplies } from "@bellhop/contract";
import type { EventType } from "@bellhop/contract";
import { describe, expect, test } from "vitest";
import { supportedEvents } from "../features/automations/index.ts";
import { exampleChange } from "../testing/pipeline.ts";
import type { Event, MetricFact, WebhookSubject } from "./event.ts";
import { variablesOf } from "./event-variables.ts";
import type { MetricCondition } from "./metrics/condition.ts";
import { abbreviateCondition, describeCondition, describeMeasured } from "./metrics/describe-condition.ts";

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
  subject: { kind: "run", runId: 1, runName: "3mcbpzkv", displayName: "swift-river-12", url: "https://bellhop.example.com/t/p/runs/3mcbpzkv", entered: "FINISHED", state: "finished", user: "ada", tags: [], config: {}, summary: {}, metric: null, projectId: 2, projectName: "p", entityId: 3, entityName: "t" },
});
const facts = (metric: string): MetricFact => ({ metric, filter: `average of ${metric} over 2 values is below 0.3`, short: `avg(${metric}, 2) < 0.3`, status: `avg(${metric}, 2) = 0.2`, measured: 0.2, values: [0.3, 0.1] });
const metric = (type: EventType, ...conditions: MetricFact[]): Event => {
  const [state] = events.filter((event) => event.type === "RUN_STATE");
  if (state?.subject.kind !== "run") throw new Error("an event of a run was expected");
  return { ...state, type, subject: { ...state.subject, entered: "RUNNING", state: "running", metric: { automationId: "a", conditionVersion: 1, heldBack: false, loggedAt: "2026-01-01T00:00:00.000Z", step: 7, conditions } } };
};
events.push(metric("RUN_METRIC", facts("loss")), metric("RUN_METRIC_CHANGE", facts("loss")), metric("RUN_METRIC_ZSCORE", facts("loss")));
const webhook = (type: EventType, state: WebhookSubject["state"], reason: WebhookSubject["reason"]): Event => ({
  id: "i", at, type, author: "bellhop", subject: { kind: "webhook", webhookId: "w", webhookName: "deploy", state, reason, entityId: 3, entityName: "t", projectId: null, projectName: "" },
});
events.push(webhook("WEBHOOK_FAILING", "failing", "timeout"), webhook("WEBHOOK_DISABLED", "disabled", "gone"), webhook("WEBHOOK_RECOVERED", "working", null));
/** What a payload can write of an event: by name, and one key of the metadata. Secrets are filled in when the request is sent. */
const names = payloadVariables.filter(({ kind }) => kind !== "secret").map(({ name, kind }) => (kind === "prefix" ? `${name}model_type` : name));

test("every event type that is supported is tried here", () => {
  expect(events.map(({ type }) => type).toSorted()).toEqual([...supportedEvents].toSorted());
});

const conditions: [EventType, MetricCondition, number][] = [
  ["RUN_METRIC", { metric: "val_loss", measure: { kind: "aggregate", aggregate: "AVERAGE", size: 3 }, comparison: "$lt", threshold: 0.3 }, 0.29],
  ["RUN_METRIC_CHANGE", { metric: "val_loss", measure: { kind: "change", aggregate: null, current: 1, prior: 1, relative: false }, comparison: "$lte", threshold: -0.05 }, -0.07],
  ["RUN_METRIC_ZSCORE", { metric: "val_loss", measure: { kind: "zscore", size: 3 }, comparison: "either", threshold: 3 }, 129.2],
];
test.each(conditions)("%s: the catalogue's examples are what a condition is described by", (type, condition, measured) => {
  const described = { metric_name: condition.metric, metric_filter: describeCondition(condition), metric_filter_short: abbreviateCondition(condition), metric_current_status: describeMeasured(condition, measured) };
  for (const [name, text] of Object.entries(described)) expect([name, exampleOf(name, type)]).toEqual([name, text]);
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
    for (const name of ["event_type", "event_author", "artifact_version_index", "run_status", "webhook_status", "webhook_reason"]) expect([name, values.get(name)]).toEqual([name, exampleOf(name, type)]);
  });

  test("names the version as the catalogue says, by the alias or else by its index", () => {
    const example = exampleOf("artifact_version_string", type);
    if (example === undefined) return expect(values.has("artifact_version_string")).toBe(false);
    expect(values.get("artifact_version_string")).toBe(`my-team/model-registry/llm-models:${String(example).split(":")[1]}`);
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
