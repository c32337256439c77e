// The paths of this repository that a page names, in backticks, in links and in a code map, and those of them that do not exist.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = dirname(dirname(import.meta.dirname));
/** Where a page's paths may begin beside its own folder. */
const bases = [root, join(root, "packages", "server", "src")];
/** What is written when somebody works here, and is in no commit. */
const written = new Set([".cache/faults/"]);

/** `features/<noun>/list-<nouns>.ts` as a pattern: what is in angle brackets is any name. */
const patternOf = (named: string): string => named.replace(/<[^<>]+>/g, "*").replace(/\/$/, "");
const existsBelow = (base: string, named: string): boolean => globSync(patternOf(named), { cwd: base }).length > 0;

/** A path has a folder, and ends like a file or a folder: `text/plain` and `entity/project` are none. `@scope/package` and addresses are none either. */
const looksLikePath = (text: string): boolean => /^[\w.<][\w.<>*-]*(?:\/[\w.<>*-]+)*(?:\/|\/[\w.<>*-]+\.(?:ts|mjs|cjs|md|py|sql|json|toml|yaml))$/.test(text);
const startsInRoom = (text: string): boolean => /^[\w.-]+\/[\w./-]+$/.test(text) && bases.some((base) => existsBelow(base, text.slice(0, text.indexOf("/"))));

const inBackticks = (page: string): string[] => [...page.matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text).filter((text) => looksLikePath(text) || startsInRoom(text));
const inLinks = (page: string): string[] => [...page.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, target = ""]) => target);
/** A code map: in a fence that names no language, what lines begin with. */
const inMaps = (page: string): string[] =>
  [...page.matchAll(/^```\n(.*?)^```$/gms)].flatMap(([, map = ""]) => map.split("\n")).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const end = words.findIndex((word) => !/(?:\/|\.ts)$/.test(word));
    return words.slice(0, end === -1 ? undefined : end);
  });

/** The paths that `page` (a file below the root) names and nobody finds. */
export const namedButMissing = (page: string): string[] => {
  const text = readFileSync(join(root, page), "utf8");
  const from = [...bases, join(root, dirname(page))];
  return [...new Set([...inBackticks(text), ...inLinks(text), ...inMaps(text)])].filter((named) => !written.has(named) && !from.some((base) => existsBelow(base, named)));
};

/** The pages that people write; those of docs/reference are written from the code. */
export const pages = (): string[] => [...globSync(["*.md", "docs/*.md", "docs/decisions/*.md", "python/*.md", "packages/server/src/**/*.md"], { cwd: root })];
