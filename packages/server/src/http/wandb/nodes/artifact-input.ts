import { invalidAt } from "../../../domain/failure.ts";
import type { NamedAlias } from "../../../features/artifacts/index.ts";

/** An Int64 argument: the scalar passes whatever JSON came. Core writes large ones as strings. */
export function integer(value: unknown, path: string): number {
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) throw invalidAt(path, "must be a whole number");
  return number;
}

export const optionalInteger = (value: unknown, path: string): number | null => (value === null || value === undefined ? null : integer(value, path));

/** The aliases that are meant for this collection: all of them, or the request is refused. */
export function aliasesWithin(collection: string, aliases: readonly { artifactCollectionName: string; alias: string }[]): string[] {
  const stray = aliases.findIndex(({ artifactCollectionName }) => artifactCollectionName !== collection);
  if (stray !== -1) throw invalidAt(`aliases[${stray}].artifactCollectionName`, `must be "${collection}", the collection of the request`);
  return aliases.map(({ alias }) => alias);
}

export type CollectionAliasInput = { entityName: string; projectName: string; artifactCollectionName: string; alias: string };

export const namedAlias = ({ entityName, projectName, artifactCollectionName, alias }: CollectionAliasInput): NamedAlias => ({ entity: entityName, project: projectName, collection: artifactCollectionName, alias });

export type CollectionTagsInput = { entityName: string; projectName: string; artifactCollectionName: string; tags: readonly { tagName: string }[] };

export const collectionTags = (input: CollectionTagsInput): { entity: string; project: string; collection: string; tags: string[] } => ({
  entity: input.entityName, project: input.projectName, collection: input.artifactCollectionName, tags: input.tags.map(({ tagName }) => tagName),
});
