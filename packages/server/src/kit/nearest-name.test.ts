import { describe, expect, it } from "vitest";
import { editDistance, nearestName } from "./nearest-name.ts";

describe("the nearest name", () => {
  it("counts a swap of neighbours as one mistake", () => {
    expect(editDistance("alais", "alias")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("abc", "")).toBe(3);
  });

  it("is found whatever the case, and among none there is none", () => {
    expect(nearestName("ALIAS", ["tag", "alias"])).toBe("alias");
    expect(nearestName("x", [])).toBeUndefined();
  });
});
