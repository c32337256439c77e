import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Sdk } from "./python.ts";

/** The GraphQL documents that stand in the files of an installed SDK: in its Python sources, and in the binary of its core. */
export function documentsOf(sdk: Sdk): string[] {
  const packages = join(dirname(dirname(sdk.python)), "lib");
  const files = readdirSync(packages, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\/site-packages\/wandb(\/|$)/.test(entry.parentPath) && (entry.name.endsWith(".py") || entry.name === "wandb-core"))
    .map((entry) => join(entry.parentPath, entry.name));
  return [...new Set(files.flatMap((file) => documentsIn(readFileSync(file, "latin1"))))];
}

/** An operation, and the fragments that stand right behind it. */
function documentsIn(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/\b(?:query|mutation)\s+\w+\s*(?:\([^{}]{0,4000}?\))?\s*\{/g)) {
    let end = closing(text, match.index + match[0].length);
    for (let next = fragmentAt(text, end); next !== null; next = fragmentAt(text, end)) end = closing(text, next);
    if (end > match.index) found.push(text.slice(match.index, end));
  }
  return found;
}

function fragmentAt(text: string, at: number): number | null {
  const match = /^\s*fragment\s+\w+\s+on\s+\w+\s*\{/.exec(text.slice(at, at + 300));
  return match === null ? null : at + match[0].length;
}

/** Where the brace that was opened before `at` is closed; 0 where this is no document after all. */
function closing(text: string, at: number): number {
  let depth = 1;
  for (let place = at; place < at + 40_000 && place < text.length; place++) {
    if (text[place] === "{") depth += 1;
    if (text[place] === "}") depth -= 1;
    if (depth === 0) return place + 1;
  }
  return 0;
}
