import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeMinijinjaTemplates } from "./minijinja-templates.ts";
import { findDifferences, pageOf, readCases, readExpected } from "./testing/jinja2-page.ts";

const templates = makeMinijinjaTemplates({ watchdogMs: 5_000 });
afterAll(() => templates.close());

const page = join(import.meta.dirname, "..", "..", "..", "..", "..", "docs", "reference", "jinja2.md");

test("every template gives what Python's Jinja2 gives, but for the differences that the page lists, which still are ones", async () => {
  const { cases } = readCases();
  expect(cases.length).toBeGreaterThanOrEqual(120);
  const written = pageOf(await findDifferences(templates), cases.length, readExpected().jinja2);
  expect(readFileSync(page, "utf8"), "docs/reference/jinja2.md; npm run jinja2 writes it").toBe(written);
});
