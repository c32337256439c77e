import { configValues } from "../../domain/run-filter.ts";
import type { RunHook } from "../../domain/run-hook.ts";
import { hooksKey, readRunHooks } from "../../domain/run-hook.ts";
import type { Services } from "../services.ts";

/**
 * The hooks that a config brings along, with what is wrong with each, its templates included; null where it says nothing
 * of hooks. Never throws for what a script wrote. Before the transaction: templates are checked in another thread.
 */
export async function readHooks(services: Pick<Services, "templates">, config: string | null): Promise<RunHook[] | null> {
  // Nearly all runs have none: their configs are not even parsed.
  if (config === null || !config.includes(`"${hooksKey}"`)) return null;
  const values = configValues(config);
  if (!Object.hasOwn(values, hooksKey)) return null;
  return Promise.all(readRunHooks(values[hooksKey]).map((hook) => checked(services, hook)));
}

async function checked({ templates }: Pick<Services, "templates">, hook: RunHook): Promise<RunHook> {
  if (hook.problem !== null) return hook;
  for (const name of ["url", "body"] as const) {
    const source = hook[name];
    const parsed = source === null ? { ok: true as const } : await templates.check(source);
    if (!parsed.ok && parsed.reason === "template_invalid") return { ...hook, problem: `${name}: ${parsed.detail}` };
  }
  return hook;
}
