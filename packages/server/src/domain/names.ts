import type { Problem } from "@bellhop/contract";

/** What a kind of name may look like, and how to say so. */
export type NameRule = { pattern: RegExp; maxLength: number; says: string };

export const nameRules = {
  entity: { pattern: /^[A-Za-z0-9][A-Za-z0-9_-]*$/, maxLength: 64, says: "letters, digits, - and _, starting with a letter or digit" },
  organization: { pattern: /^[A-Za-z0-9][A-Za-z0-9 _-]*$/, maxLength: 64, says: "letters, digits, spaces, - and _, starting with a letter or digit" },
  project: { pattern: /^[^/\\#?%:\x00-\x1f\x7f]+$/, maxLength: 128, says: "any text without / \\ # ? % : and control characters" },
  run: { pattern: /^[^/\\#?%:\x00-\x1f\x7f]+$/, maxLength: 128, says: "any text without / \\ # ? % : and control characters" },
  collection: { pattern: /^[A-Za-z0-9_.\- ]+$/, maxLength: 128, says: "letters, digits, spaces, _ . and -" },
  alias: { pattern: /^[^/:\x00-\x1f\x7f]+$/, maxLength: 128, says: "any text without / : and control characters" },
  tag: { pattern: /^[-\w]+([ ]+[-\w]+)*$/, maxLength: 128, says: "words of letters, digits, - and _, with single spaces between" },
  artifactType: { pattern: /^[-\w]+([ ]*[-.\w]+)*$/, maxLength: 128, says: "letters, digits, spaces, - _ and ." },
  webhook: { pattern: /^[-\w]+([ ]+[-\w]+)*$/, maxLength: 64, says: "words of letters, digits, - and _, with spaces between" },
  secret: { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, maxLength: 64, says: "letters, digits and _, not starting with a digit" },
  automation: { pattern: /^[^\x00-\x1f\x7f]+$/, maxLength: 255, says: "any text without control characters" },
} as const satisfies Record<string, NameRule>;

export type NameKind = keyof typeof nameRules;

/** The problem with a name, or null when it is fine. */
export function nameProblem(kind: NameKind, name: string, path: string): Problem | null {
  const rule: NameRule = nameRules[kind];
  if (name === "") return { path, message: "must not be empty" };
  if (name.length > rule.maxLength) return { path, message: `must have at most ${rule.maxLength} characters, has ${name.length}` };
  return rule.pattern.test(name) ? null : { path, message: `"${name.slice(0, 60)}" is not a valid name: use ${rule.says}` };
}

/** `entity/project/rest`, none of them empty; null for anything else. */
export function splitPath(path: string): { entity: string; project: string; rest: string } | null {
  const [entity = "", project = "", rest = "", ...more] = path.split("/");
  return entity === "" || project === "" || rest === "" || more.length > 0 ? null : { entity, project, rest };
}

export const registryPrefix = "wandb-registry-";
export const isRegistryName = (project: string): boolean => project.startsWith(registryPrefix);

/** A team's registry of before there were registries: an ordinary project of this name. */
export const legacyRegistry = "model-registry";
