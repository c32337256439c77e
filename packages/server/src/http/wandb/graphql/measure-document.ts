import type { DocumentNode, FragmentDefinitionNode, SelectionSetNode } from "graphql";
import { Kind } from "graphql";

/** How large a document is with its fragments put in where they are named. */
export type DocumentSize = { fields: number; aliases: number; depth: number };

export type DocumentLimits = DocumentSize;

/**
 * What no client of the SDK comes near. Asked before validation, whose work grows with the square of the fields, and
 * of a document that fragments can make grow exponentially.
 */
export const documentLimits: DocumentLimits = { fields: 2_000, aliases: 30, depth: 15 };

/** Why a document is refused before it is looked at any closer; null when it is not. */
export function sizeProblem(document: DocumentNode, limits: DocumentLimits = documentLimits): string | null {
  const { fields, aliases, depth } = measureDocument(document);
  if (fields > limits.fields) return `The document asks for more than ${limits.fields} fields, its fragments included.`;
  if (depth > limits.depth) return `The document is more than ${limits.depth} levels deep, its fragments included.`;
  if (aliases > limits.aliases) return `The document has more than ${limits.aliases} aliases, its fragments included.`;
  return null;
}

const nothing: DocumentSize = { fields: 0, aliases: 0, depth: 0 };
/** Fragments that lead back to themselves never end. */
const endless: DocumentSize = { fields: Infinity, aliases: Infinity, depth: Infinity };

/** Of its operations together; each fragment is measured once, however often it is named. */
export function measureDocument(document: DocumentNode): DocumentSize {
  const fragments = new Map(document.definitions.flatMap((each): [string, FragmentDefinitionNode][] => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])));
  const measured = new Map<string, DocumentSize>();
  const ofFragment = (name: string): DocumentSize => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    measured.set(name, endless);
    // A fragment that is missing is for the validation to name.
    const size = fragment === undefined ? nothing : ofSelections(fragment.selectionSet);
    measured.set(name, size);
    return size;
  };
  const ofSelections = (set: SelectionSetNode): DocumentSize => {
    let sum = nothing;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) sum = together(sum, ofFragment(selection.name.value));
      else if (selection.kind === Kind.INLINE_FRAGMENT) sum = together(sum, ofSelections(selection.selectionSet));
      else sum = together(sum, ofField(selection.selectionSet, selection.alias !== undefined));
    }
    return sum;
  };
  const ofField = (below: SelectionSetNode | undefined, aliased: boolean): DocumentSize => {
    const size = below === undefined ? nothing : ofSelections(below);
    return { fields: size.fields + 1, aliases: size.aliases + (aliased ? 1 : 0), depth: size.depth + 1 };
  };
  return document.definitions.flatMap((each) => (each.kind === Kind.OPERATION_DEFINITION ? [ofSelections(each.selectionSet)] : [])).reduce(together, nothing);
}

const together = (one: DocumentSize, other: DocumentSize): DocumentSize => ({ fields: one.fields + other.fields, aliases: one.aliases + other.aliases, depth: Math.max(one.depth, other.depth) });
