import { describe, expect, it } from "vitest";
import { eventTypes } from "../events/index.ts";
import { exampleOf, findVariable, isKnownVariable, isSecretName, payloadVariables, variableApplies } from "./index.ts";

describe("payload variables", () => {
  it("are exactly those that the product names, and those of webhook events", () => {
    const named =
      "project_name entity_name event_type event_author automation_name alias tag artifact_collection_name artifact_metadata. artifact_version " +
      "artifact_version_string artifact_version_index run_id run_name run_url run_status metric_name metric_values metric_filter " +
      "metric_filter_short metric_current_status execution_id callback_url ACCESS_TOKEN webhook_name webhook_status webhook_reason";
    expect(payloadVariables.map((variable) => variable.name).toSorted()).toEqual(named.split(" ").toSorted());
  });

  it("know a metadata key, but not the bare prefix", () => {
    expect(isKnownVariable("artifact_metadata.model_type")).toBe(true);
    expect(isKnownVariable("artifact_metadata.a.b c")).toBe(true);
    expect(isKnownVariable("artifact_metadata.")).toBe(false);
    expect(findVariable("artifact_metadata.x")?.kind).toBe("prefix");
  });

  it("do not know names of Object.prototype", () => {
    for (const name of ["constructor", "__proto__", "toString", ""]) expect(isKnownVariable(name)).toBe(false);
  });

  it("say for which events they have a value", () => {
    expect(variableApplies("metric_name", "RUN_METRIC")).toBe(true);
    expect(variableApplies("metric_name", "RUN_STATE")).toBe(false);
    expect(variableApplies("artifact_version", "ADD_COLLECTION_TAG")).toBe(false);
    expect(variableApplies("artifact_collection_name", "ADD_COLLECTION_TAG")).toBe(true);
    expect(variableApplies("event_author", "RUN_STATE")).toBe(true);
  });
});

describe.each(eventTypes.map((spec) => [spec.type, spec] as const))("examples for %s", (type, spec) => {
  it("are given for exactly the variables that apply, and are true of the event", () => {
    const names = payloadVariables.map(({ name, kind }) => (kind === "prefix" ? `${name}model_type` : name));
    expect(names.filter((name) => exampleOf(name, type) !== undefined)).toEqual(names.filter((name) => variableApplies(name, type)));
    if (spec.family !== "run_hook") expect(exampleOf("event_type", type)).toBe(spec.friendlyName);
    const version = exampleOf("artifact_version_string", type);
    if (spec.subject === "version") expect(version).toBe(`vision-team/wandb-registry-model/mnist-classifier:${exampleOf("alias", type) ?? exampleOf("artifact_version_index", type)}`);
    else expect(version).toBeUndefined();
  });
});

describe("secret names", () => {
  it("are identifiers", () => {
    for (const name of ["DEPLOY_TOKEN", "_x", "a1"]) expect(isSecretName(name)).toBe(true);
    for (const name of ["", "1a", "a-b", "a b", "a\n", "ä", "a".repeat(256)]) expect(isSecretName(name)).toBe(false);
  });
});
