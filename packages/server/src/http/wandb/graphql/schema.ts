import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { GraphQLSchema } from "graphql";
import { buildSchema } from "graphql";

const folder = join(import.meta.dirname, "..", "schema");

/** The schema is the sum of the files in schema/: one per noun, each extending Query and Mutation. */
export function readSchema(): GraphQLSchema {
  const files = readdirSync(folder).filter((name) => name.endsWith(".graphql")).sort();
  return buildSchema(files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n"));
}
