import { configValues } from "../../domain/run-filter.ts";
import type { RunHook } from "../../domain/run-hook.ts";
import { hooksKey, readRunHooks } from "../../domain/run-hook.ts";
import type { Services } from "../services.ts";

/**
 * The hooks that a config brings along, with what is wrong with each, its templates included; null where it says nothing
 * of hooks. Never throws for what a script wrote. Before the transaction: templates are checked in another thread.
 */
export async function readHooks(services: Pick<Services, "templates" | "log">, config: string | null): Promise<RunHook[] | null> {
  // Nearly all runs have none: their configs are not even parsed.
  if (config === null || !config.includes(`"${hooksKey}"`)) return null;
  const values = configValues(config);
  if (!Object.hasOwn(values, hooksKey)) return null;
  return Promise.all(readRunHooks(values[hooksKey]).map((hook) => checked(services, hook)));
}

async function checked(services: Pick<Services, "templates" | "log">, hook: RunHook): Promise<RunHook> {
  if (hook.problem !== null) return hook;
  try {
    return { ...hook, problem: (await problemOf(services, "url", hook.url)) ?? (hook.body === null ? null : await problemOf(services, "body", hook.body)) };
  } catch (error) {
    services.log.error({ err: error }, "cannot check the templates of run hooks; they are judged when they are rendered");
    return hook;
  }
}

async function problemOf({ templates }: Pick<Services, "templates">, name: string, source: string): Promise<string | null> {
  const parsed = await templates.check(source);
  return !parsed.ok && parsed.reason === "template_invalid" ? `${name}: ${parsed.detail}` : null;
}
