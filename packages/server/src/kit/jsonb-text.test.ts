import { expect, test } from "vitest";
import { jsonbText } from "./jsonb-text.ts";

test.each([
  [{ a: "plain", é: "😀" }, { a: "plain", é: "😀" }],
  [{ a: "nul \0 and half \ud800 and other half \udc00." }, { a: "nul \ufffd and half \ufffd and other half \ufffd." }],
  [{ "key\0": ["\ud83d"] }, { "key\ufffd": ["\ufffd"] }],
  [{ a: "written out: \\u0000 \\\\ud800 \\" }, { a: "written out: \\u0000 \\\\ud800 \\" }],
])("%j", (value, read) => {
  expect(JSON.parse(jsonbText(value))).toEqual(read);
});
