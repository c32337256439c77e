import type { EventType } from "@bellhop/contract";
import type { SavedAutomation } from "../../features/automations/index.ts";
import type { Context } from "./graphql/context.ts";

/** Release of the SDK: 0.27.1 is [0, 27, 1]. */
type Release = readonly [number, number, number];

/** Events of our own: no release of the SDK reads them. */
const never: Release = [Number.POSITIVE_INFINITY, 0, 0];

// One trigger that the client does not know makes its whole listing fail, so those are left out for older clients. The
// numbers are the releases that brought the names (the SDK's own changelog).
const eventsSince: Partial<Record<EventType, Release>> = {
  UNLINK_ARTIFACT: [0, 27, 1],
  ADD_ARTIFACT_TAG: [0, 27, 1],
  REMOVE_ARTIFACT_TAG: [0, 27, 1],
  ADD_COLLECTION_TAG: [0, 27, 1],
  REMOVE_COLLECTION_TAG: [0, 27, 1],
  RUN_METRIC_ZSCORE: [0, 23, 1],
  RUN_STATE: [0, 23, 1],
  WEBHOOK_FAILING: never,
  WEBHOOK_DISABLED: never,
  WEBHOOK_RECOVERED: never,
};
const entityScopeSince: Release = [0, 30, 0];

/** Those of the automations that the asking client can read: all of them, unless it says that it is an old SDK. */
export function readableBy(context: Context, automations: readonly SavedAutomation[]): SavedAutomation[] {
  const release = sdkRelease(context.userAgent);
  if (release === null) return [...automations];
  return automations.filter(({ event, scope }) => reaches(release, eventsSince[event.type]) && (scope.kind !== "entity" || reaches(release, entityScopeSince)));
}

/** `W&B Public Client 0.23.0` → [0, 23, 0]; null for every other client. */
function sdkRelease(userAgent: string | undefined): Release | null {
  const match = /^W&B Public Client (\d+)\.(\d+)\.(\d+)/.exec(userAgent ?? "");
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function reaches(release: Release, needed: Release | undefined): boolean {
  if (needed === undefined) return true;
  for (const part of [0, 1, 2] as const) if (release[part] !== needed[part]) return release[part] > needed[part];
  return true;
}
