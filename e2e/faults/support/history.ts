import type { Json, Rest } from "../../support/rest.ts";
import { list, text } from "../../support/rest.ts";

/** The executions of an automation, newest first, each with its attempts. */
export async function executionsOf(rest: Rest, automationId: string): Promise<Json[]> {
  const { items } = await rest.ok("GET", `/executions?automation=${automationId}&limit=1000`);
  return Promise.all(list(items).map(({ id }) => rest.ok("GET", `/executions/${text(id)}`)));
}

/** The code of an attempt's or an execution's reason; empty where it has none. */
export const reasonOf = (json: Json | undefined): string => text(json?.["reason"]?.["code"]);

/** Reasons of all attempts of an automation's executions, in their order. */
export async function attemptReasons(rest: Rest, automationId: string): Promise<string[]> {
  return (await executionsOf(rest, automationId)).flatMap(({ attempts }) => list(attempts).map(reasonOf));
}
