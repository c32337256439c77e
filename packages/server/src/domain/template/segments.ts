import { findVariable, payloadVariables } from "@bellhop/contract";
import { didYouMean, nearestName } from "../../kit/nearest-name.ts";
import { mostProblems } from "../filter/problem.ts";
import type { Problem } from "../filter/problem.ts";

/** A template is a row of these: what is fixed, and what is filled in later. */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  /** `${name}`: the value as text. */
  | { readonly kind: "variable"; readonly name: string }
  /** `"${=name}"`, quotes included: the value as JSON of its own type. */
  | { readonly kind: "typed"; readonly name: string }
  /** `${NAME}` of a granted secret: filled when the request is sent. */
  | { readonly kind: "secret"; readonly name: string };

export type Known = { readonly secrets: readonly string[] };

export type SplitText = { readonly segments: readonly Segment[]; readonly problems: readonly Problem[] };

/** A name holds no braces, so that `${{ … }}`, as other systems' templates have it, stays as it is. */
const mark = /\$\{(=?)([^{}]*)\}/g;

/** Splits a text at its `${…}`; the `path` is only for messages. `$` elsewhere and `${` without an end are plain text. */
export function splitText(text: string, granted: ReadonlySet<string>, path: string): SplitText {
  const segments: Segment[] = [];
  const problems: Problem[] = [];
  let done = 0;
  for (const match of text.matchAll(mark)) {
    if (problems.length >= mostProblems) break;
    const [whole, equalsSign = "", name = ""] = match;
    if (match.index > done) segments.push({ kind: "text", text: text.slice(done, match.index) });
    done = match.index + whole.length;
    const read = segmentFor(name, equalsSign === "=", granted);
    if (read === undefined) problems.push({ path, message: unknownName(name, granted) });
    else if (read.kind === "typed" && whole.length < text.length) problems.push({ path, message: `${quoted(whole)} keeps its type and must be the whole string; write ${quoted(`\${${name}}`)} within a text` });
    else segments.push(read);
  }
  if (done < text.length) segments.push({ kind: "text", text: text.slice(done) });
  return { segments, problems };
}

/** A variable goes before a secret of the same name. An access token that was not granted is a variable without a value. */
function segmentFor(name: string, typed: boolean, granted: ReadonlySet<string>): Segment | undefined {
  const variable = findVariable(name);
  if (granted.has(name) && (variable === undefined || variable.kind === "secret")) return { kind: "secret", name };
  if (variable === undefined) return undefined;
  if (typed) return { kind: "typed", name };
  return variable.kind === "secret" ? { kind: "text", text: "" } : { kind: "variable", name };
}

function unknownName(name: string, granted: ReadonlySet<string>): string {
  const dot = name.indexOf(".");
  const key = dot === -1 ? "<KEY>" : name.slice(dot + 1, 64);
  const variables = payloadVariables.map((variable) => (variable.kind === "prefix" ? variable.name + key : variable.name));
  return `unknown variable ${quoted(name)}${didYouMean(nearestName(name, [...variables, ...granted]))}`;
}

const quoted = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** The names that the segments of a kind use. */
export const namesOf = (segments: readonly Segment[], ...kinds: readonly Exclude<Segment["kind"], "text">[]): ReadonlySet<string> =>
  new Set(segments.flatMap((segment) => (segment.kind !== "text" && kinds.includes(segment.kind) ? [segment.name] : [])));
