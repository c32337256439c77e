import { isRecord } from "../../kit/cast.ts";

const names = ["entityName", "entity", "team", "org", "organization", "name"] as const;

/**
 * Names in a request that may be that of the entity it is about: in its path, or in the variables of GraphQL and their
 * input. Hints only: they count where the user belongs to an entity of that name.
 */
export function askedEntities(request: { params?: unknown; body?: unknown }): string[] {
  const variables = isRecord(request.body) && isRecord(request.body["variables"]) ? request.body["variables"] : {};
  const places = [request.params, variables, variables["input"]].filter(isRecord);
  return places.flatMap((place) => names.flatMap((name) => (typeof place[name] === "string" ? [place[name].toLowerCase()] : [])));
}
