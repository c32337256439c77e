import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;

const textOf = (...path: string[]): string => readFileSync(join(here, ...path), "utf8");

/** Lines without what a page loses or gains on its way: indentation and empty lines. */
export const bare = (text: string): string[] => text.split("\n").map((line) => line.trim()).filter((line) => line !== "");

export type Block = { name: string; text: string };

/** The Python of the page on webhook automations, which lost its indentation, indented again. */
export const automationBlocks = (): Block[] => readdirSync(join(here, "webhook-automations")).sort().map((name) => ({ name, text: textOf("webhook-automations", name) }));

export const automationPage = (): string => textOf("pages", "webhook-automations.txt");

/** The training script of the page on run hooks, to its last line. */
export function trainingScript(): string {
  const page = textOf("pages", "run-hooks.txt");
  const last = "wandb.finish()\n";
  return page.slice(page.indexOf("import wandb\n"), page.indexOf(last) + last.length);
}

/** The page's other hook, which sends the run's accuracy: the assignment `hooks=[…]`. */
export function accuracyHooks(): string {
  const page = textOf("pages", "run-hooks.txt");
  const start = page.indexOf("# ... inside wandb.init()\n");
  return page.slice(start, page.indexOf("\n# ...\n", start));
}

/** What a page keeps when these texts are cut out of it in their order; null when one of them is not there. */
export function withoutBlocks(page: string, blocks: readonly string[]): string[] | null {
  let rest = bare(page);
  const kept: string[] = [];
  for (const block of blocks) {
    const lines = bare(block);
    const at = rest.findIndex((_line, index) => lines.every((line, offset) => rest[index + offset] === line));
    if (at === -1) return null;
    kept.push(...rest.slice(0, at));
    rest = rest.slice(at + lines.length);
  }
  return [...kept, ...rest];
}
