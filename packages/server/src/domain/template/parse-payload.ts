import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import { isRecord } from "../../kit/cast.ts";
import { memberPath, mostProblems } from "../filter/problem.ts";
import type { Problem } from "../filter/problem.ts";
import { escapeForJson } from "./escape.ts";
import { namesOf, splitText } from "./segments.ts";
import type { Known, Segment } from "./segments.ts";

/** A payload, checked: its texts are pieces of JSON, and what stands between them goes into strings of that JSON. */
export type PayloadTemplate = { readonly segments: readonly Segment[] };

export type ParsedPayload =
  | { ok: true; template: PayloadTemplate; variables: ReadonlySet<string>; secrets: ReadonlySet<string> }
  | { ok: false; problems: readonly Problem[] };

/** In bytes of UTF-8. */
export const largestPayload = 262_144;

/** Reads a payload as JSON first, and then looks for `${…}` inside its string values; keys are left alone. */
export function parsePayload(text: string, known: Known): ParsedPayload {
  if (Buffer.byteLength(text) > largestPayload) return refused(`larger than ${largestPayload} bytes`);
  const json = parseTolerantJson(text);
  if (!json.ok) return refused(`not JSON: ${json.message}, at character ${json.offset}`);
  if (!isRecord(json.value)) return refused("must be a JSON object");
  const writer = new Writer(new Set(known.secrets));
  writer.value(json.value, "");
  if (writer.problems.length > 0) return { ok: false, problems: writer.problems.slice(0, mostProblems) };
  const segments = writer.finish();
  return { ok: true, template: { segments }, variables: namesOf(segments, "variable", "typed"), secrets: namesOf(segments, "secret") };
}

const refused = (message: string): ParsedPayload => ({ ok: false, problems: [{ path: "", message }] });

/** Writes the JSON once, at parse, so that rendering only has to join. */
class Writer {
  readonly problems: Problem[] = [];
  readonly #granted: ReadonlySet<string>;
  readonly #segments: Segment[] = [];
  #text = "";

  constructor(granted: ReadonlySet<string>) {
    this.#granted = granted;
  }

  value(value: unknown, path: string): void {
    if (this.problems.length >= mostProblems) return;
    if (typeof value === "string") this.#string(value, path);
    else if (Array.isArray(value)) this.#array(value, path);
    else if (isRecord(value)) this.#object(value, path);
    else if (typeof value === "number" && !Number.isFinite(value)) this.problems.push({ path, message: "not a number that JSON can hold" });
    else this.#text += JSON.stringify(value);
  }

  finish(): readonly Segment[] {
    this.#flush();
    return this.#segments;
  }

  #array(array: readonly unknown[], path: string): void {
    this.#text += "[";
    for (const [index, item] of array.entries()) {
      if (index > 0) this.#text += ",";
      this.value(item, memberPath(path, index));
    }
    this.#text += "]";
  }

  #object(object: Record<string, unknown>, path: string): void {
    this.#text += "{";
    for (const [index, [key, member]] of Object.entries(object).entries()) {
      this.#text += `${index > 0 ? "," : ""}${JSON.stringify(key)}:`;
      this.value(member, memberPath(path, key));
    }
    this.#text += "}";
  }

  #string(text: string, path: string): void {
    const { segments, problems } = splitText(text, this.#granted, path);
    this.problems.push(...problems);
    const [first] = segments;
    if (first?.kind === "typed") {
      this.#add(first);
      return;
    }
    this.#text += '"';
    for (const segment of segments) {
      if (segment.kind === "text") this.#text += escapeForJson(segment.text);
      else this.#add(segment);
    }
    this.#text += '"';
  }

  #add(segment: Segment): void {
    this.#flush();
    this.#segments.push(segment);
  }

  #flush(): void {
    if (this.#text !== "") this.#segments.push({ kind: "text", text: this.#text });
    this.#text = "";
  }
}
