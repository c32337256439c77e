import { nearestName } from "../../kit/nearest-name.ts";

/** Which fields a filter may name, and what each is called by those who answer for it. */
export type FieldCatalogue = {
  /** From the name as written to the name that subjects are asked for. */
  readonly exact: ReadonlyMap<string, string>;
  /** Any key may follow; from the prefix as written (`summary_metrics.`) to the one that subjects are asked for. */
  readonly prefixes: ReadonlyMap<string, string>;
};

export type FieldNames = {
  exact: readonly string[];
  /** Each ends in a dot. */
  prefixes?: readonly string[];
  /** Other ways to write a field or a prefix: `{ "summary_metrics.": "summary." }`. */
  aliases?: Readonly<Record<string, string>>;
};

export function fieldCatalogue(names: FieldNames): FieldCatalogue {
  const exact = new Map(names.exact.map((name) => [name, name]));
  const prefixes = new Map((names.prefixes ?? []).map((name) => [name, name]));
  for (const [written, meant] of Object.entries(names.aliases ?? {})) (written.endsWith(".") ? prefixes : exact).set(written, meant);
  return { exact, prefixes };
}

/** The name to ask subjects for; undefined when the catalogue has no such field. */
export function resolveField(fields: FieldCatalogue, written: string): string | undefined {
  const exact = fields.exact.get(written);
  if (exact !== undefined) return exact;
  for (const [prefix, meant] of fields.prefixes) {
    if (written.startsWith(prefix) && written.length > prefix.length) return meant + written.slice(prefix.length);
  }
  return undefined;
}

/** The nearest valid name: `confg.lr` gives `config.lr`. */
export function nearestField(fields: FieldCatalogue, written: string): string | undefined {
  const dot = written.indexOf(".");
  const key = dot === -1 ? "<key>" : written.slice(dot + 1, 64);
  return nearestName(written, [...fields.exact.keys(), ...Array.from(fields.prefixes.keys(), (prefix) => prefix + key)]);
}
