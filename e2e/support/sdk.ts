import { join } from "node:path";
import type { Cast } from "./people.ts";
import type { Sdk } from "./python.ts";
import { factsOf, runPython } from "./python.ts";
import { text } from "./rest.ts";
import { root } from "./server.ts";

/** Plays chapters of a script in story/ (story.py where none is named) with the real SDK; gives the facts that it told. */
export async function play(sdk: Sdk, options: { url: string; cast: Cast; script?: string; chapters: string[]; bigFileMb: number; env?: Record<string, string>; tell?: (line: string) => void }): Promise<Record<string, string>> {
  const output = await runPython(sdk, [join(root, "e2e", "story", options.script ?? "story.py"), ...options.chapters], {
    url: options.url,
    key: options.cast.key,
    env: {
      WANDB_SILENT: "true",
      STORY_ENTITY: options.cast.team,
      STORY_ORG: options.cast.org,
      STORY_USER: options.cast.user,
      STORY_WEBHOOK: options.cast.webhook.name,
      STORY_BIG_FILE_MB: String(options.bigFileMb),
      ...options.env,
    },
  });
  for (const line of output.split("\n")) if (line.startsWith("STORY ")) options.tell?.(line.slice(6));
  return Object.fromEntries(Object.entries(factsOf(output)).map(([name, value]) => [name, text(value)]));
}
