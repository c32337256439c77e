import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { match } from "../pipeline/match/match-automations.ts";
import { exampleChange } from "../testing/pipeline.ts";
import type { Event, RunSubject } from "./event.ts";
import { matchKeyOf, matchKeysFor } from "./match-key.ts";

const wrapped = (...clauses: object[]): string => JSON.stringify({ $or: [{ $and: clauses }] });
const runs = (states: string[], ...clauses: object[]): string => JSON.stringify({ run_filter: JSON.stringify({ $and: clauses }), run_state_filter: { states } });

test.each([
  ["ADD_ARTIFACT_ALIAS", wrapped({ alias: { $eq: "production" } }), "alias=production"],
  ["ADD_ARTIFACT_ALIAS", '{"alias":"production"}', "alias=production"],
  ["ADD_ARTIFACT_ALIAS", wrapped({ artifact_type: "model" }, { alias: { $in: ["production"] } }), "alias=production"],
  ["ADD_ARTIFACT_ALIAS", wrapped({ artifact_type: "model" }, { alias: { $regex: "^prod" } }), "artifact_type=model"],
  ["ADD_ARTIFACT_ALIAS", wrapped({ $or: [{ alias: "a" }, { alias: "b" }] }), ""],
  ["ADD_ARTIFACT_ALIAS", wrapped({ alias: { $ne: "a" } }), ""],
  ["ADD_ARTIFACT_ALIAS", wrapped({ $not: { alias: "a" } }), ""],
  ["ADD_ARTIFACT_ALIAS", wrapped({ $nor: [{ alias: "a" }] }), ""],
  ["ADD_ARTIFACT_ALIAS", wrapped({ alias: { $in: ["a", "b"] } }), ""],
  ["ADD_ARTIFACT_ALIAS", wrapped({ alias: { $eq: null } }), ""],
  ["ADD_ARTIFACT_ALIAS", wrapped({ alias: "\ud800" }), ""],
  ["ADD_ARTIFACT_ALIAS", wrapped({ alias: "x".repeat(1_001) }), ""],
  ["ADD_ARTIFACT_ALIAS", wrapped({ alias: { $contains: "a" } }), ""],
  ["ADD_ARTIFACT_ALIAS", "not JSON", ""],
  ["RUN_STATE", runs(["FAILED"]), "entered=FAILED"],
  ["RUN_STATE", runs(["FAILED", "FINISHED"]), ""],
  ["RUN_STATE", runs(["FAILED", "FINISHED"], { display_name: "nightly" }), "display_name=nightly"],
  ["RUN_STATE", runs(["FAILED"], { tags: "x" }, { "config.lr": 1 }), "entered=FAILED"],
])("%s %s", (type, filter, key) => {
  expect(matchKeyOf(type, filter)).toBe(key);
});

const text = fc.constantFrom("a", "b", "");
const scalar = fc.oneof(text, fc.constant(null), fc.constant(1));
const field = fc.constantFrom("alias", "tag", "artifact_type", "artifact_collection_name", "user");
const clause = fc.oneof(
  fc.record({ field, test: fc.oneof(scalar, fc.record({ $eq: scalar }), fc.record({ $in: fc.array(scalar, { maxLength: 2 }) }), fc.record({ $ne: scalar }), fc.record({ $exists: fc.boolean() })) }).map(({ field: name, test: asked }) => ({ [name]: asked })),
);
const { filter } = fc.letrec((tie) => ({
  filter: fc.oneof({ depthSize: "small" }, clause, fc.record({ $and: fc.array(tie("filter"), { maxLength: 3 }) }), fc.record({ $or: fc.array(tie("filter"), { minLength: 1, maxLength: 3 }) }), fc.record({ $nor: fc.array(tie("filter"), { maxLength: 2 }) }), fc.record({ $not: tie("filter") })),
}));

describe("a key leaves out no automation that fires", () => {
  test("for a version or a collection, whatever the filter", () => {
    const event = fc.record({ alias: fc.option(text), tag: fc.option(text), artifactType: text, collectionName: text, author: text }).map(({ author, ...subject }): Event => ({ ...exampleChange({ author, subject }), id: "e", at: new Date(0) }));
    fc.assert(fc.property(event, filter, (happened, asked) => {
      const eventFilter = JSON.stringify(asked);
      const candidate = { id: "a", entityId: 1, revision: 1, name: "a", eventFilter, actionType: "NO_OP" as const, webhookId: null };
      if (match(happened, [candidate]).firings.length > 0) expect(matchKeysFor(happened)).toContain(matchKeyOf(happened.type, eventFilter));
    }), { numRuns: 3_000 });
  });

  test("for a run", () => {
    const run: RunSubject = { kind: "run", runId: 1, runName: "r", displayName: "a", url: "", entered: "FAILED", state: "crashed", user: "b", tags: [], config: {}, summary: {}, metric: null, projectId: 1, projectName: "p", entityId: 1, entityName: "t" };
    const happened: Event = { id: "e", at: new Date(0), type: "RUN_STATE", author: "c", subject: run };
    for (const key of [matchKeyOf("RUN_STATE", runs(["FAILED"])), matchKeyOf("RUN_STATE", runs(["FAILED"], { user: "b" })), matchKeyOf("RUN_STATE", runs(["FAILED"], { display_name: "a" }))]) expect(matchKeysFor(happened)).toContain(key);
    expect(matchKeysFor(happened)).not.toContain("user=c");
  });
});
