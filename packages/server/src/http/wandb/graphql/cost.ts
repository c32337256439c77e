import type { DocumentNode, FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLNamedType, GraphQLOutputType, GraphQLSchema, OperationDefinitionNode, SelectionSetNode } from "graphql";
import { getNamedType, getNullableType, isInterfaceType, isListType, isObjectType, Kind } from "graphql";

/** Values that an answer may come to: fields, times the rows of the pages that they stand in. */
export const mostCost = 1_000_000;

/** What a page holds where the request does not say; most resolvers give 50. */
const normalPage = 50;
/** No resolver gives more, whatever is asked for; of files' links, which the SDK asks for in thousands, more than of others. */
const largestPage = 1_000;
const largestPageOfFiles = 5_000;
/** What a list without pages holds, such as tags or aliases. */
const plainList = 5;

/** Costs what its fields cost together. Zero for fields that the schema lacks: validation has named them. */
export type Cost = { of(variables: Readonly<Record<string, unknown>>): number };

/** The cost of an operation of a valid document. Counted once where no page's size is a variable. */
export function costOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const root = schema.getRootType(operation.operation);
  const fragments = new Map(document.definitions.flatMap((each): [string, FragmentDefinitionNode][] => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])));
  const defaults = Object.fromEntries((operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined]));
  let variable = false;
  const count = (variables: Readonly<Record<string, unknown>>): number => {
    const pageSize = (field: FieldNode, most: number): number => {
      const first = field.arguments?.find(({ name }) => name.value === "first")?.value;
      if (first?.kind === Kind.VARIABLE) variable = true;
      const given = first?.kind === Kind.INT ? Number(first.value) : first?.kind === Kind.VARIABLE ? (variables[first.name.value] ?? defaults[first.name.value]) : undefined;
      return typeof given === "number" ? Math.max(1, Math.min(given, most)) : normalPage;
    };
    const ofSelections = (set: SelectionSetNode, type: GraphQLNamedType | undefined): number => {
      let sum = 0;
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) sum += ofField(selection, type);
        else {
          const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
          const on = inner?.typeCondition === undefined ? type : schema.getType(inner.typeCondition.name.value);
          if (inner !== undefined) sum += ofSelections(inner.selectionSet, on);
        }
      }
      return sum;
    };
    const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined): number => {
      const field = fieldOf(parent, node.name.value);
      if (field === null) return 1;
      const below = node.selectionSet === undefined ? 0 : ofSelections(node.selectionSet, getNamedType(field.type));
      return 1 + below * rowsOf(field.type, node.name.value, (most) => pageSize(node, most));
    };
    return ofSelections(operation.selectionSet, root ?? undefined);
  };
  const once = count({});
  return { of: (variables) => (variable ? count(variables) : once) };
}

function fieldOf(parent: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | null {
  return isObjectType(parent) || isInterfaceType(parent) ? (parent.getFields()[name] ?? null) : null;
}

function rowsOf(type: GraphQLOutputType, name: string, pageSize: (most: number) => number): number {
  const named = getNamedType(type).name;
  if (named.endsWith("Connection")) return pageSize(named === "FileConnection" ? largestPageOfFiles : largestPage);
  // The page was counted with its connection.
  if (name === "edges" || name === "nodes") return 1;
  return isListType(getNullableType(type)) ? plainList : 1;
}
