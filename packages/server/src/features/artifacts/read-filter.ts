import type { FieldCatalogue } from "../../domain/filter/field-catalogue.ts";
import type { Filter } from "../../domain/filter/filter.ts";
import { parseFilter } from "../../domain/filter/parse-filter.ts";
import { invalid, invalidAt } from "../../domain/failure.ts";
import { isRecord } from "../../kit/cast.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";

/** Compiles the JSON text of a list's filter; null when it asks for nothing. Throws `invalid` with what is wrong and where. */
export function readFilter(text: string | null | undefined, argument: string, fields: FieldCatalogue): Filter | null {
  if (text === null || text === undefined || text === "") return null;
  const json = parseTolerantJson(text);
  if (!json.ok) throw invalidAt(argument, `not JSON: ${json.message}, at character ${json.offset}`);
  if (json.value === null || (isRecord(json.value) && asksNothing(json.value))) return null;
  const parsed = parseFilter(json.value, fields);
  if (!parsed.ok) throw invalid(parsed.problems.map(({ path, message }) => ({ path: path === "" ? argument : `${argument}.${path}`, message })));
  return parsed.filter;
}

/** The SDK's own default filter of versions says what is true of every version that is listed. */
const asksNothing = (filter: Record<string, unknown>): boolean => Object.entries(filter).every(([field, value]) => field === "state" && value === "COMMITTED");

/** `-created_at` taken apart; throws `invalid` for a field that the list cannot be ordered by. */
export function readOrder<Field extends string>(text: string | null | undefined, options: { fallback: Field; aliases: Readonly<Record<string, Field>>; known: (name: string) => name is Field }): { field: Field; descending: boolean } {
  if (text === null || text === undefined || text === "") return { field: options.fallback, descending: true };
  const name = text.replace(/^[+-]/, "");
  const field = Object.hasOwn(options.aliases, name) ? options.aliases[name] : name;
  if (field === undefined || !options.known(field)) throw invalidAt("order", `a list cannot be ordered by "${name.slice(0, 60)}"`);
  return { field, descending: text.startsWith("-") };
}
