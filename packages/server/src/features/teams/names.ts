import { violates } from "../../db/database.ts";
import type { Failure } from "../../domain/failure.ts";
import { conflict, invalid, invalidAt } from "../../domain/failure.ts";
import { nameProblem } from "../../domain/names.ts";

/** First parts of addresses that the server itself answers, and words that stand for the viewer. */
const reserved = new Set(["api", "artifacts", "artifactsv2", "assets", "authorize", "files", "graphql", "healthz", "login", "logout", "me", "metrics", "readyz", "settings", "static", "storage"]);

/** Throws invalid unless the name may be that of a user, a team or an organization's entity. */
export function requireEntityName(name: string, path: string): void {
  const problem = nameProblem("entity", name, path);
  if (problem !== null) throw invalid([problem]);
  if (reserved.has(name.toLowerCase())) throw invalidAt(path, `"${name}" is reserved`);
}

/** Name of the organization's entity: as it is written, with dashes for spaces. Throws invalid for a bad name. */
export function organizationEntityName(name: string): string {
  const problem = nameProblem("organization", name, "name") ?? (name === name.trim() ? null : { path: "name", message: "must not end with a space" });
  if (problem !== null) throw invalid([problem]);
  const slug = name.replace(/ +/g, "-");
  requireEntityName(slug, "name");
  return slug;
}

/** The conflict that a violated unique index means; the error itself for any other. */
export function nameTaken(error: unknown, name: string): Failure | Error {
  const taken = ["entities_name", "users_username", "organizations_name"].some((index) => violates(error, index));
  if (taken) return conflict(`The name "${name}" is taken. Users, teams and organizations share one namespace, whatever the case.`);
  if (violates(error, "users_email")) return conflict("That email address belongs to another user.");
  return error instanceof Error ? error : new Error("unknown failure");
}
