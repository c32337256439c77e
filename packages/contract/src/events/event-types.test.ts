import { describe, expect, it } from "vitest";
import { eventTypes, findEventType } from "./index.ts";

describe("event types", () => {
  it("have wire names that occur once", () => {
    const names = eventTypes.map((event) => event.type);
    expect(new Set(names).size).toBe(names.length);
  });

  it("show the wire's LINK_MODEL as LINK_ARTIFACT, and every other name as it is", () => {
    expect(findEventType("LINK_MODEL")?.friendlyName).toBe("LINK_ARTIFACT");
    expect(eventTypes.filter((event) => event.friendlyName !== event.type).map((event) => event.type)).toEqual(["LINK_MODEL"]);
  });

  it("keep run events away from collections and registries", () => {
    for (const event of eventTypes.filter((one) => one.subject === "run")) {
      expect(event.scopes).not.toContain("collection");
      expect(event.scopes).not.toContain("registry");
    }
  });

  it("do not know a foreign name", () => {
    expect(findEventType("constructor")).toBeUndefined();
    expect(findEventType("LINK_ARTIFACT")).toBeUndefined();
  });
});
