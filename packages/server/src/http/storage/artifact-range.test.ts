import { describe, expect, test } from "vitest";
import { placeRange, readRange } from "./artifact-range.ts";

describe("a Range header", () => {
  const placed = (header: string | undefined, size = 100): unknown => {
    const asked = readRange(header);
    return asked === null ? null : placeRange(asked, size);
  };

  test.each([["bytes=0-9", 0, 9], ["bytes=90-", 90, Number.MAX_SAFE_INTEGER], ["bytes=-10", 90, 99], ["bytes=-1000", 0, 99]])("%s names a part", (header, start, end) => {
    expect(placed(header)).toEqual({ start, end });
  });

  test.each([undefined, "", "bytes=-", "bytes=9-1", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b"])("%s names everything", (header) => {
    expect(placed(header)).toBeNull();
  });
});
