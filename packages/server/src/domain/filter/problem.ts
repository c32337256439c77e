/** What is wrong with a filter or a template, and where: `$or[0].$and[1].alais`; the empty path is the whole. */
export type Problem = { path: string; message: string };

/** A user mends a few problems at a time; the rest would be noise, and work. */
export const mostProblems = 20;

/** The path of a member: `parent.key`, `parent[3]`; a key that would be misread is quoted: `parent["a.b"]`. */
export function memberPath(parent: string, member: string | number): string {
  if (typeof member === "number") return `${parent}[${member}]`;
  if (!/^[$A-Za-z_][\w$-]*$/.test(member)) return `${parent}[${JSON.stringify(member)}]`;
  return parent === "" ? member : `${parent}.${member}`;
}
