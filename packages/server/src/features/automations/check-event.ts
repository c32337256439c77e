import { findEventType } from "@bellhop/contract";
import type { EventScope, EventType, Problem } from "@bellhop/contract";
import { parseEventFilter } from "../../domain/filter/index.ts";
import { isRegistryName, legacyRegistry } from "../../domain/names.ts";
import type { VisibleScope } from "./permissions.ts";

/** The events that this release raises. */
export const supportedEvents = [
  "CREATE_ARTIFACT", "LINK_MODEL", "UNLINK_ARTIFACT", "ADD_ARTIFACT_ALIAS", "ADD_ARTIFACT_TAG", "REMOVE_ARTIFACT_TAG", "ADD_COLLECTION_TAG", "REMOVE_COLLECTION_TAG",
  "RUN_METRIC", "RUN_METRIC_CHANGE", "RUN_METRIC_ZSCORE", "RUN_STATE",
  "WEBHOOK_FAILING", "WEBHOOK_DISABLED", "WEBHOOK_RECOVERED",
] as const satisfies readonly EventType[];

export type CheckedEvent = { ok: true; type: EventType } | { ok: false; problems: readonly Problem[] };

/** Checks what an automation watches. The type may be written as the SDK or as payloads write it: LINK_MODEL, LINK_ARTIFACT. */
export function checkEvent(event: { type: string; filter: string }, scope: VisibleScope): CheckedEvent {
  const type = supportedEvents.find((supported) => supported === event.type || findEventType(supported)?.friendlyName === event.type);
  if (type === undefined) {
    const supported = supportedEvents.map((name) => findEventType(name)?.friendlyName ?? name).join(", ");
    return refused([{ path: "event.type", message: `event type "${event.type.slice(0, 64)}" is not supported by this release; supported are ${supported}` }]);
  }
  const problems = [...placeProblems(type, scope), ...filterProblems(type, event.filter)];
  return problems.length > 0 ? refused(problems) : { ok: true, type };
}

const refused = (problems: readonly Problem[]): CheckedEvent => ({ ok: false, problems });

function placeProblems(type: EventType, scope: VisibleScope): Problem[] {
  if (scope.kind === "entity" && scope.entity_kind === "user") return [{ path: "scope", message: "a user is not a scope; take one of the user's projects" }];
  const place = eventScopeOf(scope);
  const spec = findEventType(type);
  if (spec === undefined) return [];
  if (!spec.scopes.includes(place)) return [{ path: "event.type", message: `${spec.friendlyName} cannot be watched in a whole ${place}; its scopes are ${spec.scopes.join(", ")}` }];
  const never = neverHappens(type, scope);
  return never === null ? [] : [{ path: "event.type", message: `${spec.friendlyName} never happens in "${scope.name}": ${never}` }];
}

/** Why the collection can raise no such event; null where it can. An automation that never fires is refused like any other mistake. */
function neverHappens(type: EventType, { collection_kind: kind, project_name: project }: VisibleScope): string | null {
  if (kind === "sequence" && (type === "LINK_MODEL" || type === "UNLINK_ARTIFACT")) return "versions are logged to it, not linked into it; watch CREATE_ARTIFACT, or the collection that they are linked into";
  const isRegistry = project !== null && (isRegistryName(project) || project === legacyRegistry);
  return kind === "portfolio" && !isRegistry && type === "CREATE_ARTIFACT" ? "versions are linked into it, not created in it; watch LINK_ARTIFACT" : null;
}

function eventScopeOf(scope: VisibleScope): EventScope {
  switch (scope.kind) {
    case "collection":
      return "collection";
    case "project":
      return isRegistryName(scope.name) ? "registry" : "project";
    case "entity":
      return scope.entity_kind === "organization" ? "organization" : "team";
  }
}

function filterProblems(type: EventType, filter: string): Problem[] {
  const parsed = parseEventFilter(type, filter);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => ({ path: joinPath("event.filter", path), message }));
}

/** `event.filter` and `$or[0]` make `event.filter.$or[0]`. */
export const joinPath = (parent: string, path: string): string => (path === "" || path.startsWith("[") ? parent + path : `${parent}.${path}`);
