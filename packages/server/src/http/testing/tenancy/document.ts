import type { GraphQLField, GraphQLOutputType, GraphQLSchema } from "graphql";
import { getNamedType, isInterfaceType, isLeafType, isObjectType, isRequiredArgument, isUnionType } from "graphql";

const deepest = 4;

/** A document that asks for the root field and for everything below it that needs no arguments, four levels deep. */
export function documentFor(schema: GraphQLSchema, kind: "query" | "mutation", name: string): string {
  const root = kind === "query" ? schema.getQueryType() : schema.getMutationType();
  const field = root?.getFields()[name];
  if (field === undefined) throw new Error(`no field ${name}`);
  const variables = field.args.map((each) => `$${each.name}: ${String(each.type)}`).join(", ");
  const args = field.args.map((each) => `${each.name}: $${each.name}`).join(", ");
  return `${kind} Matrix${variables === "" ? "" : `(${variables})`} { ${name}${args === "" ? "" : `(${args})`} ${selection(schema, field.type, kind === "query" ? deepest : 2)} }`;
}

function selection(schema: GraphQLSchema, type: GraphQLOutputType, levels: number): string {
  const named = getNamedType(type);
  if (isUnionType(named)) return "{ __typename }";
  if (!isObjectType(named) && !isInterfaceType(named)) return "";
  const fields = Object.values(named.getFields()).flatMap((field) => fieldText(schema, field, levels));
  return `{ __typename ${fields.join(" ")} }`;
}

function fieldText(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>, levels: number): string[] {
  if (field.args.some(isRequiredArgument)) return [];
  if (isLeafType(getNamedType(field.type))) return [field.name];
  return levels > 1 ? [`${field.name} ${selection(schema, field.type, levels - 1)}`] : [];
}
