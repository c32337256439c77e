import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.ts";
import { parseEventFilter } from "./event-filter.ts";

const subject = (fields: Record<string, unknown>) => (field: string): unknown => fields[field];

const holds = (text: string, fields: Record<string, unknown>): boolean => {
  const parsed = parseEventFilter("LINK_MODEL", text);
  if (!parsed.ok || parsed.eventFilter.family !== "mutation") throw new Error(JSON.stringify(parsed));
  return evaluate(parsed.eventFilter.filter, subject(fields));
};

describe("the filter of a mutation event", () => {
  it("is read as the SDK sends it", () => {
    expect(holds('{"$or":[{"$and":[]}]}', {})).toBe(true);
    expect(holds('{"$or":[{"$and":[{"alias":{"$eq":"prod"}}]}]}', { alias: "prod" })).toBe(true);
    expect(holds('{"$or":[{"$and":[{"alias":{"$regex":"^prod"}}]}]}', { alias: "preprod" })).toBe(false);
    expect(holds('{"$or":[{"$and":[{"$or":[{"alias":{"$eq":"a"}},{"alias":{"$eq":"b"}}]}]}]}', { alias: "b" })).toBe(true);
    expect(holds('{"$or":[{"$and":[{"alias":{"$eq":"a"}},{"$not":{"alias":{"$regex":"^x"}}}]}]}', { alias: "a" })).toBe(true);
    expect(holds('{"$or":[{"$and":[{"tag":{"$in":["a","b"]}}]}]}', { tag: "c" })).toBe(false);
  });

  it("is read as a person writes it", () => {
    expect(holds('{"alias":"production","artifact_type":"model"}', { alias: "production", artifact_type: "model" })).toBe(true);
    expect(holds('{"artifact_collection_name":{"$contains":"mnist"},"user":{"$ne":"bot"}}', { artifact_collection_name: "mnist-2", user: "ada" })).toBe(true);
  });

  it("is refused with a place when it is not JSON, or names a field of runs", () => {
    expect(parseEventFilter("LINK_MODEL", '{"alias":}')).toEqual({ ok: false, problems: [{ path: "", message: "not JSON: expected a value, at character 9" }] });
    expect(parseEventFilter("LINK_MODEL", '{"display_name":"x"}')).toMatchObject({ ok: false, problems: [{ path: "display_name" }] });
    expect(parseEventFilter("LINK_MODEL", '{"alias":{"$gt":NaN}}')).toMatchObject({ ok: false, problems: [{ path: "alias.$gt" }] });
    expect(parseEventFilter("LINK_MODEL", '{"$not":'.repeat(100_000)).ok).toBe(false);
  });

  it("of a run hook says nothing, or what is wrong with the hook", () => {
    expect(parseEventFilter("RUN_CREATED", "{}")).toEqual({ ok: true, eventFilter: { family: "run_hook", problem: null, stateless: false } });
    expect(parseEventFilter("RUN_CREATED", '{"problem": "no url", "stateless": true}')).toEqual({ ok: true, eventFilter: { family: "run_hook", problem: "no url", stateless: true } });
    expect(parseEventFilter("RUN_CREATED", "[]").ok).toBe(false);
  });

  it("is refused for an event type that is unknown", () => {
    expect(parseEventFilter("LINK_ARTIFACT", "{}").ok).toBe(false);
  });
});
